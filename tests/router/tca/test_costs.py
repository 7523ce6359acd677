"""Cost in basis points: positive is a cost, whichever the side."""

from fractions import Fraction

import pytest

from router.core.profiles import FeeRule
from router.core.types import LastLiquidityInd, PrintKind, Side
from router.tca.costs import Cost, average, cost_against, fee

TARIFF = FeeRule(add=-2_000, remove=3_000, cross=100, auction=50)
INVERTED = FeeRule(add=1_500, remove=-1_000)


def test_a_buy_above_the_benchmark_costs() -> None:
    # 100 at 40.04 against 40.00: 0.04 a share, 10 bps.
    assert cost_against(Side.BUY, 100, 100 * 400_400, Fraction(400_000)) == Cost(
        Fraction(400_000), 10.0, Fraction(40_000)
    )


def test_a_sell_above_the_benchmark_gains() -> None:
    assert cost_against(Side.SELL, 100, 100 * 400_400, Fraction(400_000)) == Cost(
        Fraction(400_000), -10.0, Fraction(-40_000)
    )


@pytest.mark.parametrize("side", [Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT])
def test_every_kind_of_sell_below_the_benchmark_costs(side: Side) -> None:
    cost = cost_against(side, 100, 100 * 399_600, Fraction(400_000))

    assert cost is not None
    assert cost.bps == 10.0


def test_nothing_filled_or_no_benchmark_is_no_cost_rather_than_zero() -> None:
    assert cost_against(Side.BUY, 0, 0, Fraction(400_000)) is None
    assert cost_against(Side.BUY, 100, 100 * 400_400, None) is None


def test_an_average_is_exact() -> None:
    assert average([(1, 100), (2, 101)]) == Fraction(302, 3)
    assert average([]) is None


@pytest.mark.parametrize(
    ("liquidity", "kind", "micros"),
    [
        (LastLiquidityInd.ADDED, PrintKind.REGULAR, -200_000),
        (LastLiquidityInd.REMOVED, PrintKind.REGULAR, 300_000),
        (LastLiquidityInd.AUCTION, PrintKind.CROSS, 10_000),
        (LastLiquidityInd.AUCTION, PrintKind.REGULAR, 10_000),
        (LastLiquidityInd.AUCTION, PrintKind.OPENING, 5_000),
        (LastLiquidityInd.ADDED, PrintKind.CLOSING, 5_000),
        (LastLiquidityInd.ADDED, PrintKind.HIDDEN, -200_000),
        (None, PrintKind.REGULAR, 300_000),
    ],
)
def test_a_fee_follows_who_gave_liquidity(liquidity: LastLiquidityInd | None, kind: PrintKind, micros: int) -> None:
    assert fee(TARIFF, 100, liquidity, kind) == micros


def test_an_inverted_venue_pays_who_takes_and_charges_who_adds() -> None:
    paid = [fee(INVERTED, 100, who, PrintKind.REGULAR) for who in (LastLiquidityInd.ADDED, LastLiquidityInd.REMOVED)]

    assert paid == [150_000, -100_000]


def test_a_fee_is_exact_money_whatever_the_size() -> None:
    taken = fee(FeeRule(remove=2_995), 999_999_999_999, LastLiquidityInd.REMOVED, PrintKind.REGULAR)

    assert taken == 2_994_999_999_997_005
