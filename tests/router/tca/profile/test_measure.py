"""Profiles of dates made by hand: what each figure is, and what is said where there is none."""

from itertools import pairwise
from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from router.core.types import SECOND
from router.tca.profile.measure import MeasureRules, Origin, PooledCurve, disagreement, finest, measure, pooled_of
from router.tca.profile.measure_day import DayFigures, SpreadSum
from router.tca.profile.splits import Factor

RULES = MeasureRules(bins=2, curve_days_min=3, returns_min=2, lags=1)
POOLED = PooledCurve((0.7, 0.3), "curves.toml (*)")


def figures(day: str, **changed: object) -> DayFigures:
    plain: dict[str, object] = {
        "day": day,
        "grain_ns": 0,
        "partial": "",
        "first": 100.0,
        "last": 100.0,
        "volume": 1_000,
        "bins": (600, 300),
        "tail": 0.3,
        "returns": (0.01, -0.01, 0.02, 0.0),
        "opening": 20,
        "closing": 80,
    }
    return DayFigures(**(plain | changed))  # type: ignore[arg-type]  # a test's keywords


def week(**changed: object) -> list[DayFigures]:
    return [figures(f"2026030{day}", **changed) for day in (2, 3, 4, 5)]


def test_every_figure_of_four_dates_by_hand() -> None:
    lasts = (100.0, 100.0 * exp(0.01), 100.0 * exp(0.03), 100.0 * exp(0.03))
    bins = ((600, 300), (500, 500), (800, 200), (300, 100))
    days = [
        figures(f"2026030{2 + n}", last=last, bins=each, volume=1_000 + 100 * n)
        for n, (last, each) in enumerate(zip(lasts, bins, strict=True))
    ]
    spreads = [SpreadSum("20260302", 10.0 * SECOND, 100 * SECOND), SpreadSum("20260303", 2.0 * SECOND, 200 * SECOND)]

    profile = measure("ACME", days, spreads, rules=RULES, origin=Origin("EUR", (("a", "b"),), ("said before",)))

    mean = 0.01
    assert asdict(profile) == {
        "symbol": "ACME",
        "currency": "EUR",
        "as_of": "20260305",
        "days": 4,
        "price": lasts[-1],
        "adv": 1_150.0,
        "adv_median": 1_150.0,
        "sigma_daily": pytest.approx(sqrt(((0.01 - mean) ** 2 + (0.02 - mean) ** 2 + (0.0 - mean) ** 2) / 2)),
        "sigma_intraday": pytest.approx(sqrt(0.0006)),
        "spread": pytest.approx(0.04),
        "curve": pytest.approx(((2 / 3 + 0.75) / 2, (1 / 3 + 0.25) / 2)),
        "volatility_curve": pytest.approx((1 / 3, 2 / 3)),
        "open_auction": pytest.approx((20 / 1_100 + 20 / 1_200) / 2),
        "close_auction": pytest.approx((80 / 1_100 + 80 / 1_200) / 2),
        "autocorrelation": (pytest.approx(_autocorrelation((0.01, -0.01, 0.02, 0.0))),),
        "sources": (("a", "b"),),
        "missing": {},
        "notes": ("said before", "sigma_daily is of 3 returns: standard error 50 % of it"),
    }


def _autocorrelation(returns: tuple[float, ...]) -> float:
    about = [each - sum(returns) / len(returns) for each in returns]
    return sum(a * b for a, b in pairwise(about)) / sum(each * each for each in about)


def test_half_days_are_apart_but_for_their_close() -> None:
    days = [
        *week(),
        figures("20260306", partial="closed early", volume=10, bins=(10, 0), last=110.0, first=101.0, returns=(0.5,)),
        figures("20260309", last=100.0),
    ]

    profile = measure("ACME", days, rules=RULES)

    plain = measure("ACME", [*week(), figures("20260309")], rules=RULES)
    assert (profile.adv, profile.curve, profile.sigma_intraday) == (plain.adv, plain.curve, plain.sigma_intraday)
    assert profile.sigma_daily == pytest.approx(log(1.1) * sqrt(2 / 4))
    assert "20260306 closed early: not in volumes, curves" in profile.notes


def test_a_date_that_was_cut_short_is_apart_as_well() -> None:
    days = [*week(), figures("20260306", tail=0.0, volume=10)]

    profile = measure("ACME", days, rules=RULES)

    assert profile.adv == 1_000.0
    assert "20260306 had less than 2% of the session's volume in the last hour: not in volumes, curves" in profile.notes


def test_where_the_last_hour_is_quiet_as_a_rule_it_says_nothing() -> None:
    days = [*week(tail=0.01), figures("20260306", tail=0.0, volume=500)]

    assert measure("ACME", days, rules=RULES).adv == 900.0


def test_dates_of_unusual_volume_teach_no_curve_but_count_in_the_mean() -> None:
    days = [*week(), figures("20260306", volume=4_000, bins=(0, 4_000))]

    profile = measure("ACME", days, rules=RULES)

    assert (profile.adv, profile.adv_median) == (1_600.0, 1_000.0)
    assert profile.curve == pytest.approx((2 / 3, 1 / 3))
    assert "20260306 of unusual volume: not in the curves" in profile.notes


def test_too_few_dates_have_the_pooled_curve_and_say_so() -> None:
    profile = measure("ACME", week()[:2], rules=RULES, pooled=POOLED)

    assert (profile.curve, profile.volatility_curve) == ((0.7, 0.3), ())
    assert profile.notes == (
        "the volume curve is pooled, from curves.toml (*): 2 ordinary dates with bins, 3 are needed",
    )
    assert profile.missing == {
        "sigma_daily": "1 close-to-close returns, 2 are needed",
        "spread": "no quotes",
        "volatility_curve": "2 ordinary dates with bins, 3 are needed",
    }


def test_a_pooled_curve_of_other_bins_is_none() -> None:
    profile = measure("ACME", week()[:2], rules=RULES, pooled=PooledCurve((0.5, 0.3, 0.2), "x"))

    assert profile.curve == ()
    assert profile.missing["curve"] == (
        "2 ordinary dates with bins, 3 are needed; the pooled curve has 3 bins, 2 are asked for"
    )


def test_a_split_is_no_return_and_earlier_volumes_are_of_the_new_shares() -> None:
    days = [figures("20260302", volume=500), figures("20260303", volume=500), *week(first=50.0, last=50.0)[2:]]

    profile = measure("ACME", days, rules=MeasureRules(bins=2, curve_days_min=3, returns_min=3))

    assert profile.adv == 1_000.0
    assert profile.missing["sigma_daily"] == "2 close-to-close returns, 3 are needed"
    assert profile.notes == (
        "20260304 opened at 1/2 of the last price: taken for a split of 2, earlier volumes brought to the new shares",
    )


def test_a_factor_file_makes_the_split_night_a_return() -> None:
    days = [figures("20260302", volume=500), *week(first=51.0, last=51.0)[1:]]

    profile = measure("ACME", days, rules=RULES, factors=[Factor("20260302", 1.0, 0.5)])

    assert profile.adv == 1_000.0
    assert profile.sigma_daily == pytest.approx(log(1.02) / sqrt(3))


def test_a_night_over_a_gap_is_left_out() -> None:
    days = [*week(), figures("20260310", last=150.0)]

    profile = measure("ACME", days, rules=RULES)

    assert profile.missing["sigma_daily"] == "the price never moved"
    assert "1 nights of more than 4 days left out of sigma_daily" in profile.notes


def test_what_bars_of_a_day_cannot_tell_is_missing_with_the_reason() -> None:
    coarse = week(grain_ns=86_400 * SECOND, bins=None, tail=None, returns=None, opening=None, closing=None)

    profile = measure("ACME", coarse, rules=RULES)

    assert profile.missing == {
        "sigma_daily": "the price never moved",
        "sigma_intraday": "the finest bars are of 86400 s, 300 s are needed",
        "spread": "no quotes",
        "curve": "0 ordinary dates with bins, 3 are needed; no pooled curve, 2 are asked for",
        "volatility_curve": "0 ordinary dates with bins, 3 are needed",
        "open_auction": "no source tells auctions apart",
        "close_auction": "no source tells auctions apart",
        "autocorrelation": "the finest bars are of 86400 s, 300 s are needed",
    }


def test_a_market_that_never_traded_or_moved_gives_reasons_and_no_number() -> None:
    still = week(volume=0, bins=(0, 0), tail=None, returns=(0.0, 0.0), opening=0, closing=0)

    profile = measure("ACME", still, [SpreadSum("20260302", 0.0, 0)], rules=RULES, pooled=POOLED)

    assert (profile.adv, profile.adv_median, profile.sigma_intraday, profile.spread) == (None, None, None, None)
    assert profile.missing["adv"] == "no full date with volume"
    assert profile.missing["spread"] == "both sides were never quoted, uncrossed"
    assert profile.missing["autocorrelation"] == "the price never moved"


def test_no_date_is_no_profile() -> None:
    with pytest.raises(ValueError, match="ACME: no date with a price in the session"):
        measure("ACME", [])
    with pytest.raises(ValueError, match="ACME: no date with a price in the session"):
        measure("ACME", week(first=None, last=None))


def test_the_finest_source_of_a_date_speaks() -> None:
    coarse, fine = figures("20260303", grain_ns=60 * SECOND), figures("20260303")

    assert finest([coarse, figures("20260302"), fine]) == (figures("20260302"), fine)


def test_what_the_finer_source_does_not_tell_the_coarser_does() -> None:
    volumes = figures(
        "20260302", grain_ns=900 * SECOND, first=None, last=None, returns=None, opening=None, closing=None
    )
    daily = figures("20260302", grain_ns=86_400 * SECOND, last=101.0, volume=7, bins=None, tail=None, returns=None)

    (day,) = finest([daily, volumes])

    assert day == figures("20260302", grain_ns=900 * SECOND, last=101.0, returns=None)


def test_sources_that_do_not_speak_of_the_same_shares_are_told() -> None:
    daily = [
        figures(f"2026030{day}", grain_ns=86_400 * SECOND, volume=volume) for day, volume in ((2, 1_400), (3, 400))
    ]

    (note,) = disagreement([*week(), *daily])

    assert note.startswith("20260303: the sources' volumes differ by a factor of up to 2.5: one may be adjusted")
    assert disagreement(week()) == ()


def test_a_date_without_a_price_counts_in_volumes_only() -> None:
    days = [*week(), figures("20260306", volume=2_000, bins=(1_300, 600), first=None, last=None, returns=None)]

    profile = measure("ACME", days, rules=RULES)

    assert (profile.adv, profile.price, profile.as_of, profile.days) == (1_200.0, 100.0, "20260306", 5)


def test_two_sources_of_one_grain_and_date_are_refused() -> None:
    with pytest.raises(ValueError, match="20260302: two files of 60 s bars, one is allowed"):
        finest([figures("20260302", grain_ns=60 * SECOND)] * 2)


def test_quotes_of_one_date_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="ACME: 20260302: two files of quotes, one is allowed"):
        measure("ACME", week(), [SpreadSum("20260302", 1.0, 1)] * 2)


def test_of_two_grains_of_quotes_the_finer_tells_the_spread_and_bars_are_named() -> None:
    ticks, bars = SpreadSum("20260302", 3.0, 100), SpreadSum("20260302", 9.0, 100, 60 * SECOND)
    alone = SpreadSum("20260303", 5.0, 100, 60 * SECOND)

    profile = measure("ACME", week(), [bars, ticks, alone])

    assert profile.spread == 8.0 / 200
    assert "20260303: spread of the quotes at both ends of bars" in profile.notes


def test_the_configured_curve_of_a_symbol_goes_before_the_pooled_one() -> None:
    curves = {"*": (500_000, 500_000), "ACME": (900_000, 100_000)}

    assert pooled_of(curves, "ACME", "f") == PooledCurve((0.9, 0.1), "f (ACME)")
    assert pooled_of(curves, "BOLT", "f") == PooledCurve((0.5, 0.5), "f (*)")
    assert pooled_of({}, "BOLT", "f") is None


days = st.lists(
    st.tuples(
        st.floats(1.0, 1e4),
        st.lists(st.integers(0, 10**6), min_size=4, max_size=4).map(tuple),
        st.lists(st.floats(-0.1, 0.1), min_size=8, max_size=8).map(tuple),
        st.sampled_from(["", "closed early"]),
    ),
    min_size=1,
    max_size=8,
)


@given(days)
def test_of_any_dates_each_figure_is_a_number_or_has_a_reason(
    rows: list[tuple[float, tuple[int, ...], tuple[float, ...], str]],
) -> None:
    made = [
        figures(f"202603{n + 1:02}", first=px, last=px, bins=bins, volume=sum(bins), returns=returns, partial=partial)
        for n, (px, bins, returns, partial) in enumerate(rows)
    ]

    profile = measure("ACME", made, rules=MeasureRules(bins=4, curve_days_min=2, returns_min=2), pooled=None)

    named = ("adv", "adv_median", "sigma_daily", "sigma_intraday", "spread", "open_auction", "close_auction")
    series = ("curve", "volatility_curve", "autocorrelation")
    for name in named:
        value = getattr(profile, name)
        assert (value is None) == (name in profile.missing), name
        assert value is None or 0 <= value < float("inf")
    for name in series:
        value = getattr(profile, name)
        assert (value == ()) == (name in profile.missing), name
        assert all(abs(each) < float("inf") for each in value)
    for curve in (profile.curve, profile.volatility_curve):
        assert not curve or sum(curve) == pytest.approx(1)
