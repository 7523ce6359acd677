"""Figures of the hand-made day, reckoned on paper."""

from fractions import Fraction

import pytest

from router.core.types import VenueKind
from router.tca.cost.analysis import OrderAnalysis, analyse
from router.tca.facts.recorder import Recorder


def test_a_buy_below_its_benchmarks_has_gained(analyses: dict[str, OrderAnalysis]) -> None:
    buy = analyses["A1"]

    assert buy.arrival is not None
    assert buy.arrival.benchmark == Fraction(400_100)
    assert buy.arrival.quanta == -60_000  # 0.006 x 1,000 shares: 6.00
    assert buy.arrival.bps == pytest.approx(-0.006 / 40.01 * 1e4)
    # (600 x 40.00 + 1,000 x 40.04 + 500 x 40.00 + 400 x 40.01) / 2,500
    assert buy.vwap is not None
    assert buy.vwap.benchmark == Fraction(400_176)
    assert buy.vwap.bps == pytest.approx(-0.0136 / 40.0176 * 1e4)


def test_a_sell_below_its_benchmarks_has_cost(analyses: dict[str, OrderAnalysis]) -> None:
    sell = analyses["B1"]

    assert sell.filled == 500
    assert sell.arrival is not None
    assert sell.arrival.quanta == 50_000  # 0.01 x 500 shares: 5.00
    assert sell.arrival.bps == pytest.approx(0.01 / 40.01 * 1e4)
    # From its arrival to its end: its own 500 at 40.00, and 400 at 40.01.
    assert sell.vwap is not None
    assert sell.vwap.benchmark == Fraction(500 * 400_000 + 400 * 400_100, 900)
    assert sell.vwap.bps > 0


def test_shares_by_kind_of_venue(analyses: dict[str, OrderAnalysis]) -> None:
    buy = analyses["A1"]

    assert buy.by_kind == {VenueKind.LIT: 600, VenueKind.DARK: 400, VenueKind.CROSS: 0}
    assert (buy.share(VenueKind.LIT), buy.share(VenueKind.CROSS)) == (0.6, 0.0)


def test_a_refused_order_has_no_figures(analyses: dict[str, OrderAnalysis]) -> None:
    refused = analyses["R1"]

    assert (refused.arrival, refused.vwap) == (None, None)
    assert refused.share(VenueKind.LIT) is None


def test_without_a_configuration_kinds_follow_the_prints(recorder: Recorder) -> None:
    recorder.config = None

    buy = analyse(recorder)[0]

    assert buy.by_kind == {VenueKind.LIT: 600, VenueKind.DARK: 400, VenueKind.CROSS: 0}
