"""Where an order is meant to trade, and the venues' fees."""

import pytest
from msgspec.structs import replace

from router.core.types import VenueKind
from router.tca.pretrade.placement import fees, place
from router.tca.pretrade.rules import PretradeRules
from support.pretrade import VENUES


def test_the_parts_are_the_urgency_s_and_sum_to_the_order(rules: PretradeRules) -> None:
    placed = place(VENUES, rules, "Low")

    assert (placed.dark, placed.cross, placed.lit_taken) == (0.35, 0.15, 0.35)
    assert placed.lit + placed.dark + placed.cross == 1
    assert placed.venues == {VenueKind.LIT: ("LIT1", "LIT2"), VenueKind.DARK: ("POOL",), VenueKind.CROSS: ("NOON",)}


def test_where_there_is_no_pool_and_no_cross_all_is_lit(rules: PretradeRules) -> None:
    # A cross without times is for orders that name it.
    placed = place([VENUES[0], replace(VENUES[3], cross_times=()), VENUES[4]], rules, "Medium")

    assert (placed.lit, placed.dark, placed.cross) == (1.0, 0.0, 0.0)


def test_fees_are_each_kind_s_mean_tariff_from_the_cheapest_to_the_dearest(rules: PretradeRules) -> None:
    placed = place(VENUES, rules, "Medium")

    fee = fees(VENUES, placed, "20261130", 40.0)

    # Lit 60 %, half takes: LIT1 (3000 - 2000)/2 = 500, LIT2 500 micros; dark 30 % of 1000; cross 10 % of 500. 40 is
    # 0.4 bps a mil.
    micros = 0.6 * 500 + 0.3 * 1_000 + 0.1 * 500
    assert fee.value == pytest.approx(micros * 10_000 / 40e6)
    assert (fee.unit, fee.low, fee.high) == ("bps", fee.value, fee.value)


def test_the_interval_of_fees_reaches_over_the_venues(rules: PretradeRules) -> None:
    placed = place(VENUES, rules, "High")

    fee = fees(VENUES, placed, "20261130", 40.0)

    # 80 % of the lit part takes: LIT1 2000, LIT2 800 micros.
    bounds = [(0.85 * lit + 0.15 * 1_000) / 4_000 for lit in (800, 1_400, 2_000)]
    assert (fee.low, fee.value, fee.high) == pytest.approx(bounds)
