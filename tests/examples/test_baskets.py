"""The examples of a rebalance and an earnings season, small: what they print, write, and promise."""

import csv
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from router.basket.control import work
from router.core.types import HandlInst
from support.examples import loaded


@pytest.fixture(scope="module")
def rebalance(repo: Path) -> ModuleType:
    return loaded(repo / "examples" / "rebalance" / "rebalance.py")


@pytest.fixture(scope="module")
def earnings(repo: Path) -> ModuleType:
    return loaded(repo / "examples" / "earnings" / "earnings.py")


def test_a_rebalance_writes_its_orders_and_pictures(
    rebalance: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        sys, "argv", ["rebalance", "--out", str(tmp_path), "--names", "24", "--periods", "5", "--paper"]
    )

    rebalance.main()

    said = capsys.readouterr().out
    assert re.search(r"to trade: \d+ names, by algorithms \d+ for \$", said)
    assert "total: $" in said
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"first-period.csv", "staged.csv", "schedule.svg", "sectors.svg", "control.svg"}
    with (tmp_path / "first-period.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["HandlInst(21)"] for row in rows} == {"1"}


def test_a_rebalance_is_the_same_from_the_same_seed(rebalance: ModuleType) -> None:
    first, second = (rebalance.rebalance(7, count=20, periods=4) for _ in range(2))

    assert first.first == second.first
    assert first.netted == second.netted
    assert first.plan.shares == second.plan.shares


def test_every_share_asked_for_is_crossed_planned_or_staged(rebalance: ModuleType) -> None:
    made = rebalance.rebalance(7, count=30, periods=4)

    asked = {(symbol, side): qty for symbol, side, qty in made.netted.orders()}
    planned = {(n.symbol, n.side): sum(row) for n, row in zip(made.plan.names, made.plan.shares, strict=True)}
    waiting = {(order.symbol, order.side): order.qty for order in made.staged}
    assert planned | waiting == asked
    assert {order.handl_inst for order in made.staged} <= {HandlInst.MANUAL}


@pytest.mark.slow
@pytest.mark.untraced
def test_two_hundred_names_and_half_a_billion_are_planned(rebalance: ModuleType) -> None:
    made = rebalance.rebalance(20260427)

    assert len(made.names) == 200
    assert made.plan.gave == ()
    assert made.plan.residue == {}
    gross = float(sum(name.notional for name in made.names))
    crossed = sum(c.qty * n.price for c in made.netted.crosses for n in made.names if n.symbol == c.symbol)
    # What was crossed was asked for twice: by who gives and by who takes.
    assert gross + 2 * crossed == pytest.approx(500e6, rel=1e-3)
    for band in made.plan.problem.bands:
        values = made.plan.band_values()[band.label]
        assert ((band.low - 1e-6 <= values) & (values <= band.high + 1e-6)).all(), band.label


def test_a_season_tells_its_queue_and_draws_it(
    earnings: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["earnings", "--out", str(tmp_path), "--names", "9", "--paper"])

    earnings.main()

    said = capsys.readouterr().out
    assert " # name group beta   why" in said
    assert re.search(r"before results: \d names, \$", said)
    assert {path.name for path in tmp_path.iterdir()} == {"season.svg", "event.svg"}


def test_high_beta_names_with_results_due_are_done_before_them(earnings: ModuleType) -> None:
    made = earnings.season(20260427)

    first = [each for each in made.queue if each.group == 1]
    assert first
    days = [period.day for period in made.plan.periods]
    for each in first:
        until = days.index(earnings.moves_on(each.event, earnings.DATES))
        row = next(r for n, r in zip(made.plan.names, made.plan.shares, strict=True) if n.symbol == each.symbol)
        assert sum(row[until:]) == 0, each.symbol


def test_a_season_worked_on_paper_fills_what_was_planned(earnings: ModuleType) -> None:
    made = earnings.season(3, count=9)

    worked = work(made.plan, made.advice, earnings.on_paper(3, made))

    assert worked.left() == {}
    halves = earnings.around_events(worked, made.events, earnings.DATES)
    reported = {event.symbol for event in made.events if event.symbol}
    both = {s: halves.before.get(s, earnings.Done()).qty + halves.after.get(s, earnings.Done()).qty for s in reported}
    assert both == {symbol: worked.filled[symbol].qty for symbol in reported}
