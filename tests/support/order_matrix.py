"""FIX 4.4 Volume 4, Appendix D (Order State Change Matrices) in a notation of our own, and the runner that plays it.

A scenario is a title line (id, settings in brackets, what it shows) and steps, `what happens => what the client hears`.
A step marked `?` is the refusing branch at that point: it is played in place of the step after it, and ends there.

    D X 10000          an order with ClOrdID(11) X for 10000 shares; `refuse` rejects it, `resend` is PossResend(97)=Y,
                       `hold` receives it without confirming, `gtc` `ioc` `fok` is its TimeInForce(59)
    F Y X, G Y X 8000  cancel and replace, ClOrdID Y, OrigClOrdID(41) X; `refuse` refuses at once
    H X                status request
    ok, no             the request dealt with now is done; is refused
    fill 100 @5        a trade, number 1, 2, ... of the venue; bust 1; correct 1 200 @6
    desk ...           cancel, restate 9000 2 (378), end: done for day, expire, day: a new day, split 2, halt, lift,
                       stop 1000

    8 Y<X E/1 10000 1000 9000 500 ...   an ExecutionReport: ClOrdID<OrigClOrdID, ExecType/OrdStatus, OrderQty, CumQty,
                                        LeavesQty, LastQty, then what else it carries: #2 (its number among those with
                                        an ExecID), 19=#2, 6=AvgPx, 31=LastPx, 378, 103, day=DayOrderQty/DayCumQty
    9 Y<X 0 102=0                       an OrderCancelReject: OrdStatus, CxlRejReason
    -                                   nothing

Nothing here knows how to pass a test: the runner renders what `Parents` said, and the scenario says what it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from router.core.events import CancelRequest, NewOrder, ReplaceRequest, StatusRequest
from router.core.outputs import CancelReject, ClientOutput, ExecReport
from router.core.profiles import ClientProfile
from router.core.types import CxlRejReason, ExecRestatementReason, OrdRejReason, OrdType, Side, TimeInForce
from router.orders import Ids, Parent, Parents
from router.orders.reports import NO_EXEC_ID

TIFS = {"gtc": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}
SETTINGS = {
    "overlap": ("overlap_replaces", True),
    "one-at-a-time": ("queue_replaces", False),
    "no-revival": ("revive_filled", False),
    "pending-new": ("pending_new", True),
    "refuse-below-filled": ("refuse_replace_below_cum", True),
}


class Step(NamedTuple):
    """One thing that happens, and what is heard of it."""

    action: str
    heard: tuple[str, ...]


class Case(NamedTuple):
    """One path through a scenario: the whole of it, or one of its refusing branches."""

    name: str
    settings: tuple[str, ...]
    steps: tuple[Step, ...]


def cases(text: str) -> Iterator[Case]:
    """All paths through all scenarios of `text`."""
    for block in text.strip().split("\n\n"):
        title, *lines = block.splitlines()
        name, *rest = title.split()
        settings = tuple(word[1:-1] for word in rest if word.startswith("["))
        main: list[Step] = []
        branches = 0
        for line in lines:
            action, _, heard = line.partition("=>")
            step = Step(
                action.strip().removeprefix("? "),
                tuple(part.strip() for part in heard.split("+") if part.strip() != "-"),
            )
            if action.strip().startswith("? "):
                branches += 1
                yield Case(f"{name}/branch-{branches}", settings, (*main, step))
            else:
                main.append(step)
        yield Case(name, settings, tuple(main))


class Player:
    """Plays actions on a fresh `Parents` and renders what is heard."""

    def __init__(self, settings: tuple[str, ...] = ()) -> None:
        profile = replace(ClientProfile(comp_id="c"), **dict(SETTINGS[setting] for setting in settings))
        self.parents = Parents(Ids("t"), {"c": profile})
        self.at = 0
        self.order: Parent | None = None
        self.fills = 0
        self.versions: dict[int, str] = {}
        self.exec_ids: list[str] = []

    def play(self, action: str) -> tuple[str, ...]:
        """Carry out one action of the notation."""
        self.at += 1
        verb, *args = action.split()
        outs = self._verb(verb)(args)
        return tuple(self.render(out) for out in outs)

    @property
    def parent(self) -> Parent:
        assert self.order is not None, "no order yet"
        return self.order

    def _verb(self, verb: str) -> Callable[[list[str]], list[ClientOutput]]:
        verbs: dict[str, Callable[[list[str]], list[ClientOutput]]] = {
            "D": self._d,
            "F": self._f,
            "G": self._g,
            "H": self._h,
            "ok": self._ok,
            "no": self._no,
            "confirm": lambda _: self.parents.confirm(self.at, self.parent),
            "decline": lambda _: self.parents.decline(self.at, self.parent, OrdRejReason.OTHER, "declined"),
            "fill": self._fill,
            "bust": self._bust,
            "correct": self._correct,
            "desk": self._desk,
        }
        return verbs[verb]

    # --- the client

    def _d(self, args: list[str]) -> list[ClientOutput]:
        cl_ord_id, qty, *flags = args
        order = NewOrder(
            client="c",
            cl_ord_id="" if cl_ord_id == "-" else cl_ord_id,
            symbol="S",
            side=Side.BUY,
            qty=int(qty),
            ord_type=OrdType.LIMIT,
            px=100,
            tif=next((TIFS[flag] for flag in flags if flag in TIFS), TimeInForce.DAY),
            poss_resend="resend" in flags,
        )
        reasons = [OrdRejReason(flag[4:]) for flag in flags if flag.startswith("103=")]
        if "refuse" in flags or self.parents.duplicate_of(order):
            return self.parents.reject(self.at, order, reasons[0] if reasons else OrdRejReason.OTHER, "refused")
        self.order, outs = (self.parents.receive if "hold" in flags else self.parents.accept)(self.at, order)
        return outs

    def _f(self, args: list[str]) -> list[ClientOutput]:
        cl_ord_id, orig, *flags = args
        request = CancelRequest(
            client="c",
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=orig,
            symbol="S",
            side=Side.BUY,
            poss_resend="resend" in flags,
        )
        refusal = "no" if "refuse" in flags else None
        return self.parents.request_cancel(self.at, request, refusal=refusal)[1]

    def _g(self, args: list[str]) -> list[ClientOutput]:
        cl_ord_id, orig, qty, *flags = args
        request = ReplaceRequest(
            client="c",
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=orig,
            symbol="S",
            side=Side.BUY,
            qty=int(qty),
            ord_type=OrdType.LIMIT,
            px=100,
        )
        refusal = "no" if "refuse" in flags else None
        return self.parents.request_replace(self.at, request, refusal=refusal)[1]

    def _h(self, args: list[str]) -> list[ClientOutput]:
        return self.parents.status(self.at, StatusRequest(client="c", cl_ord_id=args[0], symbol="S", side=Side.BUY))

    # --- the answers

    def _ok(self, _: list[str]) -> list[ClientOutput]:
        is_cancel = isinstance(self.parent.next_request, CancelRequest)
        done = self.parents.cancel_done if is_cancel else self.parents.replace_done
        return done(self.at, self.parent)

    def _no(self, _: list[str]) -> list[ClientOutput]:
        is_cancel = isinstance(self.parent.next_request, CancelRequest)
        refused = self.parents.cancel_refused if is_cancel else self.parents.replace_refused
        return refused(self.at, self.parent, CxlRejReason.OTHER, "no")

    # --- the market

    def _fill(self, args: list[str]) -> list[ClientOutput]:
        self.fills += 1
        key = self._new_version(self.fills)
        return self.parents.fill(self.at, self.parent, key=key, qty=int(args[0]), px=_px(args[1:]))

    def _bust(self, args: list[str]) -> list[ClientOutput]:
        old = ("V", self.versions.get(int(args[0]), "never"))
        return self.parents.bust(self.at, self.parent, old, self._new_version(int(args[0])))

    def _correct(self, args: list[str]) -> list[ClientOutput]:
        number, qty, *px = args
        old = ("V", self.versions.get(int(number), "never"))
        new = self._new_version(int(number))
        return self.parents.correct(self.at, self.parent, old, new, qty=int(qty), px=_px(px))

    def _new_version(self, number: int) -> tuple[str, str]:
        self.versions[number] = f"v{self.at}"
        return "V", self.versions[number]

    def _desk(self, args: list[str]) -> list[ClientOutput]:
        what, *rest = args
        at, parent, parents = self.at, self.parent, self.parents
        number = int(rest[0]) if rest else 0
        reason = ExecRestatementReason(rest[-1]) if what in {"cancel", "restate"} and rest else None
        deeds: dict[str, Callable[[], list[ClientOutput]]] = {
            "cancel": lambda: parents.unsolicited_cancel(at, parent, reason),
            "restate": lambda: parents.restate(at, parent, number, reason or ExecRestatementReason.VERBAL_CHANGE),
            "end": lambda: parents.done_for_day(at, parent),
            "expire": lambda: parents.expire(at, parent),
            "day": lambda: parents.new_day(at, parent, "20260105"),
            "split": lambda: parents.split(at, parent, new=number, old=1),
            "merge": lambda: parents.split(at, parent, new=1, old=number),
            "halt": lambda: parents.suspend(at, parent),
            "lift": lambda: parents.resume(at, parent),
            "stop": lambda: parents.stopped(at, parent, number, 100),
        }
        return deeds[what]()

    # --- what is heard

    def render(self, out: ClientOutput) -> str:
        """What was said, in the notation."""
        if isinstance(out, CancelReject):
            return f"9 {out.cl_ord_id}<{out.orig_cl_ord_id} {out.ord_status} 102={out.reason}"
        assert isinstance(out, ExecReport), out
        return " ".join([*self._head(out), *self._extras(out)])

    def _head(self, out: ExecReport) -> tuple[str, ...]:
        ids = (out.cl_ord_id or "-") + (f"<{out.orig_cl_ord_id}" if out.orig_cl_ord_id else "")
        numbers = (out.qty, out.cum_qty, out.leaves, out.last_qty)
        return ("8", ids, f"{out.exec_type}/{out.ord_status}", *map(str, numbers))

    def _extras(self, out: ExecReport) -> Iterator[str]:
        if out.exec_id != NO_EXEC_ID:
            assert out.exec_id not in self.exec_ids, f"ExecID(17) {out.exec_id} twice"
            self.exec_ids.append(out.exec_id)
        if out.exec_ref_id is not None:
            yield f"19=#{self.exec_ids.index(out.exec_ref_id) + 1}"
        if out.notional != 100 * out.cum_qty:
            px, rest = divmod(out.notional, out.cum_qty)
            yield f"6={px}" if rest == 0 else f"6={out.notional}/{out.cum_qty}"
        if out.last_px not in {0, 100}:
            yield f"31={out.last_px}"
        if out.restatement_reason is not None:
            yield f"378={out.restatement_reason}"
        if out.ord_rej_reason not in {None, OrdRejReason.OTHER}:
            yield f"103={out.ord_rej_reason}"
        if out.day_order_qty is not None:
            yield f"day={out.day_order_qty}/{out.day_cum_qty}"


def _px(args: list[str]) -> int:
    return int(args[0].removeprefix("@")) if args else 100
