"""What a basket cost: hand-worked, and every cut sums to the total."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.attribution import Cut, Group, Parts, attribute, name_costs, total
from router.basket.names import BasketError
from router.basket.orders import Done
from router.basket.sorting import advise
from router.core.types import Side
from support.baskets import name, seeded


def test_a_buy_a_sell_and_a_name_that_a_person_left_half_done() -> None:
    names = [
        name("ACME", Side.BUY, 1_000, sector="tools"),
        name("BOLT", Side.SELL, 1_000, sector="tools"),
        name("COIL", Side.BUY, 1_000, sector="food", spread=0.5),
    ]
    done = {
        "ACME": Done(1_000, 1_000 * 500_500),
        "BOLT": Done(1_000, 1_000 * 500_500),
        "COIL": Done(400, 400 * 501_000),
    }

    costs = name_costs(
        names, done, {"COIL": 510_000}, fees={"ACME": 3_000_000, "BOLT": -2_000_000}, advice=advise(names)
    )

    # ACME: 1,000 x 0.05 above, and 3 of fees. BOLT: sold 0.05 above, and a rebate of 2. COIL: 400 x 0.10, 600 x 1.00.
    worth = Fraction(50_000)
    assert attribute(costs, Cut.WORKED) == (
        Group("manual", 1, worth, Parts(Fraction(40), Fraction(600), Fraction(0))),
        Group("TWAP", 2, 2 * worth, Parts(Fraction(0), Fraction(0), Fraction(1))),
    )
    assert [(group.key, group.parts.total) for group in attribute(costs, Cut.SIDE)] == [
        ("buy", Fraction(693)),
        ("sell", Fraction(-52)),
    ]
    assert [(group.key, group.parts.total) for group in attribute(costs, Cut.SECTOR)] == [
        ("food", Fraction(640)),
        ("tools", Fraction(1)),
    ]
    assert total(costs).parts.total == 641
    assert total(costs).bps == pytest.approx(641 / 150_000 * 10_000)


@given(st.integers(0, 10_000))
def test_every_cut_sums_to_the_total_exactly(seed: int) -> None:
    rng = Random(seed)
    names = seeded(12, seed, of_adv=0.5)
    done = {
        each.symbol: Done(qty, sum(each.px + rng.randint(-500, 500) for _ in range(3)) * qty // 3)
        for each in names
        for qty in [rng.randint(0, each.qty)]
    }
    last = {each.symbol: each.px + rng.randint(-5_000, 5_000) for each in names}
    fees = {each.symbol: rng.randint(-10_000, 10_000) for each in names}

    costs = name_costs(names, done, last, fees=fees, advice=advise(names))

    whole = total(costs)
    for cut in Cut:
        groups = attribute(costs, cut)
        assert sum((group.parts for group in groups), Parts()) == whole.parts
        assert sum(group.names for group in groups) == 12


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (Done(10_001, 1), r"ACME: CumQty\(14\) must not be above OrderQty\(38\) 10000: got 10001"),
        (Done(9_000, 1), "ACME: 1000 shares were not filled, and there is no last price to value them at"),
    ],
)
def test_a_cost_that_cannot_be_reckoned_is_refused(done: Done, said: str) -> None:
    names = [name()]

    with pytest.raises(BasketError, match=said):
        name_costs(names, {"ACME": done}, {}, fees={}, advice=advise(names))
