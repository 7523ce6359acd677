"""`sluice verify-costs` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.runtime.cli import main

SHORT = ("--start", "1", "--minutes", "2")


def run(*options: str) -> Result:
    return CliRunner(env={"COLUMNS": "180"}).invoke(main, ["verify-costs", *options])


@pytest.mark.slow
def test_orders_are_predicted_traded_and_compared_and_a_cell_can_be_repeated(tmp_path: Path) -> None:
    out = tmp_path / "out"

    done = run("--out", str(out), "--orders", "6", "--quiet", "2", "--seed", "3", *SHORT)
    again = run("--orders", "6", "--quiet", "2", "--seed", "3", *SHORT, "--cell", "2")

    found = json.loads((out / "verify-costs.json").read_text())
    assert done.exit_code == 0, done.output
    assert [each["model"] for each in found] == [
        "almgren-2005",
        "i-star",
        "square-root",
        "almgren-chriss",
        "almgren-2003",
        "obizhaeva-wang",
        "general",
    ]
    assert {each["orders"] for each in found} == {3}
    few = "orders: 2 parameters take at least 20 independent orders (one a seed): got 3"
    assert f"square-root not fitted: {few}" in done.output
    assert (out / "verify-costs.svg").read_text().startswith("<?xml")
    assert json.loads(again.output) == json.loads((out / "cells" / "000002.json").read_text())["result"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--strategy", "NONE"), "strategy: must be one of IS, POV, TWAP, VWAP: got 'NONE'"),
        (("--start", "390"), "start: must leave the day its horizon, 390 minutes in all: got 410.5"),
        (("--size", "0.02", "0.01"), "sizes: must rise, above 0 to at most 1: got 0.02 to 0.01"),
        (("--cell", "230"), "cell: must be below 230: got 230"),
        ((), "--out or --cell is needed"),
    ],
)
def test_what_cannot_be_asked_says_why(options: tuple[str, ...], said: str) -> None:
    done = run(*options)

    assert done.exit_code != 0
    assert said in done.output
