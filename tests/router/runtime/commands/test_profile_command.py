"""`sluice profile`: files of each kind into a profile, what it prints, and how it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from router.core.events import DayStart, Event, Genesis, TradePrint
from router.core.outputs import Output
from router.core.profiles import CalendarDay, EngineConfig
from router.core.types import SECOND, Ns, PrintKind
from router.runtime.cli import main
from router.runtime.journal_file import JournalFile
from router.tca.profile.profile_file import read_profiles
from support.floor import engine_config


def profile(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["profile", *map(str, arguments)])


def printed(*arguments: object) -> dict[str, dict[str, Any]]:
    result = profile(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return {each["symbol"]: each for each in json.loads(result.stdout)}


def minute_bars(folder: Path, symbol: str = "ACME", days: int = 25) -> Path:
    """Dates of October and November 2013 with a bar at 9:30, noon and 15:59; each closes 1 % off the last."""
    path = folder / f"{symbol.lower()}_minute.csv"
    path.write_text("".join(_rows(symbol, days)), encoding="ascii")
    return path


def _rows(symbol: str, days: int) -> Iterator[str]:
    for number in range(days):
        day = f"201310{number + 1:02}" if number < 31 else f"201311{number - 30:02}"
        price = 400_000 if number % 2 else 404_000
        for ms, qty in ((34_200_000, 1_000), (34_260_000, 500), (43_200_000, 500), (57_540_000, 2_000)):
            yield f"{symbol},{day},{ms},{price},{price},{price},{price},{qty}\n"


def test_bars_are_measured_into_a_file_and_shown(tmp_path: Path) -> None:
    out = tmp_path / "profiles.parquet"

    made = profile(minute_bars(tmp_path), "--out", out)
    shown = profile("show", out)

    held = read_profiles(out)["ACME"]
    assert (made.exit_code, shown.exit_code) == (0, 0), made.output + shown.output
    assert made.output == shown.output + f"{out}: ACME\n"
    assert "ACME, 19 dates to 20131025" in shown.output
    assert (held.days, held.adv, held.price) == (19, 4_000.0, 40.4)
    assert "no source tells auctions" in shown.output


def test_with_enough_dates_the_curve_is_the_symbols_own(tmp_path: Path) -> None:
    made = printed(minute_bars(tmp_path), "--curve-days", 10, "--bins", 2)["ACME"]

    assert made["curve"] == pytest.approx([0.5, 0.5])
    assert [name for name, _ in made["sources"]] == ["acme_minute.csv"]


def test_weekends_are_left_out_and_said(tmp_path: Path) -> None:
    notes = printed(minute_bars(tmp_path))["ACME"]["notes"]

    assert "20131005 has no session in the calendar: left out" in notes


def test_a_window_of_dates_and_symbols(tmp_path: Path) -> None:
    files = minute_bars(tmp_path), minute_bars(tmp_path, "BOLT")

    made = printed(*files, "--symbol", "BOLT", "--from", "20131007", "--to", "20131011")

    assert list(made) == ["BOLT"]
    assert (made["BOLT"]["days"], made["BOLT"]["as_of"]) == (5, "20131011")


def test_other_symbols_of_the_file_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "profiles.parquet"
    profile(minute_bars(tmp_path), "--out", out)

    profile("measure", minute_bars(tmp_path, "BOLT"), "--out", out)

    assert list(read_profiles(out)) == ["ACME", "BOLT"]


def test_ticks_and_quotes_speak_before_bars(tmp_path: Path) -> None:
    bars = minute_bars(tmp_path)
    trades, quotes = tmp_path / "acme_20131008_trade.csv", tmp_path / "acme_20131008_quote.csv"
    trades.write_text(
        "34200000,410000,100,N,40,0\n36000000,410000,700,P,1,0\n57500000,412000,150,P,1,0\n57601000,415000,50,N,80,0\n",
        encoding="ascii",
    )
    quotes.write_text(
        "34000000,410000,1,0,0,N,0,0\n34000000,0,0,410300,1,N,0,0\n57600000,1,1,0,0,N,0,0\n", encoding="ascii"
    )

    made = printed(bars, trades, quotes, "--from", "20131008", "--to", "20131008")["ACME"]

    assert (made["price"], made["adv"], made["open_auction"], made["close_auction"]) == (41.5, 1_000.0, 0.1, 0.05)
    assert made["spread"] == pytest.approx(0.03)
    assert [name for name, _ in made["sources"]] == [path.name for path in (bars, trades, quotes)]


def test_a_lobster_day_is_one_venues_and_says_so(tmp_path: Path) -> None:
    """0.02 wide for 9:30 to 15:30, then one-sided; 300 shares, 100 of them hidden."""
    stem = "ACME_2012-06-21_34200000_57600000"
    messages, books = tmp_path / f"{stem}_message_1.csv", tmp_path / f"{stem}_orderbook_1.csv"
    messages.write_text(
        "34200.0,1,1,300,400000,1\n34201.0,4,1,200,400000,1\n34202.0,5,0,100,400100,1\n55800.0,3,1,100,400000,1\n"
    )
    books.write_text("400200,5,400000,300\n400200,5,400000,100\n400200,5,400000,100\n400200,5,-9999999999,0\n")

    made = printed(messages, books)["ACME"]

    assert (made["price"], made["adv"]) == (40.01, 300.0)
    assert made["spread"] == pytest.approx(0.02)
    assert made["missing"]["open_auction"] == "no source tells auctions apart"
    assert made["notes"][0] == "20120621 is one venue's book (LOBSTER): its own volume, and its own best for a spread"
    assert len(made["sources"]) == 2


def _journal(state: Path, until: str) -> EngineConfig:
    """A date of three prints; `until` "close" or "noon"."""
    config = engine_config()
    session = config.calendars[config.instruments[0].calendar][0]
    file = JournalFile(state)
    for at, event in _day(config, session, until):
        said: list[Output] = []
        file.write_outputs(file.append(at, event), said)
    file.close()
    return config


def _day(config: EngineConfig, session: CalendarDay, until: str) -> Iterator[tuple[Ns, Event]]:
    early = session.open - 60 * SECOND
    yield early, Genesis("T1", msgspec.json.encode(config).decode(), "by hand")
    yield early, DayStart(session.day)
    yield session.open, TradePrint("XLIT", "ACME", 400_000, 100, kind=PrintKind.OPENING)
    yield session.open + SECOND, TradePrint("XLIT", "ACME", 401_000, 300)
    if until == "close":
        yield session.close - SECOND, TradePrint("XLIT", "ACME", 402_000, 500)
        yield session.close, TradePrint("XLIT", "ACME", 403_000, 100, kind=PrintKind.CLOSING)


def test_a_journal_is_a_source(tmp_path: Path) -> None:
    config = _journal(tmp_path / "state", "close")

    made = printed(tmp_path / "state")["ACME"]

    assert (made["price"], made["adv"], made["open_auction"]) == (40.3, 1_000.0, 0.1)
    assert made["currency"] == config.instruments[0].currency


def test_a_journal_that_ends_before_the_close_is_no_full_date(tmp_path: Path) -> None:
    _journal(tmp_path / "state", "noon")

    made = printed(tmp_path / "state")["ACME"]

    assert (made["price"], made.get("adv")) == (40.1, None)
    assert "was recorded in part: not in volumes, curves" in made["notes"][0]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--symbol", "CRUX"), "CRUX: not in the files between"),
        (("--from", "20140101"), "nothing in the files between 20140101 and 99999999"),
        (("--calendar", "XLON"), "--calendar XLON: calendars.toml has XNYS"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    result = profile(minute_bars(tmp_path), *options)

    assert result.exit_code == 1
    assert why in result.output


def test_a_file_given_twice_is_refused(tmp_path: Path) -> None:
    path = minute_bars(tmp_path)

    result = profile(path, path)

    assert result.exit_code == 1
    assert "ACME: 20131001: two files of 60 s bars, one is allowed" in result.output


def test_a_file_of_something_else_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no bars at all\n", encoding="ascii")

    result = profile(path)

    assert result.exit_code == 1
    assert "notes.txt:1: neither LEAN bars" in result.output


def test_a_number_that_no_market_has_is_refused(tmp_path: Path) -> None:
    path, huge = tmp_path / "bars.csv", 10**20
    path.write_text(f"ACME,20131008,34200000,{huge},{huge},{huge},{huge},1\n", encoding="ascii")

    result = profile(path)

    assert result.exit_code == 1
    assert "bars.csv: a number in it is above 2^63 - 1" in result.output


def test_the_file_of_profiles_may_not_be_something_else(tmp_path: Path) -> None:
    out = tmp_path / "profiles.parquet"
    out.write_text("no Parquet", encoding="ascii")

    made, shown = profile(minute_bars(tmp_path), "--out", out), profile("show", out)

    assert (made.exit_code, shown.exit_code) == (1, 1)
    assert "profiles.parquet: no Parquet file" in made.output
    assert "profiles.parquet: no Parquet file" in shown.output


def test_help_names_both_commands() -> None:
    shown = profile("--help").output

    assert [name for name in ("measure", "show") if f"\n  {name} " not in shown] == []


def test_without_the_extra_it_is_said_which_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "profiles.parquet"
    out.touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "router.tca.profile.profile_file")

    result = profile("show", out)

    assert (result.exit_code, result.output) == (1, "Error: this needs pyarrow: pip install 'sluice[analysis]'\n")


# --- recorded data


@pytest.mark.slow
@pytest.mark.real_data
def test_ibm_from_ticks_quotes_and_minute_bars(real_data_dir: Path) -> None:
    """Official close of 2013-10-11: 186.16."""
    ticks = sorted((real_data_dir / "consolidated").glob("ibm_*"))

    made = printed(*ticks, real_data_dir / "bars" / "lean_minute_trade.csv.xz", "--symbol", "IBM")["IBM"]

    assert (made["days"], made["price"], len(made["sources"])) == (6, 186.16, 11)
    assert 3.5e6 < made["adv"] < 4.5e6
    assert 0.02 < made["spread"] < 0.08
    assert 0.005 < made["sigma_intraday"] < 0.02
    assert 0.01 < made["close_auction"] < 0.15


@pytest.mark.slow
@pytest.mark.real_data
def test_minute_bars_of_quotes_have_nearly_the_spread_of_the_ticks(real_data_dir: Path) -> None:
    """IBM on 2013-10-08, whose ticks are there too; both together are the ticks'."""
    day = ("--symbol", "IBM", "--from", "20131008", "--to", "20131008")
    bars = real_data_dir / "bars"
    ticks = real_data_dir / "consolidated" / "ibm_20131008_quote.csv.xz"
    trades = bars / "lean_minute_trade.csv.xz"

    by_bars, by_ticks, by_both = (
        printed(trades, *quotes, *day)["IBM"]
        for quotes in ((bars / "lean_minute_quote.csv.xz",), (ticks,), (ticks, bars / "lean_minute_quote.csv.xz"))
    )

    assert by_bars["spread"] == pytest.approx(by_ticks["spread"], rel=0.15)
    assert by_both["spread"] == by_ticks["spread"]
    assert "20131008: spread of the quotes at both ends of bars" in by_bars["notes"]


@pytest.mark.real_data
def test_inda_has_a_curve_of_its_own(real_data_dir: Path) -> None:
    made = printed(real_data_dir / "bars" / "INDA_1min_2023-07-10_to_2025-07-07.csv.xz")["INDA"]

    assert made["days"] == 164
    assert sum(made["curve"]) == pytest.approx(1)
    assert max(made["curve"]) == made["curve"][-1]
    assert made["volatility_curve"][0] == max(made["volatility_curve"])
    assert any(note.startswith("20250624 had less than 2%") for note in made["notes"])


@pytest.mark.slow
@pytest.mark.real_data
def test_apples_splits_by_the_rule_and_by_the_factor_file_agree(real_data_dir: Path) -> None:
    daily, options = real_data_dir / "daily" / "lean_daily_trade.csv.xz", ("--symbol", "AAPL", "--from", "20120101")

    by_rule = printed(daily, *options)["AAPL"]
    by_file = printed(daily, *options, "--factors", real_data_dir / "daily" / "lean_factor_files.csv")["AAPL"]

    assert by_rule["adv"] == pytest.approx(by_file["adv"], rel=1e-5)
    assert by_rule["sigma_daily"] == pytest.approx(by_file["sigma_daily"], rel=0.01)
    assert sum("taken for a split" in note for note in by_rule["notes"]) == 2


@pytest.mark.real_data
def test_volumes_by_the_quarter_hour_and_prices_by_the_day_make_one_profile(real_data_dir: Path) -> None:
    files = (
        real_data_dir / "bars" / "aapl_volume_15min_2019_84days.csv",
        real_data_dir / "daily" / "lean_daily_trade.csv.xz",
    )

    made = printed(*files, "--symbol", "AAPL", "--from", "20190102", "--to", "20190503")["AAPL"]

    assert (made["days"], made["price"]) == (85, 211.75)
    assert sum(made["curve"]) == pytest.approx(1)
    assert len(made["curve"]) == 26
    assert 0.01 < made["sigma_daily"] < 0.03
    assert [note for note in made["notes"] if "pooled" in note] == []
    assert any("the sources' volumes differ by a factor of up to" in note for note in made["notes"])


@pytest.mark.real_data
def test_a_lobster_day_has_the_volume_of_its_messages(real_data_dir: Path) -> None:
    """NASDAQ alone traded 706,125 shares of GOOG that day, hidden ones in."""
    made = printed(real_data_dir / "orderflow" / "GOOG_2012-06-21_34200000_57600000_message_10.csv.xz")["GOOG"]

    assert (made["adv"], made["days"], len(made["sources"])) == (706_125.0, 1, 2)
    assert 0.2 < made["spread"] < 0.4
