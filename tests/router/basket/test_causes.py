"""Why a basket cost what it did, on the hand-worked tape: causes sum to the cost, exactly."""

from fractions import Fraction

import pytest

from router.basket.attribution import name_costs
from router.basket.causes import Causes, causes_of, fees_of, last_prices, never_sent, order_costs, together
from router.basket.names import BasketName
from router.basket.orders import Done
from router.basket.sorting import advise
from router.core.types import Side
from router.tca.cost.shortfall import shortfall
from support.baskets import name
from support.twelve_trades import case, px, recorded, tape

DECIDED = 399_000
"""The basket was decided at 39.90, before the order's own decision and its release."""


@pytest.fixture
def ordered() -> BasketName:
    return name("ACME", Side.BUY, 1_000, px=DECIDED)


def test_waiting_is_what_the_orders_own_release_does_not_explain(ordered: BasketName) -> None:
    bought = case("O1")
    own = shortfall(bought)
    orders = order_costs([bought])
    done = {"ACME": Done(bought.record.cum_qty, bought.record.notional)}

    costs = name_costs([ordered], done, last_prices([bought]), fees=fees_of(orders), advice=advise([ordered]))
    causes = causes_of(costs, orders)["ACME"]

    released = own.release.px
    assert released is not None
    assert own.spread is not None
    assert own.impact is not None
    assert own.timing is not None
    assert causes == Causes(
        waiting=bought.record.cum_qty * (released - DECIDED) / 10_000,
        spread=own.spread,
        impact=own.impact,
        timing=own.timing,
        # 600 of 1,000 were not bought, and the day closed at 40.20.
        opportunity=600 * Fraction("0.30"),
        fees=own.fees,
    )
    assert causes.total == costs[0].parts.total


def test_a_name_without_an_order_is_all_opportunity(ordered: BasketName) -> None:
    costs = name_costs([ordered], {}, {"ACME": 402_000}, fees={}, advice=advise([ordered]))

    assert causes_of(costs, {}) == {"ACME": Causes(opportunity=Fraction(300))}


def test_a_name_that_was_never_sent_has_its_last_price_all_the_same() -> None:
    recorder = recorded([(at, event, []) for at, event, _ in tape()])

    assert last_prices(never_sent(recorder, ["ACME"])) == {"ACME": px("40.20")}


def test_a_name_with_an_order_was_sent() -> None:
    assert list(never_sent(recorded(tape()), ["ACME"])) == []


def test_orders_of_one_name_add_up() -> None:
    once, twice = order_costs([case("O1")])["ACME"], order_costs([case("O1"), case("O1")])["ACME"]

    assert (twice.spread, twice.impact, twice.timing, twice.fees) == (
        2 * once.spread,
        2 * once.impact,
        2 * once.timing,
        2 * once.fees,
    )


def test_causes_add_up_cause_by_cause() -> None:
    one, two = Causes(waiting=Fraction(1), fees=Fraction(2)), Causes(waiting=Fraction(-3), timing=Fraction(5))

    assert together([one, two]) == Causes(waiting=Fraction(-2), timing=Fraction(5), fees=Fraction(2))
