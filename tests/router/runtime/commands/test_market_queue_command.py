"""`sluice market queue`: tables at the terminal, files in a folder, and refusals by name."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from router.runtime.cli import main
from router.runtime.commands.market_queue_command import make_report
from router.tca.queues.places import Recording


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["market", "queue", "--day", "20240304", *args])


@pytest.mark.slow
def test_it_measures_shows_and_writes(tmp_path: Path) -> None:
    done = run("--market", "synthetic:1:0.5", "--minutes", "3", "--symbol", "BOLT", "--out", str(tmp_path / "q"))

    assert (done.exit_code, done.exception) == (0, None)
    assert "risk-averse" in done.output
    assert "Least mean absolute error" in done.output
    written = sorted(path.name for path in (tmp_path / "q").iterdir())
    assert written == ["queue-errors.svg", "queue-fills.svg", "queue.html", "queue.json", "queue.md"]
    (figures,) = json.loads((tmp_path / "q" / "queue.json").read_text())
    assert figures["market"] == "synthetic:1:0.5"
    assert [error["model"] for error in figures["errors"]] == ["risk-averse", "uniform", "power", "log", "young"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--market", "none"), "market 'none': orders are measured in a simulated one"),
        (("--market", "synthetic:x"), "the seed 'x' is no whole number"),
        (("--market", "synthetic:1", "--symbol", "NONE"), "--symbol NONE: market 'synthetic:1' trades AAPL, ACME"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(args: tuple[str, ...], said: str) -> None:
    done = run(*args)

    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_market_in_which_nothing_rests_is_refused_in_one_line() -> None:
    quiet = Recording("synthetic:1", "power", ("power",), ("power",), [], [], [])

    with pytest.raises(click.ClickException, match="synthetic:1: no order rested"):
        make_report([quiet])
