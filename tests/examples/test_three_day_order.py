"""The three-day order, small: what it writes, that it ties to the client's FIX messages, and that its rules hold."""

import json
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from fixspec.codec import decode
from fixspec.message import Message
from router.core.types import VenueKind
from router.tca.facts.allocation import allocation
from support.examples import loaded

pytestmark = [pytest.mark.slow, pytest.mark.untraced]
DAYS = ["20260316", "20260317", "20260318"]


@pytest.fixture(scope="module")
def example(repo: Path) -> ModuleType:
    return loaded(repo / "examples" / "three-day-order" / "three_day_order.py")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("three-days")


@pytest.fixture(scope="module")
def made(example: ModuleType, out: Path) -> Any:  # noqa: ANN401 - a struct of a module that has no name to import it by
    """A twentieth of the order in a twentieth of the market."""
    return example.three_days(out, scale=0.05, seed=1)


def sent_and_heard(out: Path) -> list[Message]:
    """The client's messages, as it has them."""
    lines = (out / "client-fix.txt").read_text(encoding="utf-8").splitlines()
    return [decode(line.replace("|", "\x01")) for line in lines]


def test_one_parent_is_carried_over_two_nights_and_filled(made: Any, out: Path) -> None:  # noqa: ANN401 - as above
    reports = [message for message in sent_and_heard(out) if message.get(35) == "8"]

    nights = [message.get(150) for message in reports if message.get(150) in {"3", "D"}]
    assert nights == ["3", "D", "3", "D"]
    assert {message.get(37) for message in reports} == {"A1-O1"}
    assert (reports[-1].get(39), reports[-1].get(151)) == ("2", "0")
    assert [date.day for date in made.dates] == DAYS


def test_what_the_analysis_says_was_traded_ties_to_the_client_s_fix_messages(made: Any, out: Path) -> None:  # noqa: ANN401 - as above
    trades = [message for message in sent_and_heard(out) if message.get(150) == "F"]
    paid = sum(int(message.get(32) or 0) * Fraction(message.get(31) or "0") for message in trades)

    (report,) = json.loads((out / "tca.json").read_text())["reports"]

    assert Fraction(Decimal(report["order"]["traded"])) == paid
    assert report["order"]["cum_qty"] == sum(int(message.get(32) or 0) for message in trades)
    assert made.case.record.cum_qty == made.case.record.qty


def test_the_report_says_what_it_should_have_cost_over_its_dates(made: Any, out: Path) -> None:  # noqa: ANN401 - as above
    (report,) = json.loads((out / "tca.json").read_text())["reports"]

    estimate = report["estimate"]
    best = made.assessment.choice.evaluation
    assert (estimate["algorithm"], estimate["reasons"]) == (best.candidate.strategy, {})
    assert estimate["expected"]["low"] < estimate["expected"]["value"] < estimate["expected"]["high"]
    assert estimate["timing_risk"]["value"] == pytest.approx(best.risk, rel=0.1), "of the same volatility and nights"
    assert estimate["score"]["unit"] == "timing risks"


def test_nights_dates_and_fees_sum_to_the_shortfall(made: Any) -> None:  # noqa: ANN401 - as above
    costs = made.costs

    assert sum(date.total for date in made.dates) == costs.total - costs.delay
    assert [date.filled for date in made.dates] == [made.case.record.qty - made.dates[0].left] + [
        before.left - after.left for before, after in zip(made.dates, made.dates[1:], strict=False)
    ]


def test_no_date_is_more_than_the_cap_of_an_average_day(example: ModuleType, made: Any) -> None:  # noqa: ANN401 - as above
    parts = [date.filled / made.case.instrument.adv for date in made.dates]

    assert max(parts) <= example.CAP
    assert [row[-1] for row in example.cap_table(made).rows] == ["kept"] * 3


def test_each_kind_of_venue_has_about_the_part_that_it_was_meant_to(example: ModuleType, made: Any) -> None:  # noqa: ANN401 - as above
    """A soft goal of 50, 30 and 20 %: pools and crosses trade when somebody is there."""
    parts = {share.kind: share.part for share in allocation(made.case, example.GOAL)}

    assert parts[VenueKind.LIT] == pytest.approx(0.50, abs=0.10)
    assert parts[VenueKind.DARK] == pytest.approx(0.30, abs=0.10)
    assert parts[VenueKind.CROSS] == pytest.approx(0.20, abs=0.10)


def test_the_client_amends_after_each_cross(made: Any, out: Path) -> None:  # noqa: ANN401 - as above
    replaces = [message for message in sent_and_heard(out) if message.get(35) == "G"]
    answers = [message for message in sent_and_heard(out) if message.get(150) == "5"]

    assert len(replaces) == len(answers) == len(made.traded.offers) - 1
    assert [message.get(41) for message in replaces] == [f"BIG-{n + 1}" for n in range(len(replaces))]


@pytest.mark.parametrize(
    ("document", "schema"),
    [
        ("execution-strategy.json", "execution-strategy.json"),
        ("market-impact.json", "market-impact.json"),
        ("tca.json", "tca-report.schema.json"),
    ],
)
@pytest.mark.usefixtures("made")
def test_each_document_is_of_its_published_schema(document: str, schema: str, out: Path, repo: Path) -> None:
    published = json.loads((repo / "docs" / "schemas" / schema).read_text())

    wrong = jsonschema.Draft202012Validator(published).iter_errors(json.loads((out / document).read_text()))

    assert [error.message for error in wrong] == []


def test_an_order_that_is_refused_ends_it_with_the_reason(example: ModuleType, tmp_path: Path) -> None:
    trader = example.Trader(example.settings_of(tmp_path / "home", 0.05), tmp_path / "state", 1, 0.05)

    with pytest.raises(SystemExit, match="the order was refused: Interval: must be at most 3600: got '99999'"):
        example.trade(trader, "VWAP", 1_000, {"Interval": "99999"})

    trader.close()


def test_a_scale_at_which_the_name_is_not_liquid_is_refused(
    example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["three_day_order", "--out", str(tmp_path), "--scale", "0.01"])

    with pytest.raises(SystemExit):
        example.main()

    assert "--scale: must be from 0.03 to 1: got 0.01" in capsys.readouterr().err


@pytest.mark.usefixtures("made")
def test_the_folder_has_templates_in_three_forms_and_pictures(out: Path) -> None:
    written = {path.name for path in out.iterdir() if path.is_file()}

    assert written == {
        *(f"{name}.json" for name in ("execution-strategy", "market-impact", "tca")),
        *(f"{name}.{form}" for name in ("pre-trade", "tca") for form in ("md", "html")),
        *(f"{name}.svg" for name in ("price", "progress", "allocation", "waterfall")),
        "client-fix.txt",
    }


def test_the_summary_tells_goal_cap_and_every_model(example: ModuleType, made: Any) -> None:  # noqa: ANN401 - as above
    said = example.summary(made)

    assert "166,700 of 166,700" in said
    assert [len(table.rows) for table in example.summary_tables(made)] == [7, 12, 3, len(made.traded.offers)]
