"""Any sequence of inputs, with values that no sane counterparty sends: the engine answers, and never raises.

Ids are drawn from small pools in which some are those of living orders and children, so that hostile words meet real
state: a fill of a cancelled child, a bust of nothing, a venue that answers what it was not asked. What the shell itself
promises is kept: a link speaks of venues and symbols that are configured, and only a timer that was set fires.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Final, get_args, get_origin, get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from router.core import events
from router.core.events import (
    BadRequest,
    CancelRequest,
    ChildAccepted,
    ChildFilled,
    ClientEvent,
    Event,
    Genesis,
    ListRequest,
    NewList,
    NewOrder,
    ReplaceRequest,
    StatusRequest,
    TimerFired,
)
from router.core.outputs import BusinessReject, CancelReject, ExecReport, ListStatus, SendChild
from router.core.types import SECOND, OrdType, Phase, PrintKind
from support.scripted import Scripted

IDS: Final = ("A1", "A2", "A3", "")
LIST_IDS: Final = ("L1", "L2", "L3", "")
ORDER_IDS: Final = ("T1-O1", "T1-O2", "X", "")
CHILD_IDS: Final = ("T1-C1", "T1-C2", "T1-C3", "X", "")
REQUEST_IDS: Final = ("T1-R1", "T1-R2", "T1-C1", "X", "")
QUANTITIES: Final = (1, 7, 100, 600, 10**12)
PRICES: Final = (1, 399_900, 400_000, 400_100, 10**12)
TIMES: Final = (0, 1, 1_773_667_800 * SECOND, 1_773_691_200 * SECOND, 2**62)
PARAMS: Final[tuple[tuple[tuple[str, str], ...], ...]] = (
    (),
    (("ParticipationRate", "0.1"),),
    (("EndTime", "20260316-13:31:00"),),
    (("Nonsense", "x"),),
    (("VenuesInclude", "NONE"),),
)
POOLS: Final[Mapping[str, tuple[object, ...]]] = {
    "account": ("", "ACC"),
    "ahead": (None, 0, 10**12),
    "asks": ((), ((400_100, 500),), ((1, 1), (2, 10**12)), ((400_100, 0),)),
    "bids": ((), ((400_000, 500),), ((10**12, 1),), ((400_000, 0),)),
    "child_id": CHILD_IDS,
    "cl_ord_id": IDS,
    "client": ("EMS44", "EMS44", "EMS44", "NOBODY"),
    "currency": ("", "USD", "EUR"),
    "day": ("20260316", "20260317", "20200101"),
    "ex_destination": (None, None, "XLIT", "NONE"),
    "exec_id": ("X1", "X2", "X3", ""),
    "exec_inst": ("", "6", "1 6"),
    "exec_ref_id": ("X1", "X2", "X9", ""),
    "last": (True, False, None),
    "last_mkt": ("", "XALT", "NONE"),
    "list_id": LIST_IDS,
    "list_seq": (0, 1, 2),
    "msg_type": ("D", "F", "G", "H", "E", "K", "?"),
    "order_id": (None, *ORDER_IDS),
    "orig_cl_ord_id": IDS,
    "params": PARAMS,
    "px": PRICES,
    "qty": QUANTITIES,
    "request_id": REQUEST_IDS,
    "strategy": (None, None, "VWAP", "TWAP", "POV", "IS", "NOPE"),
    "symbol": ("ACME", "ACME", "BOLT", "NONE", ""),
    "text": ("", "no"),
    "total": (1, 2, 3, 10**5),
    "venue": ("XLIT", "XALT"),
}
CONFIGURED: Final[Mapping[str, tuple[object, ...]]] = {"symbol": ("ACME", "BOLT")}
PLAIN: Final[Mapping[str, tuple[object, ...]]] = {
    "child_id": CHILD_IDS[:3],
    "cl_ord_id": IDS[:3],
    "client": ("EMS44",),
    "day": ("20260316",),
    "exec_id": ("X1", "X2", "X3"),
    "last": (True, True, False),
    "list_id": LIST_IDS[:2],
    "list_seq": (1, 2, 3),
    "kind": (PrintKind.REGULAR,),
    "order_id": (None, *ORDER_IDS[:2]),
    "ord_type": (OrdType.LIMIT,),
    "orig_cl_ord_id": IDS[:3],
    "phase": (Phase.CONTINUOUS,),
    "params": PARAMS[1:2],
    "px": PRICES[1:4],
    "qty": QUANTITIES[2:4],
    "request_id": REQUEST_IDS[:3],
    "strategy": ("TWAP", "POV"),
    "symbol": ("ACME",),
    "total": (1, 2),
    "waits": (False, True),
}
"""What a sane counterparty sends; other fields it leaves at their defaults."""


def values_of(name: str, kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type as written in a struct
    """What a field may hold: its pool, or something of its type."""
    if name == "orders":
        return st.lists(st.one_of(events_of(NewOrder), events_of(BadRequest)), max_size=3).map(tuple)
    if name in POOLS:
        optional = kind is not str and type(None) in get_args(kind)
        pool = [value for value in POOLS[name] if value is not None or optional or name == "order_id"]
        return st.sampled_from([*pool, None] if optional else [value for value in pool if value is not None])
    if get_origin(kind) is types.UnionType:
        return st.one_of([values_of("", part) for part in get_args(kind)])
    if kind is int:
        return st.sampled_from([*QUANTITIES, *TIMES, 0])
    if get_origin(kind) is tuple:
        return st.just(())
    return st.from_type(kind)


@st.composite
def events_of(draw: st.DrawFn, kind: type) -> Any:  # noqa: ANN401 - any event
    """A sane event, but for at most two fields: one that is wrong throughout goes no further than the first check."""
    hints, infos = get_type_hints(kind), fields(kind)
    hostile = draw(st.sets(st.sampled_from([info.name for info in infos]), max_size=2)) if infos else set()
    known = CONFIGURED if kind not in get_args(ClientEvent) else {}
    values = {}
    for info in infos:
        if info.name in hostile and info.name in known:
            values[info.name] = draw(st.sampled_from(known[info.name]))
        elif info.name in hostile:
            values[info.name] = draw(values_of(info.name, hints[info.name]))
        elif info.name in PLAIN:
            values[info.name] = draw(st.sampled_from(PLAIN[info.name]))
        elif info.required:
            values[info.name] = draw(values_of(info.name, hints[info.name]))
    return kind(**values)


REQUESTS: Final = NewOrder | ReplaceRequest | CancelRequest | StatusRequest | NewList | ListRequest | BadRequest
FIRED_BY_WAITING: Final = TimerFired
KINDS: Final = [kind for kind in get_args(Event) if kind not in {Genesis, FIRED_BY_WAITING}]
OFTEN: Final = [
    NewOrder,
    NewOrder,
    NewOrder,
    NewList,
    NewList,
    ReplaceRequest,
    CancelRequest,
    ChildAccepted,
    ChildFilled,
    ChildFilled,
]
WAITS: Final = st.sampled_from([0, 0, 1, SECOND // 10, SECOND, 10 * SECOND, 600 * SECOND])
STEPS: Final = st.tuples(WAITS, st.one_of([events_of(kind) for kind in [*OFTEN, *KINDS]]))


@given(st.lists(STEPS, max_size=40))
def test_any_sequence_of_inputs_is_survived_and_every_request_in_it_answered(steps: list[tuple[int, Event]]) -> None:
    floor = Scripted()
    for later, event in steps:
        floor.wait(later)
        said = floor.say(event)

        # Direct market access is answered by the venue.
        answers = ExecReport | CancelReject | ListStatus | BusinessReject | SendChild
        assert not isinstance(event, REQUESTS) or any(isinstance(out, answers) for out in said), event


def test_every_kind_of_input_is_drawn() -> None:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events._Event)]

    assert {*KINDS, Genesis, FIRED_BY_WAITING} == {kind for kind in kinds if not kind.__name__.startswith("_")}
