"""The TCA report as data: whole, with units, tied to the reports, and never blank without a reason."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from router.core.profiles import FeeRule
from router.journal import OutputLine
from router.market.tape import PRINT_RULES
from router.tca.cost.benchmarks import others
from router.tca.cost.shortfall import shortfall
from router.tca.exact import exact_decimal
from router.tca.facts.case import case_of, cases
from router.tca.facts.recorder import Recorder
from router.tca.facts.volatility import given as given_volatility
from router.tca.report.tca_report import Beside, TcaReport, TcaReports, schema_text, tca_report
from router.tca.universe.peers import Universe
from router.tca.venues.attribution import By, attribute, gather
from support.floor import ACME
from support.pretrade import impact_file
from support.scene import play
from support.tca_day import day, lines
from support.twelve_trades import case, recorded, tape

SCHEMA = Path(__file__).resolve().parents[4] / "docs" / "schemas" / "tca-report.schema.json"


WHOLE = Beside(impact=impact_file(), universe=Universe(()))
"""A report with every section."""


def as_json(*reports: TcaReport) -> Any:  # noqa: ANN401 - it is any JSON
    return json.loads(msgspec.json.encode(TcaReports(reports=reports)))


def test_the_published_schema_is_that_of_the_structs() -> None:
    """To write it anew: `sluice tca --schema > docs/schemas/tca-report.schema.json`."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_reports_meet_their_schema() -> None:
    written = as_json(tca_report(case("O1"), beside=WHOLE), tca_report(case("O2"), beside=WHOLE))

    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert list(validator.iter_errors(written)) == []
    assert list(validator.iter_errors({"sign": written["sign"]})) != []


def test_the_parts_in_json_sum_to_the_total_exactly() -> None:
    for order_id in ("O1", "O2"):
        (report,) = as_json(tca_report(case(order_id)))["reports"]

        costs = report["shortfall"]
        assert sum(Decimal(part["money"]) for part in costs["parts"]) == Decimal(costs["total"]["money"])


def test_half_the_effective_spread_of_all_fills_is_the_shortfalls_part_and_the_groups_cost_is_that_of_arrival() -> None:
    for order_id in ("O1", "O2"):
        was = case(order_id)
        costs, total = shortfall(was), attribute(gather([was]), By.VENUE).total

        assert costs.parts["spread"] == total.at_fill.effective / 2
        assert costs.parts["fees"] == Fraction(total.fees + total.rebates, 1_000_000)
        (arrival,) = [line for line in tca_report(was).benchmarks if line.name == "arrival"]
        assert arrival.money == exact_decimal(total.cost)


def test_the_order_of_the_twelve_trades() -> None:
    order = tca_report(case("O1")).order

    assert (order.order_qty, order.cum_qty, order.fills, order.busted, order.children) == (1_000, 400, 2, 1, 3)
    assert (order.traded, order.avg_px, order.limit_px) == (Decimal(16_017), Decimal("40.0425"), Decimal("40.1"))
    assert (order.participation, order.adv_part, order.days) == (400 / 2_200, 0.0005, ("20260316",))
    assert order.reasons == {}


def test_what_was_assumed_is_said() -> None:
    was = case("O1")
    strange = msgspec.structs.replace(was, venues={})
    later = msgspec.structs.replace(was.venues["XLIT"], fees=(FeeRule(from_date="20270101", remove=3_000),))
    untold = msgspec.structs.replace(was, venues=was.venues | {"XLIT": later})

    assert tca_report(was).notes == ("Trades taken back, which are in no figure: 1, of 100 shares.",)
    for each in (strange, untold):
        assert "No fee of XLIT is known: its fills are taken to be free." in tca_report(each).notes


@pytest.mark.parametrize(
    ("adv", "reason"), [(None, "no average daily volume is known"), (0, "the average daily volume is 0")]
)
def test_without_an_average_daily_volume_a_size_has_none_of_it(adv: int | None, reason: str) -> None:
    was = msgspec.structs.replace(case("O1"), instrument=msgspec.structs.replace(ACME, adv=adv))

    order = tca_report(was).order

    assert (order.adv_part, order.reasons) == (None, {"adv_part": reason})


def test_a_volatility_that_is_given_is_the_one_used() -> None:
    report = tca_report(case("O1"), given_volatility(0.02, 23_400, "profile of 20260313"))

    assert report.impact.volatility.note == "profile of 20260313"


# --- bad input


@pytest.mark.parametrize("count", range(3, len(tape()) + 1))
def test_a_day_cut_short_anywhere_has_a_report_without_a_blank(count: int) -> None:
    recorder = recorded(tape()[:count])

    written = as_json(*(tca_report(each, beside=WHOLE) for each in cases(recorder)))

    assert list(_blanks(written)) == []


def test_a_journal_whose_last_outputs_are_missing_has_a_report_of_what_is_there() -> None:
    inputs, outputs = lines(tape())

    for count in range(len(outputs)):
        written = as_json(*_reports(inputs, outputs[:count]))

        assert list(_blanks(written)) == []


def test_a_refused_order_and_one_without_a_limit_have_no_blank_either() -> None:
    reports = [tca_report(each, beside=WHOLE) for each in cases(recorded(day()))]

    assert list(_blanks(as_json(*reports))) == []
    assert [each.order.reasons.get("limit_px") for each in reports].count("no limit") >= 1
    assert any(each.shortfall.reason.startswith("no paper portfolio: ") for each in reports)


# --- from a journal of the real engine


def test_an_order_of_the_real_engine_ties_to_its_reports_and_to_its_own_prints() -> None:
    played = play(qty=4_000, strategy="VWAP", minutes=3)
    recorder = Recorder()
    recorder.follow(played.journal.inputs, played.journal.outputs)
    was = case_of(recorder, played.order)

    report = tca_report(was)

    order, costs = report.order, report.shortfall
    filled = {each.name: each for each in report.benchmarks}["arrival"]
    assert order.cum_qty == 4_000
    assert order.traded == sum(Decimal(fill.px) * fill.qty for fill in was.fills) / 10_000
    assert order.avg_px is not None
    assert round(order.avg_px * order.cum_qty, 2) == round(order.traded, 2)
    money = {part.name: part.money or Decimal(0) for part in costs.parts}
    # Nothing was left, and the arrival is the decision: cost against arrival and fees are the whole shortfall.
    assert costs.total.money == sum(money.values()) == (filled.money or 0) + money["fees"]
    assert {name for name, part in money.items() if part} >= {"spread", "timing", "fees"}
    assert list(_blanks(as_json(report))) == []
    eligible = [trade for trade in was.tape.prints(0, was.as_of) if PRINT_RULES[trade.kind].eligible]
    own = sum(fill.qty for fill in was.fills if PRINT_RULES[fill.kind].eligible)
    assert sum(trade.qty for trade in eligible) - sum(trade.qty for trade in others(was, eligible)) == own > 0


def _reports(inputs: Sequence[Any], outputs: Sequence[OutputLine]) -> Iterator[TcaReport]:
    recorder = Recorder()
    recorder.follow(inputs, outputs)
    return (tca_report(each, beside=WHOLE) for each in cases(recorder))


def _blanks(written: object, where: str = "", reasons: str = "") -> Iterator[str]:
    """Figures that are not there and whose reason is not beside them; a NaN would be written as null, too."""
    if isinstance(written, dict):
        said = "".join(str(written.get(name) or "") for name in ("reason", "note", "basis"))
        by_name = written.get("reasons") or {}
        for name, value in written.items():
            yield from _blanks(value, f"{where}.{name}", said or by_name.get(name, reasons))
    elif isinstance(written, list):
        for place, value in enumerate(written):
            yield from _blanks(value, f"{where}[{place}]", reasons)
    elif written is None and not reasons:
        yield where


def test_the_search_for_blanks_finds_one() -> None:
    assert list(_blanks({"a": [{"px": None, "reason": ""}], "b": {"px": None, "reason": "none"}})) == [".a[0].px"]
