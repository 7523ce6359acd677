"""The TCA report of one parent order as data: every figure with its unit, its interval or the reason why there is none.

Money and prices are decimals (text in JSON), exact where they end as decimals and to 12 places where they do not;
nothing else is rounded. The JSON Schema is `schema()`, published as docs/schemas/tca-report.schema.json. It must
not know how a figure is printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta, Struct

from router.core.types import Ns, OrdStatus, Qty, Side
from router.tca.cost.arrival_estimate import EstimateSection, arrival_estimate
from router.tca.cost.benchmarks import Benchmark, Reversion, benchmarks, participation, reversions, volume_interval
from router.tca.cost.by_date import DateCosts, by_date
from router.tca.cost.decomposition import CurvePoint, Decomposition, Estimate, TimingRisk, decompose, timing_risk
from router.tca.cost.shortfall import Shortfall, shortfall
from router.tca.costs import cost_against
from router.tca.exact import Money, exact_decimal
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark
from router.tca.facts.trading_time import dates
from router.tca.facts.volatility import Volatility
from router.tca.footprint.guessing import GuessingSection, guessing
from router.tca.footprint.leakage import Markets
from router.tca.footprint.leakage_rows import LeakageSection, leakage
from router.tca.json_schema import json_schema
from router.tca.pretrade.rules import ImpactFile
from router.tca.profile.profile import SymbolProfile
from router.tca.universe.peers import Universe
from router.tca.universe.peers_rows import PeersSection, peers
from router.tca.venues.attribution import By, attribute, gather
from router.tca.venues.attribution_rows import AttributionSection, section

SIGN: Final = "Positive is a cost, for buys and for sells."
HOUR_S: Final = 3_600
NO_MODELS: Final = "no impact models were given"
NO_UNIVERSE: Final = "no universe of past orders was given"
"""Why a section is empty that nobody asked for."""

Bps: TypeAlias = Annotated[float, Meta(description="basis points")]
Price: TypeAlias = Annotated[Decimal, Meta(description="price in `currency` for a share")]
Shares: TypeAlias = Annotated[Qty, Meta(description="shares")]
Time: TypeAlias = Annotated[Ns, Meta(description="UTC nanoseconds since 1970-01-01")]
Part: TypeAlias = Annotated[float, Meta(description="a part of the whole, 0 to 1")]


class OrderDetails(Struct, frozen=True, kw_only=True):
    """The order and what became of it, by FIX's names."""

    order_id: str
    cl_ord_id: str
    client: str
    symbol: str
    currency: str
    side: Side
    algorithm: str
    ord_status: OrdStatus
    order_qty: Shares
    cum_qty: Shares
    limit_px: Price | None
    avg_px: Price | None
    """AvgPx(6) before it is rounded; None where nothing was filled."""
    traded: Money
    """AvgPx(6) x CumQty(14)."""
    transact_time: Time | None
    arrived_at: Time
    start: Time
    ended_at: Time | None
    """None: still open."""
    as_of: Time
    """The last instant of which anything is known."""
    days: tuple[str, ...]
    """Trading dates on which it was open, YYYYMMDD."""
    fills: int
    busted: int
    children: int
    participation: Part | None
    """Of the eligible volume between release and end, our own included."""
    adv_part: Part | None
    """Ordered shares against the average daily volume; may be above 1."""
    reasons: dict[str, str] = {}
    """Why a field has no figure, by its name."""


class Reference(Struct, frozen=True):
    """A price that others are measured against."""

    px: Price | None
    at: Time | None
    basis: str
    reason: str


class PartLine(Struct, frozen=True):
    """One part of the shortfall: money, and basis points of the paper portfolio."""

    name: str
    money: Money | None
    bps: Bps | None
    reason: str = ""


class ShortfallSection(Struct, frozen=True):
    """Implementation shortfall; `total` is the sum of the parts that there are, exactly."""

    currency: str
    decision: Reference
    release: Reference
    end: Reference
    paper: Money | None
    """The paper portfolio: ordered shares at the decision price; None without one."""
    parts: tuple[PartLine, ...]
    total: PartLine
    reason: str = ""
    """Why there is no paper portfolio."""


class DateLine(Struct, frozen=True, kw_only=True):
    """One date of an order of several; money sums over dates to trading, opportunity and fees (`by_date`)."""

    day: str
    filled: Shares
    left: Shares
    avg_px: Price | None
    start: Reference
    end: Reference
    vwap_px: Price | None
    """Of eligible prints while the order was worked on the date, its own among them."""
    vwap_bps: Bps | None
    participation: Part | None
    night: Money
    """Of the balance, from the close before to this date's start."""
    traded: Money
    carried: Money | None
    fees: Money
    reason: str = ""


class BenchmarkLine(Struct, frozen=True):
    """What the filled shares cost against one benchmark."""

    name: str
    px: Price | None
    at: Time | None
    bps: Bps | None
    money: Money | None
    basis: str
    reason: str


class EstimateLine(Struct, frozen=True):
    """A figure in `unit`; of an estimate, its standard error and 95 % interval. `note`: its basis, or what lacks."""

    name: str
    value: float | None
    unit: str
    error: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


class ReversionLine(Struct, frozen=True):
    """How far the midpoint came back after the last fill; money is of the filled shares."""

    name: str
    px: Price | None
    move: EstimateLine
    money: Money | None
    reason: str = ""


class ImpactSection(Struct, frozen=True):
    """Permanent and temporary impact, the decay after the last fill, and the volatility that the errors are from."""

    volatility: EstimateLine
    estimates: tuple[EstimateLine, ...]
    curve: tuple[EstimateLine, ...]


class Beside(Struct, frozen=True, kw_only=True):
    """What a report draws on beside its own order. What is not there, the section that lacks it says."""

    markets: Markets | None = None
    """Of all the parents of the journals, of which the order is one; without them it is taken to be alone."""
    impact: ImpactFile | None = None
    """The house's impact models."""
    profiles: dict[str, SymbolProfile] = {}
    """What was measured of instruments before, by Symbol(55)."""
    universe: Universe | None = None
    """Past orders."""


class TcaReport(Struct, frozen=True, kw_only=True):
    """Everything that one order's transaction cost analysis says."""

    sign: str = SIGN
    order: OrderDetails
    shortfall: ShortfallSection
    dates: tuple[DateLine, ...]
    """Date by date; empty of an order of one date."""
    benchmarks: tuple[BenchmarkLine, ...]
    reversion: tuple[ReversionLine, ...]
    impact: ImpactSection
    timing_risk: tuple[EstimateLine, ...]
    attribution: tuple[AttributionSection, ...]
    """By venue, venue kind, child reason, order type and liquidity flag."""
    guessing: GuessingSection
    leakage: LeakageSection
    estimate: EstimateSection
    """What it should have cost by what was known when it arrived."""
    peers: PeersSection
    notes: tuple[str, ...]
    """What was assumed."""


class TcaReports(Struct, frozen=True, kw_only=True):
    """What `sluice tca --json` writes: one report for each parent order."""

    sign: str = SIGN
    cut_short: tuple[str, ...] = ()
    """Journals whose outputs end before their inputs do, a line each: what came after is in no report."""
    reports: tuple[TcaReport, ...]


def tca_report(case: Case, volatility: Volatility | None = None, beside: Beside | None = None) -> TcaReport:
    """The report of one order; `volatility` is measured from the case where none is given. Raises `UntiedError`."""
    beside = beside or Beside()
    known = beside.profiles.get(case.record.symbol)
    estimate = EstimateSection(reason=NO_MODELS)
    if beside.impact is not None:
        estimate = arrival_estimate(case, beside.impact, known)
    costs = shortfall(case)
    impact = decompose(case, volatility)
    material = gather([case])
    return TcaReport(
        order=_details(case),
        shortfall=_shortfall(case, costs),
        dates=tuple(_dates(case, by_date(case, costs))),
        benchmarks=tuple(_benchmark(case, each) for each in benchmarks(case)),
        reversion=tuple(_reversion(case, each, impact) for each in reversions(case)),
        impact=_impact(impact),
        timing_risk=_timing(timing_risk(case, costs, impact.volatility)),
        attribution=tuple(section(attribute(material, by)) for by in By),
        guessing=guessing(case),
        leakage=leakage(case, beside.markets),
        estimate=estimate,
        peers=PeersSection(reason=NO_UNIVERSE) if beside.universe is None else peers(case, beside.universe, estimate),
        notes=tuple(_notes(case)),
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `TcaReports`."""
    plain: dict[str, Any] = json.loads(json.dumps(json_schema(TcaReports)))
    return plain


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


# --- section by section


def _details(case: Case) -> OrderDetails:
    record = case.record
    reasons: dict[str, str] = {}
    part = participation(case, volume_interval(case))
    if part is None:
        reasons["participation"] = "no eligible print while it was open"
    adv = case.instrument.adv
    if not adv:
        reasons["adv_part"] = "no average daily volume is known" if adv is None else "the average daily volume is 0"
    if not record.cum_qty:
        reasons["avg_px"] = "every trade was taken back" if record.busted else "nothing was filled"
    if record.limit_px is None:
        reasons["limit_px"] = "no limit"
    if record.sent_at is None:
        reasons["transact_time"] = "the client did not say"
    if record.ended_at is None:
        reasons["ended_at"] = "still open" if case.cut is None else f"open where the outputs end: {case.cut}"
    return OrderDetails(
        order_id=record.order_id,
        cl_ord_id=record.cl_ord_id,
        client=record.client,
        symbol=record.symbol,
        currency=case.instrument.currency,
        side=record.side,
        algorithm=record.algorithm,
        ord_status=record.status,
        order_qty=record.qty,
        cum_qty=record.cum_qty,
        limit_px=None if record.limit_px is None else _price(case, Fraction(record.limit_px)),
        avg_px=_price(case, Fraction(record.notional, record.cum_qty)) if record.cum_qty else None,
        traded=exact_decimal(case.currency(record.notional)),
        transact_time=record.sent_at,
        arrived_at=record.arrived_at,
        start=record.start,
        ended_at=record.ended_at,
        as_of=case.as_of,
        days=tuple(dict.fromkeys(day for _, day in dates(case))),
        fills=len(record.fills),
        busted=len(record.busted),
        children=len(record.children),
        participation=None if part is None else float(part),
        adv_part=record.qty / adv if adv else None,
        reasons=reasons,
    )


def _shortfall(case: Case, costs: Shortfall) -> ShortfallSection:
    parts = tuple(_part(costs, name, money) for name, money in costs.parts.items())
    no_paper = f"no paper portfolio: {costs.decision.reason or 'no share was ordered'}"
    return ShortfallSection(
        currency=costs.currency,
        decision=_reference(case, costs.decision),
        release=_reference(case, costs.release),
        end=_reference(case, costs.end),
        paper=_money(costs.paper),
        parts=parts,
        total=_part(costs, "total", costs.total),
        reason="" if costs.paper else no_paper,
    )


def _part(costs: Shortfall, name: str, money: Fraction | None) -> PartLine:
    return PartLine(name, _money(money), costs.bps(money), costs.reasons.get(name, ""))


def _reference(case: Case, mark: Mark) -> Reference:
    return Reference(_price(case, mark.px), mark.at, mark.basis, mark.reason)


def _dates(case: Case, found: Sequence[DateCosts]) -> Iterator[DateLine]:
    for each in found if len(found) > 1 else ():
        vwap = cost_against(case.record.side, each.filled, each.notional, each.interval.vwap)
        part = each.participation
        yield DateLine(
            day=each.day,
            filled=each.filled,
            left=each.left,
            avg_px=_price(case, each.average_px),
            start=_reference(case, each.start),
            end=_reference(case, each.end),
            vwap_px=_price(case, each.interval.vwap),
            vwap_bps=None if vwap is None else vwap.bps,
            participation=None if part is None else float(part),
            night=exact_decimal(each.night),
            traded=exact_decimal(each.traded),
            carried=_money(each.carried),
            fees=exact_decimal(each.fees),
            reason="" if each.interval.volume else "no eligible print while it was worked",
        )


def _benchmark(case: Case, each: Benchmark) -> BenchmarkLine:
    money = None if each.cost is None else case.currency(each.cost.quanta)
    reason = each.mark.reason or ("" if each.cost else "nothing was filled")
    return BenchmarkLine(
        name=each.name,
        px=_price(case, each.mark.px),
        at=each.mark.at,
        bps=None if each.cost is None else each.cost.bps,
        money=_money(money),
        basis=each.mark.basis,
        reason=reason,
    )


def _reversion(case: Case, each: Reversion, impact: Decomposition) -> ReversionLine:
    noise = None if each.seconds is None else impact.volatility.over(each.seconds)
    move = Estimate(each.bps, None if noise is None else noise * 10_000, reason=each.reason)
    money = None if each.quanta is None else case.currency(each.quanta)
    return ReversionLine(each.name, _price(case, each.px), _line(each.name, move), _money(money), each.reason)


def _impact(impact: Decomposition) -> ImpactSection:
    sigma, unit = impact.volatility, "bps over an hour of trading"
    scaled = [None if each is None else each * 10_000 for each in (sigma.over(HOUR_S), sigma.error_over(HOUR_S))]
    estimates = {"permanent": impact.permanent, "realised": impact.realised, "temporary": impact.temporary}
    return ImpactSection(
        volatility=_line("volatility", Estimate(scaled[0], scaled[1], unit, sigma.reason or sigma.basis)),
        estimates=tuple(_line(name, each) for name, each in estimates.items()),
        curve=tuple(_curve_line(point) for point in impact.curve),
    )


def _curve_line(point: CurvePoint) -> EstimateLine:
    return _line(point.name, point.level)


def _timing(risk: TimingRisk) -> tuple[EstimateLine, ...]:
    lines = {"expected": risk.expected, "as traded": risk.traded, "timing cost": risk.cost, "score": risk.score}
    return tuple(_line(name, each) for name, each in lines.items())


def _line(name: str, each: Estimate) -> EstimateLine:
    low, high = each.interval or (None, None)
    return EstimateLine(name, each.value, each.unit, each.error, low, high, each.reason)


def _notes(case: Case) -> Iterator[str]:
    """What was assumed, in words."""
    record = case.record
    if record.goes_on:
        yield "The order is done for the day, and what is left goes on on the next date: it is valued at the close."
    if case.cut is not None:
        yield f"Of the journal: {case.cut}."
    if case.is_cut_short:
        yield "The order is open where the outputs end: what became of it since is not known, fills may be missing."
    elif record.is_open:
        yield "The order is open: what is not filled may still be, and is valued at the last price known."
    if len(record.quantities) > 1:
        yield "OrderQty(38) was changed: the paper portfolio has it as it stands last, from the first decision on."
    if record.busted:
        shares = sum(fill.qty for _, fill in record.busted)
        yield f"Trades taken back, which are in no figure: {len(record.busted):,}, of {shares:,} shares."
    for venue in _feeless(case):
        yield f"No fee of {venue} is known: its fills are taken to be free."
    unsaid = sum(fill.qty for fill in case.fills if fill.liquidity is None)
    if unsaid:
        yield f"{unsaid:,} shares filled without LastLiquidityInd(851): taken to have removed liquidity."


def _feeless(case: Case) -> Mapping[str, None]:
    return dict.fromkeys(fill.venue for fill in case.fills if case.fee_rule(fill) is None)


def _price(case: Case, px: Fraction | None) -> Decimal | None:
    return None if px is None else exact_decimal(px / case.instrument.price_scale)


def _money(money: Fraction | None) -> Decimal | None:
    return None if money is None else exact_decimal(money)
