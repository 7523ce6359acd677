"""`sluice compare` as a user types it: arms on common seeds, and dates before and after an event."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.runtime.cli import main
from router.tca.universe.outcome import Outcome
from router.tca.universe.outcome_file import write_outcomes
from support.outcomes import outcome

COSTS = ((1, 5.0, 3.0), (2, 9.0, 6.0), (3, -4.0, -5.0), (4, 1.0, -1.0))
"""Seed, TWAP's cost, VWAP's: the differences are 2, 3, 1 and 2, their mean 2."""


def run(*options: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["compare", *map(str, options)])


@pytest.fixture
def write(tmp_path: Path) -> Callable[[list[Outcome]], Path]:
    def write(outcomes: list[Outcome]) -> Path:
        path = tmp_path / "outcomes.parquet"
        write_outcomes(path, outcomes)
        return path

    return write


def arms() -> list[Outcome]:
    return [
        outcome(f"{name}{seed}", algorithm=name, setting=name, pair="buy", seed=seed, cost_bps=cost)
        for seed, twap, vwap in COSTS
        for name, cost in (("TWAP", twap), ("VWAP", vwap))
    ]


def test_arms_are_compared_order_by_order_with_the_one_that_is_named(write: Callable[[list[Outcome]], Path]) -> None:
    path = write(arms())

    (first,) = json.loads(run(path, "--json").output)
    (named,) = json.loads(run(path, "--against", "VWAP", "--by", "algorithm", "--json").output)
    shown = run(path, "--against", "VWAP")

    assert (first["first"], first["second"], first["difference"]["value"]) == ("VWAP", "TWAP", -2.0)
    assert (named["first"], named["second"], named["pairs"], named["difference"]["value"]) == ("TWAP", "VWAP", 4, 2.0)
    assert shown.exit_code == 0
    assert "TWAP less VWAP" in shown.output
    assert "+2.00" in shown.output
    assert "Positive is a cost." in shown.output


def test_orders_from_a_date_on_are_set_against_those_before_it(write: Callable[[list[Outcome]], Path]) -> None:
    costs = {"20260310": (1.0, 3.0), "20260311": (2.0, 2.0), "20260312": (7.0, 9.0), "20260313": (8.0, 8.0)}
    path = write(
        [
            outcome(f"{date}-{n}", date=date, cost_bps=cost)
            for date, pair in costs.items()
            for n, cost in enumerate(pair)
        ]
    )

    study = json.loads(run(path, "--event", "20260312", "--json").output)
    shown = run(path, "--event", "20260312", "--adjust")

    assert (study["before"], study["after"], study["plain"]["estimate"]["value"]) == (4, 4, 6.0)
    assert study["adjusted"] is None
    assert shown.exit_code == 0
    assert "+6.00" in shown.output
    # Four dates cannot tell four coefficients apart, and the command says so instead of a figure.
    assert "4 coefficients take more than 4 clusters" in shown.output


def test_groups_have_their_means_and_what_few_orders_tell_of_them(write: Callable[[list[Outcome]], Path]) -> None:
    costs = {"IS": (4.0, 8.0), "POV": (1.0, 3.0), "TWAP": (9.0, 5.0), "VWAP": (2.0, 4.0)}
    path = write(
        [outcome(f"{name}{n}", algorithm=name, cost_bps=c) for name in costs for n, c in enumerate(costs[name])]
    )

    found = json.loads(run(path, "--means", "algorithm", "--json").output)
    shown = run(path, "--means", "algorithm")

    assert [(row["name"], row["orders"], row["cost_bps"]["value"]) for row in found["rows"]] == [
        ("IS", 2, 6.0), ("POV", 2, 2.0), ("TWAP", 2, 7.0), ("VWAP", 2, 3.0),
    ]  # fmt: skip
    assert found["rows"][2]["shrunk_bps"] < 7.0
    assert shown.exit_code == 0
    assert "z: no order with an estimate and a timing risk" in shown.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--means", "side", "--event", "20260301"), "--means and --event are two questions: ask one at a time"),
        (("--against", "POV"), "Error: the arm to compare against must be one of ['TWAP', 'VWAP'], it is POV"),
        (("--event", "20200101"), "takes orders on both sides, there are 0 before and 8 after"),
        (("--event", "March"), "a date is YYYYMMDD: got March"),
    ],
)
def test_what_cannot_be_compared_is_told(
    write: Callable[[list[Outcome]], Path], options: tuple[str, ...], told: str
) -> None:
    result = run(write(arms()), *options)

    assert result.exit_code != 0
    assert told in result.output


def test_one_arm_is_no_comparison(write: Callable[[list[Outcome]], Path]) -> None:
    result = run(write([outcome("O1", setting="only")]))

    assert (result.exit_code, result.output) == (
        1,
        "Error: a comparison takes two arms at least, there is ['only']: see --by and --event\n",
    )
