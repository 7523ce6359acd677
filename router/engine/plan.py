"""What an order asks for, worked out once: algorithm, parameters, window, placement; or why it is refused.

Pure: reads the desk's configuration and market, changes nothing. The same rules serve a new order and a replace.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import AlgoFactory, OrderTerms, SchedulePoint
from router.core.instruments import Instrument
from router.core.params import AlgoParams, ParamRefusal, parse_params, resolve_window, show_time
from router.core.types import Ns, OrdRejReason, Qty, TimeInForce
from router.engine.days import Today, target_of_today, unkept_schedule, window_of_today
from router.engine.desk import Desk
from router.engine.expiry import expires_at
from router.engine.immediate import Immediate, ImmediateOrCancel
from router.engine.instructions import POST_ONLY, peg_of, unkept_exec_inst, unkept_param
from router.engine.work import ParentWork
from router.orders import Terms
from router.sor.work import Preferences

SCHEDULE_POINTS_MAX: Final = 128
"""Points of an expected schedule that the journal keeps: enough for a picture, whatever the algorithm's grid."""


class Refused(Struct, frozen=True):
    """Why an order cannot be worked: OrdRejReason(103) and the text, which names the rule and the value."""

    reason: OrdRejReason
    text: str


class OrderPlan(Struct, frozen=True):
    """How an order will be worked. `factory` is None for direct market access."""

    factory: AlgoFactory | None
    params: AlgoParams
    terms: OrderTerms
    prefs: Preferences


def order_plan(
    desk: Desk, asked: Terms, now: Ns, standing: OrderTerms | None, *, traded_before: Qty = 0
) -> OrderPlan | Refused:
    """The plan for the terms asked for; `standing` are the order's working terms when this is a replace.

    `traded_before` is what earlier trading dates have filled of it: the plan's quantity is today's share more.
    """
    if asked.symbol not in desk.market:
        return Refused(OrdRejReason.UNKNOWN_SYMBOL, f"Symbol(55) {asked.symbol} is not known here")
    market = desk.market[asked.symbol]
    session = desk.market.session(asked.symbol, desk.day)
    if session is None:
        return Refused(OrdRejReason.EXCHANGE_CLOSED, f"{asked.symbol} does not trade on {desk.day or 'no day at all'}")
    unkept = unkept_exec_inst(asked)
    found = Refused(OrdRejReason.UNSUPPORTED, unkept) if unkept else _params(desk, asked)
    if isinstance(found, Refused):
        return found
    factory, params = found
    sessions = desk.market.sessions(asked.symbol)
    params = window_of_today(asked, params, session, sessions)
    window = resolve_window(params, now, session.open, session.close)
    if isinstance(window, ParamRefusal):
        return Refused(OrdRejReason.OTHER, window.text)
    expiry = expires_at(asked)
    if expiry <= window[0]:
        rule = "must not be past; it is now" if expiry <= now else "must be after the start, which is"
        return Refused(OrdRejReason.OTHER, f"ExpireTime(126) {rule} {show_time(window[0])}: got '{show_time(expiry)}'")
    # An order that has begun keeps its start: what it has done since then counts.
    has_begun = standing is not None and session.open <= standing.start <= now
    start = standing.start if standing is not None and has_begun else window[0]
    unknown = [mic for mic in (*params.venues_include, *params.venues_exclude) if mic not in desk.venues]
    if unknown:
        return Refused(OrdRejReason.OTHER, f"VenuesInclude/VenuesExclude name no venue of ours: {' '.join(unknown)}")
    instrument = market.instrument
    curves = desk.config.curves
    curve = next((name for name in (instrument.symbol, "*") if name in curves), "")
    end = min(window[1], expiry)
    today = Today(session, start, end, sessions, curves.get(curve, ()))
    terms = OrderTerms(
        order_id=standing.order_id if standing else "",
        instrument=instrument,
        side=asked.side,
        qty=target_of_today(asked, params, instrument, today, traded_before=traded_before, expiry=expiry),
        ord_type=asked.ord_type,
        limit_px=asked.px,
        start=start,
        end=end,
        session_open=session.open,
        session_close=session.close,
        seed=standing.seed if standing else 0,
        adv=instrument.adv,
        curve=curves.get(curve, ()),
        curve_days=desk.config.curve_days.get(curve),
        curve_source="historical" if curve == instrument.symbol else ("pooled" if curve else "uniform"),
    )
    return OrderPlan(factory, params, terms, _preferences(asked, params))


def order_seed(seed: int, order_id: str) -> int:
    """An order's own seed: a function of the configuration's seed and the OrderID(37), the same in any process."""
    return crc32(f"{seed}:{order_id}".encode())


def renew(desk: Desk, work: ParentWork) -> None:
    """Work the order by its terms of now: a new day's session, or a quantity that the desk changed."""
    parent = work.parent
    plan = order_plan(desk, parent.terms, desk.now, work.terms, traded_before=parent.traded_before)
    if isinstance(plan, Refused):
        desk.note(work.order_id, "not-renewed", text=plan.text)
        return
    work.params, work.terms, work.prefs = plan.params, plan.terms, plan.prefs
    if work.algo is not None:
        work.algo.on_amend(plan.params, plan.terms)
        note_schedule(desk, work.order_id, plan, done=parent.traded_before)


def note_schedule(desk: Desk, order_id: str, plan: OrderPlan, *, done: Qty = 0) -> None:
    """Put the plan's expected schedule into the journal: what progress and cost are measured against from now on.

    It is of all the order's shares: from `done`, which earlier trading dates have filled, to today's share more.
    """
    if plan.factory is None or plan.terms.qty <= done:
        return
    todays = replace(plan.terms, qty=plan.terms.qty - done)
    points = [
        SchedulePoint(point.at, point.qty + done) for point in plan.factory.expected_schedule(plan.params, todays)
    ]
    step = -(-len(points) // SCHEDULE_POINTS_MAX)
    kept = points[:: max(step, 1)]
    if points and kept[-1] != points[-1]:
        kept = [*kept, points[-1]]
    desk.note(order_id, "schedule", points=" ".join(f"{point.at}:{point.qty}" for point in kept))


def _params(desk: Desk, asked: Terms) -> tuple[AlgoFactory | None, AlgoParams] | Refused:
    instrument = desk.market[asked.symbol].instrument
    unkept = unkept_param([name for name, _ in asked.params], asked)
    if unkept:
        return Refused(OrdRejReason.OTHER, unkept)
    if asked.is_direct:
        return None, AlgoParams()
    if asked.strategy is None:
        if asked.tif in (TimeInForce.FOK, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE):
            text = f"TimeInForce(59) {asked.tif} needs an ExDestination(100): no router can promise it over venues"
            return Refused(OrdRejReason.UNSUPPORTED, text)
        factory: AlgoFactory = ImmediateOrCancel if asked.tif is TimeInForce.IOC else Immediate
        wanted = _parsed(factory.Params, asked, instrument)
    else:
        named = desk.algos.get(asked.strategy)
        if named is None:
            known = ", ".join(sorted(desk.algos))
            return Refused(OrdRejReason.OTHER, f"strategy {asked.strategy!r} is not one of {known}")
        if asked.ex_destination is not None:
            text = f"ExDestination(100) {asked.ex_destination} and strategy {asked.strategy}: one or the other"
            return Refused(OrdRejReason.OTHER, text)
        if asked.tif in (TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE):
            text = f"TimeInForce(59) {asked.tif} cannot be worked by a strategy: Day, GTC or GTD"
            return Refused(OrdRejReason.UNSUPPORTED, text)
        factory, wanted = named, _parsed(named.Params, asked, instrument)
    if isinstance(wanted, ParamRefusal):
        return Refused(OrdRejReason.OTHER, wanted.text)
    unkept = unkept_schedule(asked, wanted)
    if unkept:
        return Refused(OrdRejReason.OTHER, unkept)
    return factory, wanted


def _parsed(cls: type[AlgoParams], asked: Terms, instrument: Instrument) -> AlgoParams | ParamRefusal:
    return parse_params(cls, asked.params, price_scale=instrument.price_scale, lot=instrument.round_lot)


def _preferences(asked: Terms, params: AlgoParams) -> Preferences:
    direct = asked.ex_destination if asked.is_direct else None
    return Preferences(
        display_qty=asked.display_qty if asked.display_qty is not None else params.display_qty,
        min_qty=asked.min_qty if asked.min_qty is not None else params.min_qty,
        dark_pct=params.dark_pct,
        dark_only=params.dark_only,
        venues_include=params.venues_include,
        venues_exclude=params.venues_exclude,
        direct_venue=direct,
        ord_type=asked.ord_type,
        tif=asked.tif,
        expire_time=asked.expire_time if asked.tif is TimeInForce.GTD else None,
        post_only=direct is not None and POST_ONLY in asked.exec_inst.split(),
        peg=None if direct is None else peg_of(asked.exec_inst),
    )
