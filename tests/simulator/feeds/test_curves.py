"""Volume curves: the median of ordinary days' fractions, special days left out by a stated rule, exact sums."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.api import PPM, PrintKind
from simulator.feeds.bars import VolumeBar, read_bars
from simulator.feeds.curves import CurveRules, auction_shares, build_curves, curves_text, to_ppm, to_toml, too_short
from simulator.feeds.lean import Trade

FOUR_BINS = CurveRules(open_second=0, close_second=400, bins=4, quiet_tail_bins=1)


def bars_of(days: Mapping[str, tuple[int, ...]], symbol: str = "XYZ") -> list[VolumeBar]:
    return [VolumeBar(symbol, day, 100 * k, qty) for day, bins in days.items() for k, qty in enumerate(bins)]


def test_each_day_counts_the_same_however_busy() -> None:
    days = {"1": (40, 10, 10, 40), "2": (800, 200, 200, 800), "3": (40, 10, 10, 40)}
    rules = FOUR_BINS._replace(busiest=100)

    curve = build_curves(bars_of(days), rules)["XYZ"]

    assert curve.ppm == (400_000, 100_000, 100_000, 400_000)
    assert curve.days == ("1", "2", "3")


def test_special_days_are_left_out_and_the_reason_has_the_numbers() -> None:
    ordinary = (40, 10, 10, 40)
    days = {
        "1": ordinary,
        "2": ordinary,
        "3": ordinary,
        "4-half": (60, 30, 10, 0),
        "5-wild": (400, 100, 100, 400),
        "6-dead": (0, 0, 0, 0),
        "7": ordinary,
    }

    curve = build_curves(bars_of(days), FOUR_BINS)["XYZ"]

    assert curve.ppm == (400_000, 100_000, 100_000, 400_000)
    assert curve.dropped == (
        ("4-half", "early close: 0 ppm in the last 1 bins, 20000 wanted"),
        ("5-wild", "unusual volume: 10.00 of the median day, 0.33 to 3.00 allowed"),
        ("6-dead", "no volume in the session"),
    )


def test_too_few_days_give_no_curve() -> None:
    days = {"1": (1, 1, 1, 1), "2": (1, 1, 1, 1)}

    assert build_curves(bars_of(days), FOUR_BINS) == {}


def test_the_average_day_is_of_ordinary_days_alone() -> None:
    days = {"1": (40, 10, 10, 40), "2": (44, 11, 11, 44), "3": (40, 10, 10, 41), "4-wild": (800, 200, 200, 800)}

    curves = build_curves(bars_of(days), FOUR_BINS)

    assert curves["XYZ"].adv == (100 + 110 + 101) // 3
    assert curves["*"].adv is None  # of no symbol


def test_what_trades_outside_the_session_is_left_out() -> None:
    days = {"1": (1, 1, 1, 1), "2": (1, 1, 1, 1), "3": (1, 1, 1, 1)}
    after_hours = [VolumeBar("XYZ", "1", 400, 1_000_000)]

    assert build_curves(bars_of(days) + after_hours, FOUR_BINS)["XYZ"].ppm == (250_000,) * 4


def test_the_pooled_curve_is_the_median_over_all_symbols_days() -> None:
    quiet = bars_of({"1": (1, 1, 1, 1), "2": (1, 1, 1, 1), "3": (1, 1, 1, 1)}, "AAA")
    skewed = bars_of({"1": (7, 1, 1, 1), "2": (7, 1, 1, 1), "3": (7, 1, 1, 1), "4": (7, 1, 1, 1)}, "BBB")

    curves = build_curves(quiet + skewed, FOUR_BINS)

    assert list(curves) == ["AAA", "BBB", "*"]
    assert curves["*"].ppm == (700_000, 100_000, 100_000, 100_000)


def test_a_curve_of_fewer_days_than_a_month_has_is_said() -> None:
    days = {f"201310{day:02}": (1, 1, 1, 1) for day in range(1, 21)}
    few = dict(list(days.items())[:19])

    curves = build_curves(bars_of(days, "AAA") + bars_of(few, "BBB"), FOUR_BINS)

    assert too_short(curves) == ["BBB: 19 days, fewer than 20: one day's habit may look like the symbol's"]


def test_auctions_are_known_from_the_tape() -> None:
    kinds = (PrintKind.OPENING, PrintKind.REGULAR, PrintKind.OFF_EXCHANGE, PrintKind.CLOSING)
    trades = [Trade(0, 1, qty, "N", kind) for qty, kind in zip((5, 60, 25, 10), kinds, strict=True)]

    assert auction_shares(trades) == (50_000, 100_000)


@given(st.lists(st.floats(min_value=0, max_value=1e9), min_size=1, max_size=60).filter(lambda w: sum(w) > 1))
def test_parts_per_million_always_sum_to_a_million(weights: list[float]) -> None:
    ppm = to_ppm(weights)

    assert sum(ppm) == PPM
    assert all(abs(part - weight / sum(weights) * PPM) <= 1 for part, weight in zip(ppm, weights, strict=True))


def test_the_written_file_reads_back_and_says_where_it_came_from() -> None:
    days = {"1": (1, 1, 1, 1), "2": (1, 1, 1, 1), "3": (1, 1, 1, 1), "4": (1, 1, 1, 0)}
    curves = build_curves(bars_of(days), FOUR_BINS, auctions={"XYZ": [(10, 30), (20, 50), (30, 40)]})

    text = to_toml(curves, "xyz.csv")

    assert tomllib.loads(text) == {
        "XYZ": [250_000] * 4,
        "*": [250_000] * 4,
        "adv": {"XYZ": 4},
        "days": {"XYZ": 3, "*": 3},
    }
    assert "Source: xyz.csv" in text
    assert "#   4: early close: 0 ppm in the last 1 bins, 20000 wanted" in text
    assert "#   auctions apart: opening 20 ppm, closing 40 ppm of the day" in text


def test_several_files_make_one_curve_file(tmp_path: Path) -> None:
    for symbol in ("AAA", "BBB"):
        rows = "".join(
            f"{symbol},2013100{day},34200000,1,1,1,1,50\n{symbol},2013100{day},57000000,1,1,1,1,50\n"
            for day in (7, 8, 9)
        )
        (tmp_path / f"{symbol}.csv").write_text(rows)

    text = curves_text([tmp_path / "AAA.csv", tmp_path / "BBB.csv"])

    both_ends = [500_000, *[0] * 24, 500_000]
    assert tomllib.loads(text) == {
        "AAA": both_ends,
        "BBB": both_ends,
        "*": both_ends,
        "adv": {"AAA": 100, "BBB": 100},
        "days": {"AAA": 3, "BBB": 3, "*": 3},
    }
    assert "Source: AAA.csv, BBB.csv" in text


def test_too_little_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / "AAA.csv").write_text("AAA,20131007,34200000,1,1,1,1,50\n")

    with pytest.raises(ValueError, match=r"AAA\.csv: no symbol has 3 ordinary days"):
        curves_text([tmp_path / "AAA.csv"])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("aapl_volume_15min_2019_84days.csv", "AAPL"),
        ("lean_minute_trade.csv.xz", "IBM"),
        ("lean_minute_trade.csv.xz", "BAC"),
    ],
)
def test_real_days_make_a_u(real_data_dir: Path, name: str, symbol: str) -> None:
    curve = build_curves(read_bars(real_data_dir / "bars" / name))[symbol].ppm

    noon = sum(curve[10:16]) / 6
    assert sum(curve) == PPM
    assert curve[0] > 2 * noon
    assert curve[-1] > 2 * noon


@pytest.mark.real_data
def test_christmas_eve_is_no_ordinary_day(real_data_dir: Path) -> None:
    rules = CurveRules(days_min=1)

    curve = build_curves(read_bars(real_data_dir / "bars" / "lean_minute_trade.csv.xz"), rules)["GOOG"]

    assert [day for day, _ in curve.dropped] == ["20151224"]
