"""`sluice market`: facts and fits from the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from router.runtime.cli import main
from simulator.synthetic_params import parse_market


def test_the_group_lists_its_commands() -> None:
    result = CliRunner().invoke(main, ["market", "--help"])

    assert result.exit_code == 0
    assert "facts" in result.output
    assert "fit" in result.output


@pytest.mark.slow
def test_facts_are_shown_and_written(tmp_path: Path) -> None:
    arguments = ["market", "facts", "--minutes", "10", "--no-impact", "--seeds", "2", "--out", str(tmp_path / "facts")]

    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 0, result.output
    assert "facts are met on every day" in result.output
    written = sorted(path.name for path in (tmp_path / "facts").iterdir())
    assert written == ["day.svg", "facts.html", "facts.md", "orders.svg", "prices.svg", "queue.svg", "signs.svg"]
    assert "ACME, synthetic, 2 days" in (tmp_path / "facts" / "facts.md").read_text()


@pytest.mark.slow
def test_check_fails_when_a_fact_is_missed() -> None:
    """Ten minutes of the open are no day: its volume has no U."""
    result = CliRunner().invoke(main, ["market", "facts", "--minutes", "10", "--no-impact", "--check"])

    assert result.exit_code == 1
    assert "not: " in result.output


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["--market", "synthetic:x"], "the seed 'x' is no whole number"),
        (["--market", "synthetic:1+synthetic:2"], "one synthetic part"),
        (["--symbol", "NOPE"], "--symbol NOPE: not among the configured instruments"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(arguments: list[str], refusal: str) -> None:
    result = CliRunner().invoke(main, ["market", "facts", *arguments])

    assert result.exit_code == 1
    assert refusal in result.output
    assert "Traceback" not in result.output


def test_a_file_that_is_no_recorded_day_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text("", encoding="utf-8")

    result = CliRunner().invoke(main, ["market", "fit", str(file)])

    assert result.exit_code == 1
    assert "not a LOBSTER file name" in result.output


@pytest.mark.slow
@pytest.mark.real_data
def test_a_recorded_day_is_fitted(real_data_dir: Path, tmp_path: Path) -> None:
    path = next((real_data_dir / "orderflow").glob("GOOG_*_message_10.csv.xz"))

    result = CliRunner().invoke(main, ["market", "fit", str(path), "--out", str(tmp_path / "goog.toml")])

    assert result.exit_code == 0, result.output
    found = parse_market((tmp_path / "goog.toml").read_text(encoding="utf-8")).params("GOOG")
    # The file's 75,197 orders that came to rest in a view of ten levels, over 23,400 seconds, twice.
    assert found.events_per_second == pytest.approx(2 * 75_197 / 23_400, rel=0.01)
    assert found.half_spread_ticks > 5


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.real_data
def test_a_consolidated_day_tells_what_its_tape_does(real_data_dir: Path) -> None:
    day = f"consolidated:{real_data_dir / 'consolidated'}:IBM:20131008"

    result = CliRunner().invoke(main, ["market", "fit", day])

    assert result.exit_code == 0, result.output
    found = parse_market(result.output).params("IBM")
    assert 1_750_000 < found.open_px < 1_850_000
    assert "events_per_second" in result.output.partition("left to [default]")[2]
