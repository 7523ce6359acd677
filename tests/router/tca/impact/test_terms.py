"""What holds for every model: more costs more, sides are alike, and what cannot be estimated is refused."""

from math import isfinite, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.types import Side
from router.tca.impact.parameters import Models
from router.tca.impact.terms import Estimate, ImpactInputError, ImpactOrder, Path, even_path, timing_risk, waiting_days

ORDER = ImpactOrder(side=Side.BUY, qty=100_000, price=50.0, adv=1_000_000, sigma=0.02, spread=0.05)


@given(
    qty=st.integers(100, 400_000),
    more=st.floats(1.01, 3.0),
    days=st.floats(0.05, 1.0),
    spread=st.floats(0.005, 0.5),
)
def test_a_larger_order_costs_more_a_share(models: Models, qty: int, more: float, days: float, spread: float) -> None:
    for model in models.all:
        small, large = (
            model.estimate(replace(ORDER, qty=each, spread=spread), even_path(each, days))
            for each in (qty, max(qty + 1, round(qty * more)))
        )

        assert small.total < large.total, model.name
        assert isfinite(large.error), model.name


@given(qty=st.integers(100, 400_000), days=st.floats(0.05, 1.0))
def test_a_sale_costs_what_a_purchase_does(models: Models, qty: int, days: float) -> None:
    path = even_path(qty, days, 4)
    for model in models.all:
        buy, sell = (model.estimate(replace(ORDER, side=side, qty=qty), path) for side in (Side.BUY, Side.SELL))

        assert buy == sell


SHARES = st.lists(st.integers(1, 100), min_size=8, max_size=8)


@given(one=SHARES, other=SHARES, weight=st.floats(0, 1))
def test_the_cost_of_a_mixture_of_paths_is_at_most_the_mixture_of_costs(
    models: Models, one: list[int], other: list[int], weight: float
) -> None:
    clock = even_path(ORDER.qty, 1.0, 8)
    paths = [replace(clock, qty=tuple(ORDER.qty * each / sum(shares) for each in shares)) for shares in (one, other)]
    pairs = zip(paths[0].qty, paths[1].qty, strict=True)
    mixed = replace(clock, qty=tuple(weight * a + (1 - weight) * b for a, b in pairs))

    for model in models.all:
        first, second, both = (model.estimate(ORDER, path).total for path in (*paths, mixed))
        assert both <= weight * first + (1 - weight) * second + 1e-9, model.name


def test_the_slower_the_cheaper_and_the_riskier(models: Models) -> None:
    for model in models.all:
        quick, slow = (model.estimate(ORDER, even_path(ORDER.qty, days)) for days in (0.2, 1.0))

        # The square-root law alone knows no pace.
        assert (quick.total > slow.total) == (model.name != "square-root"), model.name
        assert quick.timing_risk < slow.timing_risk


def test_what_is_left_open_is_held_to_the_end() -> None:
    half = Path(qty=(50_000.0, 0.0), volume=(0.5, 0.5), variance=(0.5, 0.5), days=(0.5, 0.5))

    # x falls from 1 to 1/2 over half a day, then stays: (1 + 1/2 + 1/4)/3 x 1/2 + 1/4 x 1/2.
    assert timing_risk(ORDER, half) == pytest.approx(0.02 * sqrt(1.75 / 6 + 0.125))


def test_the_average_share_of_an_even_path_waits_half_of_it() -> None:
    assert waiting_days(even_path(ORDER.qty, 0.6, 5)) == pytest.approx(0.3)


def test_participation_counts_our_own_volume_in() -> None:
    assert even_path(100_000, 0.4).participation(1_000_000) == pytest.approx(0.2)


def test_an_interval_adds_timing_risk_and_model_error_as_independent() -> None:
    estimate = Estimate(model="x", spread=1.0, temporary=2.0, permanent=3.0, drift=-1.0, timing_risk=30.0, error=40.0)

    assert (estimate.total, estimate.impact, estimate.deviation) == (5.0, 5.0, 50.0)
    assert estimate.interval() == pytest.approx((5 - 97.9982, 5 + 97.9982))
    assert estimate.money(2_000_000) == pytest.approx(1_000)


def test_beyond_what_it_was_made_for_a_model_says_so(models: Models) -> None:
    order = replace(ORDER, qty=200_000, shares_outstanding=1e8)

    assert models.almgren_2005.warnings(order, even_path(200_000, 0.1)) == (
        "20 % of ADV is above the 10 % at which it is held valid",
        "200 % of the volume is above the 100 % at which it is held valid",
    )
    assert models.almgren_2005.warnings(replace(order, qty=1_000), even_path(1_000, 0.1)) == (
        "0.1 % of ADV is below the 0.25 % at which it is held valid",
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"qty": 0}, r"OrderQty\(38\): must be above 0: got 0"),
        ({"adv": 0.0}, r"adv: must be from 1 to 1e\+12 \(shares a day\): got 0.0"),
        ({"adv": float("nan")}, r"adv: must be from 1 to 1e\+12 \(shares a day\): got nan"),
        ({"sigma": 0.0}, r"sigma: must be from 1e-09 to 10 \(a fraction of the price\): got 0.0"),
        ({"sigma": 1e300}, r"sigma: must be from 1e-09 to 10 \(a fraction of the price\): got 1e\+300"),
        ({"momentum": -900.0}, r"momentum: must be from -1 to 1 \(a return a day\): got -900.0"),
        ({"price": -1.0}, r"price: must be from 1e-09 to 1e\+09 \(currency\): got -1.0"),
        ({"spread": -0.01}, r"spread: must be at least 0 \(currency\): got -0.01"),
        ({"spread": 50.0}, r"spread: must be below the price of 50: got 50.0"),
        ({"concentration": 1.5}, r"concentration: must be from 0 to 1: got 1.5"),
    ],
)
def test_what_cannot_be_estimated_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ImpactInputError, match=said):
        replace(ORDER, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"qty": (0.0, 0.0)},
        {"qty": (1.0, -1.0)},
        {"volume": (1.0, 0.0)},
        {"days": (1.0,)},
        {"at": (0.5,)},
        {"taken": 1.1},
    ],
)
def test_what_is_no_path_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ImpactInputError, match="path: "):
        replace(even_path(100, 1.0, 2), **changed)


def test_a_night_is_without_shares_and_without_a_session_s_time() -> None:
    path = Path(
        qty=(1.0, 0.0, 2.0, 0.0, 3.0),
        volume=(0.1, 0.1, 0.1, 0.0, 0.1),
        variance=(0.1,) * 5,
        days=(0.1, 0.1, 0.1, 0.0, 0.2),
    )

    assert [path.qty[date] for date in path.sessions()] == [(1.0, 0.0, 2.0), (3.0,)]
    assert waiting_days(path) == pytest.approx((5.5 * 0.1 + 5 * 0.1 + 4 * 0.1 + 1.5 * 0.2) / 6)


def test_a_rising_price_costs_the_buyer_by_every_model(models: Models) -> None:
    """50 bps a day, half a day's wait on average."""
    order = ImpactOrder(side=Side.BUY, qty=10_000, price=50.0, adv=1_000_000, sigma=0.02, spread=0.05, momentum=0.005)

    drifts = [model.estimate(order, even_path(10_000, 1.0)).drift for model in models.all]

    assert drifts == pytest.approx([25.0] * 7)
