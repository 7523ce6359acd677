"""The rebalance and the earnings season through the engine and the simulated market, small."""

import csv
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.journal_file import FILE_NAME, JournalReader
from support.examples import loaded

FORMS = ("html", "json", "md")
pytestmark = [pytest.mark.slow, pytest.mark.untraced, pytest.mark.timeout(400)]


def example(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`run.py` of an example, which imports the plan beside it."""
    monkeypatch.syspath_prepend(str(folder))
    return loaded(folder / "run.py", f"run_{folder.name}")


def run(module: ModuleType, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", *options])
    module.main()


def summed(causes: Mapping[str, Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(str(part)) for each in causes.values() for part in each.values()), Decimal(0))


def read(path: Path) -> Any:  # noqa: ANN401 - a document as it is
    return msgspec.json.decode(path.read_bytes())


def test_a_rebalance_is_worked_within_its_band(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = example(repo / "examples" / "rebalance", monkeypatch)
    monkeypatch.setattr(module.rebalance, "HARD", module.rebalance.HardLimits(of_adv=0.02))
    out = tmp_path / "out"

    run(module, monkeypatch, "--out", str(out), "--names", "4", "--periods", "2", "--rounds", "3", "--pace", "0.02")

    way = read(out / "report.json")["ways"]["lists by round"]
    assert way["imbalance"]["ends_beyond"] == 0
    assert way["imbalance"]["beyond"] == 0
    assert summed(way["causes"]) == Decimal(str(way["total"]))
    assert way["messages"]["E"] <= 2 * 3 + 1
    recorder = read_recorder(out / "state" / FILE_NAME)
    with (out / "staged.csv").open() as file:
        hard = {row["Symbol(55)"] for row in csv.DictReader(file)}
    assert hard
    by_hand = [order for order in recorder.orders.values() if order.symbol in hard]
    assert [order.algorithm for order in by_hand] == ["VWAP"] * len(hard)
    assert any(order.cum_qty for order in by_hand)
    assert "orders refused: 0" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} >= {
        *("report.md", "report.html", "imbalance.svg", "causes.svg", "schedule.svg", "sectors.svg", "first-period.csv")
    }
    assert_every_name_has_its_templates(out, way["causes"])


def test_a_season_is_worked_before_and_after_its_results(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = example(repo / "examples" / "earnings", monkeypatch)
    monkeypatch.setattr(module.earnings, "DATES", module.earnings.DATES[:3])
    out = tmp_path / "out"

    run(module, monkeypatch, "--out", str(out), "--names", "2", "--seed", "8", "--rounds", "2", "--pace", "0.02")

    figures = read(out / "report.json")
    assert figures["halves"]["before"]
    assert_before_and_after_are_the_whole(figures)
    reader = JournalReader(out / "state" / FILE_NAME)
    first = next(iter(reader.inputs()))
    reader.close()
    assert b"synthetic:8, scenario season" in bytes(first.body)
    assert "orders refused: 0" in capsys.readouterr().out
    assert "## Participation bands, of the volume" in (out / "report.md").read_text()
    assert "jump_sigmas" in (out / "season.toml").read_text()
    assert {path.name for path in out.iterdir()} >= {"season.svg", "done.svg", "halves.svg", "event.svg", "report.html"}
    assert_every_name_has_its_templates(out, figures["causes"])


def assert_every_name_has_its_templates(out: Path, causes: Mapping[str, Mapping[str, Any]]) -> None:
    """Before and after the trade, in three forms; the index leads to each, and its total is the report's."""
    folder = out / "templates"
    kinds = {f"{symbol}-{when}.{form}" for symbol in causes for when in ("pretrade", "tca") for form in FORMS}
    assert {path.name for path in folder.iterdir()} == {*kinds, "index.html", "index.md"}
    page = (folder / "index.html").read_text()
    assert set(re.findall(r'href="([^"]+)"', page)) == {name for name in kinds if name.endswith(".html")}
    assert f'<td class="n">{summed(causes):,.2f}</td>' in page.rsplit("<tr>", 1)[1]
    for symbol in causes:
        (report,) = read(folder / f"{symbol}-tca.json")["reports"]
        assert report["order"]["symbol"] == symbol
        assert report["order"]["children"] >= report["order"]["fills"] > 0


def assert_before_and_after_are_the_whole(figures: Mapping[str, Any]) -> None:
    """What a name with results has traded, it has before or after them; only opportunity is of neither."""
    for symbol, whole in figures["causes"].items():
        taken = [half[symbol] for half in figures["halves"].values() if symbol in half]
        for name, money in whole.items():
            if taken and name != "opportunity":
                assert sum(Decimal(str(each[name])) for each in taken) == Decimal(str(money)), (symbol, name)
