"""A $100M buy in a liquid name, worked over three days: estimated before, steered while it trades, accounted for after.

    python examples/three-day-order/three_day_order.py --out three-days
    python examples/three-day-order/three_day_order.py --out three-days --scale 0.05

One parent order, good till the third date, sent and amended as FIX text through the gateway; the engine, the router and
the simulated venues are the real ones, in this process. At most a fifth of the volume; half of it meant for displayed
venues, 30 % for midpoint pools, 20 % for scheduled crosses. --scale is the size of order and market alike.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fixspec.codec import OutField, decode, encode
from fixspec.dialect import STANDARD_STRATEGIES
from fixspec.values import format_utc_timestamp
from router.core.events import Genesis
from router.core.outputs import CancelReject, ExecReport, Output
from router.core.profiles import VenueProfile
from router.core.types import PPM, SECOND, Ns, Qty, Side, VenueKind
from router.market.calendar import local_instant
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.analysis.pretrade_question import Asked, question_of
from router.runtime.assembly import engine_factory, make_days, make_gateway
from router.runtime.commands.run_command import end_of
from router.runtime.journal_file import FILE_NAME, JournalFile
from router.runtime.plugins import load_algos
from router.runtime.settings import Settings, read_settings, write_home
from router.runtime.simulation import Simulation
from router.tca.cost.by_date import DateCosts, by_date
from router.tca.cost.shortfall import Shortfall, shortfall
from router.tca.facts.allocation import Goal, Offers, allocation, steered
from router.tca.facts.case import Case, cases
from router.tca.footprint.leakage import Markets
from router.tca.impact.terms import Estimate
from router.tca.pretrade.assess import Assessment, assess
from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.fill import fill
from router.tca.pretrade.markdown import render as pretrade_markdown
from router.tca.pretrade.page import render as pretrade_page
from router.tca.pretrade.question import Overrides
from router.tca.pretrade.rules import ByUrgency, ImpactFile
from router.tca.report.date_pictures import allocation_picture, price_picture, progress_picture, waterfall_picture
from router.tca.report.tca_report import SIGN, Beside, TcaReport, TcaReports, tca_report
from router.tca.report.tca_text import markdown, tables, title
from router.tca.tables import Table, bps_text, part_text
from router.tca.tables_page import Picture, Section
from router.tca.tables_page import render as tables_page

SYMBOL: Final = "VAST"
CLIENT: Final = "EMS44"
BEGIN_STRING: Final = "FIX.4.4"
MONEY: Final = 100e6
FIRST_DAY: Final = "20260316"
DATES: Final = 3
DONE: Final = frozenset("248C")
"""OrdStatus(39): filled, canceled, rejected, expired."""
CAP: Final = 0.20
"""MaxParticipation: of the volume while it trades, and of an average day's for each day's share."""
REJECTED: Final = "8"
SCALE_MIN: Final = 0.03
"""Below it the name is no longer a liquid one, and another algorithm is recommended."""
GOAL: Final = Goal(dark=300_000, cross=200_000)
ZONE: Final = "America/New_York"
REVIEW_NS: Final[Ns] = 360 * SECOND
"""After the stated time of a cross: it comes within five minutes of that, and then its fills are known."""
CROSS_LOTS: Final = 900
"""Mean interest of others at a cross, in round lots: a network for large orders, which the shipped one is not."""


class Traded(Struct, frozen=True):
    """What the client has of its order: its FIX messages, and the offers that it made, each with its time."""

    messages: tuple[str, ...]
    offers: tuple[tuple[Ns, Offers], ...]
    avg_px: str
    cum_qty: Qty


class Result(Struct, frozen=True):
    """The whole example, for who reads it from Python."""

    case: Case
    costs: Shortfall
    report: TcaReport
    dates: tuple[DateCosts, ...]
    assessment: Assessment
    document: PreTrade
    traded: Traded
    expected: tuple[Estimate, ...]
    fees_bps: float


# --- the market and the settings


def settings_of(home: Path, scale: float) -> Settings:
    """The shipped settings with this example's instrument, market and limits, brought to `scale`."""
    shutil.rmtree(home, ignore_errors=True)
    write_home(home)
    for path in sorted((Path(__file__).parent / "settings").glob("*.toml")):
        shutil.copyfile(path, home / path.name)
    found = read_settings(home)
    known = found.reference.instruments
    scaled = tuple(replace(each, adv=round((each.adv or 0) * scale)) for each in known)
    return replace(
        found,
        reference=replace(found.reference, instruments=scaled),
        venues=tuple(_busier(each, scale) for each in found.venues),
    )


def _busier(venue: VenueProfile, scale: float) -> VenueProfile:
    """The scheduled cross, as one for large orders."""
    if venue.kind is not VenueKind.CROSS or not venue.cross_times:
        return venue
    lots = max(round(CROSS_LOTS * scale), 1)
    return replace(venue, settings=venue.settings | {"contra_ppm": 800_000, "contra_lots_mean": lots})


# --- before


def house_models(settings: Settings) -> ImpactFile:
    """The impact models and rules of the settings, with this order's goals for the placement."""
    impact = read_impact(settings.config)
    dark, cross = (ByUrgency(part / PPM, part / PPM, part / PPM) for part in (GOAL.dark, GOAL.cross))
    return replace(impact, pretrade=replace(impact.pretrade, dark=dark, cross=cross))


def estimate(settings: Settings, qty: Qty, day: str) -> tuple[Assessment, PreTrade]:
    """What the order should cost over its days, and how to work it."""
    impact, algos = house_models(settings), load_algos()
    asked = Asked(
        symbol=SYMBOL,
        side=Side.BUY,
        qty=qty,
        day=day,
        start=None,
        horizon_minutes=None,
        urgency="Low",  # it has three days
        profile=None,
        overrides=Overrides(max_participation=CAP),
        days=DATES,
        client=CLIENT,
    )
    question = question_of(settings, asked, datetime.min.replace(tzinfo=UTC))
    found = assess(question, impact.on(day), impact.pretrade, algos)
    return found, fill(found, algos[found.choice.evaluation.candidate.strategy])


def parameters(document: PreTrade, scale: float) -> dict[str, str]:
    """The recommended parameters, and what an order of several days needs beside them."""
    said = {each.name: each.text for each in document.execution_strategy.parameters}
    # Slices of the size that the full market has: smaller ones would be below what pools take.
    interval = min(round(60 / scale), 600)
    return said | {"DaySchedule": "Even", "Completion": "Complete", "Interval": str(interval)}


# --- the trade


class Trader:
    """The client: FIX text out and in, fills by kind of venue as its reports tell, and what it offers next."""

    def __init__(self, settings: Settings, state: Path, seed: int, scale: float) -> None:
        market = make_days(settings, f"synthetic:{seed}:{scale}", FIRST_DAY, DATES)
        genesis = Genesis("A1", msgspec.json.encode(market.config).decode(), market.spec)
        journal = JournalFile(state, durability="process")
        self.config = market.config
        self.sessions = market.config.calendars["XNYS"]
        self._gateway = make_gateway(settings, market.config)
        self._simulation = Simulation(market, journal, engine_factory(load_algos()), genesis, self._hear)
        self._kinds = {venue.mic: venue.kind for venue in settings.venues}
        self.messages: list[str] = []
        self.filled = dict.fromkeys(VenueKind, 0)
        self.status, self.avg_px, self.cum_qty, self.text = "", "", 0, ""

    def wait(self, until: Ns) -> None:
        """Let the market go on."""
        self._simulation.run(until)

    def send(self, msg_type: str, fields: Sequence[OutField]) -> None:
        """One message, as bytes of FIX to the gateway."""
        text = encode(msg_type, [*fields, (60, format_utc_timestamp(self._simulation.now))], BEGIN_STRING)
        self.messages.append(text)
        self._simulation.say(self._gateway.to_event(CLIENT, text))

    def close(self) -> None:
        """The journal is whole."""
        self._simulation.close()

    def _hear(self, _at: Ns, output: Output) -> None:
        if not isinstance(output, ExecReport | CancelReject):
            return
        text = self._gateway.to_text(output)
        self.messages.append(text)
        message = decode(text)
        if message.get(35) != "8":
            return
        self.status, self.avg_px, self.text = (message.get(tag) or "" for tag in (39, 6, 58))
        self.cum_qty = int(message.get(14) or 0)
        if message.get(150) == "F":
            self.filled[self._kinds[message.get(30) or ""]] += int(message.get(32) or 0)


def order_fields(strategy: str, qty: Qty, until: str, said: Mapping[str, str]) -> list[OutField]:
    """The body of a NewOrderSingle(D) or of the replace that carries the same terms."""
    code = next(code for code, name in STANDARD_STRATEGIES.items() if name == strategy)
    group = [(tag, text) for name, value in said.items() for tag, text in ((958, name), (959, "14"), (960, value))]
    terms = [(55, SYMBOL), (54, "1"), (38, str(qty)), (40, "1"), (59, "6"), (432, until)]
    return [*terms, (847, code), (957, str(len(said))), *group]


def trade(trader: Trader, strategy: str, qty: Qty, said: Mapping[str, str]) -> Traded:
    """Send the order a minute after the first open; after each cross amend DarkPct and CrossPct towards the goal."""
    offers = Offers(GOAL.dark, GOAL.cross)
    first = trader.sessions[0].open + 60 * SECOND
    trader.wait(first)
    trader.send("D", [(11, "BIG-1"), (21, "1"), *_offering(trader, strategy, qty, said, offers)])
    if trader.status == REJECTED:
        raise SystemExit(f"the order was refused: {trader.text}")
    history = [(first, offers)]
    for at in reviews(trader):
        trader.wait(at)
        if trader.status in DONE:
            break
        offers = steered(offers, GOAL, trader.filled)
        chain: list[OutField] = [(11, f"BIG-{len(history) + 1}"), (41, f"BIG-{len(history)}"), (21, "1")]
        trader.send("G", [*chain, *_offering(trader, strategy, qty, said, offers)])
        history.append((at, offers))
    trader.wait(end_of(trader.config))
    trader.close()
    return Traded(tuple(trader.messages), tuple(history), trader.avg_px, trader.cum_qty)


def _offering(trader: Trader, strategy: str, qty: Qty, said: Mapping[str, str], offers: Offers) -> list[OutField]:
    asked = {**said, "DarkPct": f"{offers.dark / PPM:.6f}", "CrossPct": f"{offers.cross / PPM:.6f}"}
    return order_fields(strategy, qty, trader.sessions[-1].day, asked)


def reviews(trader: Trader) -> Iterator[Ns]:
    """When each cross of each date is over."""
    stated = sorted({at for venue in trader.config.venues if venue.enabled for at in venue.cross_times})
    for session in trader.sessions:
        yield from (local_instant(session.day, at, ZONE) + REVIEW_NS for at in stated)


# --- after


def three_days(out: Path, *, scale: float, seed: int) -> Result:
    """All of it, into `out`."""
    settings = settings_of(out / "home", scale)
    shutil.rmtree(out / "state", ignore_errors=True)
    px = estimate(settings, 100, FIRST_DAY)[0].order.price
    qty = round(MONEY * scale / px / 100) * 100
    found, document = estimate(settings, qty, FIRST_DAY)
    trader = Trader(settings, out / "state", seed, scale)
    traded = trade(trader, document.execution_strategy.algorithm, qty, parameters(document, scale))
    case = next(iter(cases(read_recorder(out / "state" / FILE_NAME))))
    costs = shortfall(case)
    best = found.choice.evaluation
    known = found.question.profile
    beside = Beside(
        markets=Markets([case]),
        impact=house_models(settings),
        profiles={} if known is None else {SYMBOL: known},
    )
    report = tca_report(case, beside=beside)
    dates = by_date(case, costs)
    made = Result(case, costs, report, dates, found, document, traded, best.estimates, best.fees.value)
    write(out, made)
    return made


def goal_table(made: Result) -> Table:
    """Goal against achieved, by date and in all."""
    rows = []
    for day in (*(date.day for date in made.dates), None):
        for share in allocation(made.case, GOAL, day):
            cells = (part_text(share.goal / PPM), part_text(float(share.part or 0)), f"{share.filled:,}")
            rows.append((day or "all", share.kind.value, *cells, f"{round(share.missed):,}"))
    return Table("Where it traded", ("date", "kind", "goal", "achieved", "shares", "short of the goal"), tuple(rows))


def offers_table(made: Result) -> Table:
    """What the client asked for, amendment by amendment."""
    rows = tuple(
        (format_utc_timestamp(at)[:17], part_text(offers.dark / PPM), part_text(offers.cross / PPM))
        for at, offers in made.traded.offers
    )
    return Table("What was offered", ("from, UTC", "DarkPct", "CrossPct"), rows)


def cap_table(made: Result) -> Table:
    """Each date against the cap."""
    adv = made.case.instrument.adv
    assert adv, SYMBOL
    rows = []
    for date in made.dates:
        parts = (date.filled / adv, float(date.participation or 0))
        kept = "kept" if max(parts) <= CAP else "broken"
        rows.append((date.day, f"{date.filled:,}", *map(part_text, parts), part_text(CAP), kept))
    return Table("The cap", ("date", "filled", "of ADV", "of the volume", "cap", "result"), tuple(rows))


def expected_table(made: Result) -> Table:
    """Every model's expectation of the whole order, against what it came to."""
    realised = made.costs.bps(made.costs.total)
    assert realised is not None, "the order has no price"
    rows = []
    for each in made.expected:
        low, high = (each.total + made.fees_bps + sign * 1.96 * each.deviation for sign in (-1, 1))
        inside = "inside" if low <= realised <= high else "outside"
        cells = map(bps_text, (each.total + made.fees_bps, each.timing_risk, low, high, realised))
        rows.append((each.model, *cells, inside, "beyond its range" if each.outside else "holds"))
    header = (
        "model",
        "expected, bps",
        "timing risk, bps",
        "95 % from",
        "95 % to",
        "realised, bps",
        "realised is",
        "it",
    )
    return Table("Expected before, realised after", header, tuple(rows))


def summary_tables(made: Result) -> tuple[Table, ...]:
    """The four tables that the summary is."""
    return expected_table(made), goal_table(made), cap_table(made), offers_table(made)


def pictures(made: Result) -> dict[str, Picture]:
    """By the name of the file."""
    groups = {date.day: allocation(made.case, GOAL, date.day) for date in made.dates}
    groups["all"] = allocation(made.case, GOAL)
    return {
        "price": Picture("Price and fills", price_picture(made.case, made.dates)),
        "progress": Picture("Filled against the schedule", progress_picture(made.case, made.dates)),
        "allocation": Picture("Where it traded, against the goal", allocation_picture(groups)),
        "waterfall": Picture("The shortfall, part by part", waterfall_picture(made.costs)),
    }


def write(out: Path, made: Result) -> None:
    """The filled templates, the pictures, and the client's messages."""
    report = made.report
    drawn = pictures(made)
    sections = [
        Section("Summary", pictures=tuple(drawn.values()), tables=summary_tables(made)),
        Section("TCA report", words=report.notes, tables=tuple(tables(report))),
    ]
    texts = {
        "execution-strategy.json": _json(made.document.execution_strategy),
        "market-impact.json": _json(made.document.market_impact),
        "pre-trade.md": pretrade_markdown(made.document),
        "pre-trade.html": pretrade_page(made.document),
        "tca.json": _json(TcaReports(reports=(report,))),
        "tca.md": markdown([report]),
        "tca.html": tables_page(f"After the trade: {title(report)}", SIGN, sections),
        "client-fix.txt": "".join(f"{text.replace(chr(1), '|')}\n" for text in made.traded.messages),
        **{f"{name}.svg": picture.svg for name, picture in drawn.items()},
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")


def _json(document: Struct) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def summary(made: Result) -> str:
    """The summary for a terminal."""
    strategy = made.document.execution_strategy
    costs, record = made.costs, made.case.record
    total = costs.total
    assert total is not None, "the order has no price"
    lines = [
        f"{strategy.algorithm}, rule {strategy.rule}: {record.cum_qty:,} of {record.qty:,} at {made.traded.avg_px}",
        f"shortfall: {costs.currency} {float(total):,.2f} ({costs.bps(total):.2f} bps). {SIGN}",
    ]
    for table in summary_tables(made):
        widths = [max(map(len, column)) for column in zip(table.header, *table.rows, strict=True)]
        rows = (
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in (table.header, *table.rows)
        )
        lines += ["", table.title, *rows]
    return "\n".join(lines)


def main() -> None:
    """Estimate, trade, account; write and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for settings, journal, documents, pictures")
    parser.add_argument("--seed", type=int, default=1, help="of the market")
    parser.add_argument("--scale", type=float, default=1.0, help="size of order and market; 1 is $100M")
    arguments = parser.parse_args()
    if not SCALE_MIN <= arguments.scale <= 1:
        parser.error(f"--scale: must be from {SCALE_MIN} to 1: got {arguments.scale}")
    print(summary(three_days(arguments.out, scale=arguments.scale, seed=arguments.seed)))
    print(f"\n{arguments.out}: pre-trade.html, tca.html and the rest")


if __name__ == "__main__":
    main()
