"""The general template, term by term."""

import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactInputError, ImpactOrder, even_path

ORDER = ImpactOrder(side=Side.BUY, qty=100_000, price=50.0, adv=1_000_000, sigma=0.02)
DAY = even_path(100_000, 1.0, 13)


def test_over_one_even_day_the_rate_is_the_size(models: Models) -> None:
    estimate = models.general.estimate(ORDER, DAY)

    assert estimate.temporary == pytest.approx(28.4 * 0.1**0.6)
    assert estimate.permanent == pytest.approx(236 * 0.1 / 2)
    assert estimate.drift == 0


@pytest.mark.parametrize(
    ("changed", "factor"),
    [({"sigma": 0.03}, 1.5), ({"regime": "stressed"}, 1.5), ({"regime": "calm"}, 0.8), ({"concentration": 1.0}, 1.5)],
)
def test_conditions_scale_both_parts(models: Models, changed: dict[str, object], factor: float) -> None:
    plain, other = (models.general.estimate(order, DAY) for order in (ORDER, replace(ORDER, **changed)))

    assert other.temporary == pytest.approx(factor * plain.temporary)
    assert other.permanent == pytest.approx(factor * plain.permanent)


@pytest.mark.parametrize(("side", "cost"), [(Side.BUY, 25.0), (Side.SELL, -25.0)])
def test_a_rising_price_costs_the_buyer_what_it_gives_the_seller(models: Models, side: Side, cost: float) -> None:
    order = replace(ORDER, side=side, momentum=0.005)

    # 50 bps a day, half a day's wait on average.
    assert models.general.estimate(order, DAY).drift == pytest.approx(cost)


def test_the_open_costs_more_than_noon(models: Models) -> None:
    opening = replace(even_path(100_000, 1.0), at=(0.01,))
    noon = replace(even_path(100_000, 1.0), at=(0.4,))

    costs = [models.general.estimate(ORDER, path).temporary for path in (opening, noon)]

    assert costs[0] == pytest.approx(1.4 * costs[1])


def test_an_unknown_regime_is_refused_with_the_known_ones(models: Models) -> None:
    with pytest.raises(ImpactInputError, match="regime: must be one of calm, normal, stressed: got 'wild'"):
        models.general.estimate(replace(ORDER, regime="wild"), DAY)
