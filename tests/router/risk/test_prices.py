"""Reference, collar and notional: exact at the limit, closed where nothing is known."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.instruments import Instrument
from router.core.profiles import RiskLimits
from router.core.types import PPM, SECOND, OrdRejReason, Px, Qty, Side
from router.risk.prices import Reference, check_price
from router.risk.rules import MAX_NOTIONAL, Refusal
from support.prices import KnownPrices

NOW = 1_000 * SECOND
AT_100 = KnownPrices(AAPL=(1_000_000, NOW))
AAPL = Instrument("AAPL")


def check(
    side: Side,
    qty: Qty,
    px: Px | None,
    *,
    collar_ppm: int | None = 100_000,
    max_notional: int | None = None,
    prices: Reference = AT_100,
    instrument: Instrument = AAPL,
) -> Refusal | None:
    return check_price(
        NOW,
        instrument=instrument,
        side=side,
        qty=qty,
        px=px,
        limits=RiskLimits(collar_ppm=collar_ppm, reference_age_max_ns=60 * SECOND),
        max_notional=max_notional,
        notional_rule=MAX_NOTIONAL,
        reference=prices,
    )


def test_a_buy_at_the_collar_passes_and_a_quantum_above_does_not() -> None:
    assert check(Side.BUY, 100, 1_100_000) is None
    assert check(Side.BUY, 100, 1_100_001) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT,
        "price collar: Price(44) 110.0001 is above the limit 110, which is 0.10 from the reference 100",
    )


@pytest.mark.parametrize("side", [Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT])
def test_a_sell_at_the_collar_passes_and_a_quantum_below_does_not(side: Side) -> None:
    assert check(side, 100, 900_000) is None
    assert check(side, 100, 899_999) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT,
        "price collar: Price(44) 89.9999 is below the limit 90, which is 0.10 from the reference 100",
    )


def test_a_price_that_can_only_be_better_is_not_collared() -> None:
    assert check(Side.BUY, 100, 1) is None
    assert check(Side.SELL, 100, 10_000_000) is None


def test_without_a_reference_an_order_is_refused() -> None:
    assert check(Side.BUY, 100, 1_000_000, prices=KnownPrices()) == Refusal(
        OrdRejReason.BROKER_OPTION, "fresh reference: there is no price of AAPL to hold the order against"
    )


def test_a_reference_as_old_as_the_limit_passes_and_a_nanosecond_older_does_not() -> None:
    assert check(Side.BUY, 100, 1_000_000, prices=KnownPrices(AAPL=(1_000_000, NOW - 60 * SECOND))) is None
    assert check(Side.BUY, 100, 1_000_000, prices=KnownPrices(AAPL=(1_000_000, NOW - 60 * SECOND - 1))) == Refusal(
        OrdRejReason.BROKER_OPTION, "fresh reference: the price of AAPL is 60.000000001 s old, above the limit 60 s"
    )


def test_a_buy_is_worth_its_price_exactly() -> None:
    assert check(Side.BUY, 10_000, 999_900, max_notional=999_900) is None
    assert check(Side.BUY, 10_001, 999_900, max_notional=999_900) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT, "maximum notional: 999,999.99 USD is above the limit 999,900"
    )


def test_a_sell_is_worth_what_the_market_pays_where_that_is_more_than_its_price() -> None:
    assert check(Side.SELL, 1_000, 950_000, max_notional=100_000) is None
    assert check(Side.SELL, 1_001, 950_000, max_notional=100_000) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT, "maximum notional: 100,100 USD is above the limit 100,000"
    )


def test_a_sell_above_the_market_is_worth_its_price() -> None:
    assert check(Side.SELL, 1_000, 1_200_000, max_notional=120_000) is None
    assert check(Side.SELL, 1_001, 1_200_000, max_notional=120_000) is not None


def test_an_order_without_a_price_is_worth_the_reference() -> None:
    assert check(Side.BUY, 1_000, None, collar_ppm=None, max_notional=100_000) is None
    assert check(Side.BUY, 1_001, None, collar_ppm=None, max_notional=100_000) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT, "maximum notional: 100,100 USD is above the limit 100,000"
    )


@pytest.mark.parametrize(
    ("collar_ppm", "max_notional"), [(100_000, None), (None, 1_000_000)], ids=["collar", "notional"]
)
def test_an_order_without_a_price_needs_a_reference(collar_ppm: int | None, max_notional: int | None) -> None:
    refusal = check(Side.BUY, 1, None, collar_ppm=collar_ppm, max_notional=max_notional, prices=KnownPrices())

    assert refusal == Refusal(
        OrdRejReason.BROKER_OPTION, "fresh reference: there is no price of AAPL to hold the order against"
    )


def test_a_contract_is_worth_its_multiplier() -> None:
    future = Instrument("ES", multiplier=50, price_scale=100)
    prices = KnownPrices(ES=(500_000, NOW))

    assert check(Side.BUY, 2, 500_000, max_notional=500_000, prices=prices, instrument=future) is None
    assert check(Side.BUY, 3, 500_000, max_notional=500_000, prices=prices, instrument=future) is not None


def test_with_collar_and_notional_off_nothing_is_asked_of_the_market() -> None:
    assert check(Side.BUY, 10**9, None, collar_ppm=None, max_notional=None, prices=KnownPrices()) is None
    assert check(Side.BUY, 1, 10**9, collar_ppm=None, max_notional=10**9, prices=KnownPrices()) is None


@given(
    side=st.sampled_from([Side.BUY, Side.SELL]),
    qty=st.integers(1, 10**9),
    px=st.integers(1, 10**10),
    reference_px=st.integers(1, 10**10),
    collar_ppm=st.integers(0, 2 * PPM),
    max_notional=st.integers(0, 10**12),
)
def test_the_answer_is_that_of_exact_fractions(
    side: Side, qty: int, px: int, reference_px: int, collar_ppm: int, max_notional: int
) -> None:
    prices = KnownPrices(AAPL=(reference_px, NOW))

    refusal = check(side, qty, px, collar_ppm=collar_ppm, max_notional=max_notional, prices=prices)

    move = Fraction(px - reference_px, reference_px) * side.sign
    worth = qty * Fraction(px if side is Side.BUY else max(px, reference_px), AAPL.price_scale)
    assert (refusal is None) == (move <= Fraction(collar_ppm, PPM) and worth <= max_notional)
