"""Netting: exact shares, exact money."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.names import BasketError
from router.basket.netting import Cross, CrossPrices, CrossRule, Netted, Wish, net, settle, wishes_of
from router.core.types import Side

MID = CrossRule.MIDPOINT

wishes = st.lists(
    st.builds(
        Wish,
        st.sampled_from(["alpha", "beta", "gamma", "delta"]),
        st.sampled_from(["ACME", "BOLT"]),
        st.sampled_from([Side.BUY, Side.SELL, Side.SELL_SHORT]),
        st.integers(1, 1_000_000),
    ),
    max_size=12,
)


def asked(of: list[Wish] | tuple[Wish, ...]) -> Counter[tuple[str, str, Side]]:
    counted: Counter[tuple[str, str, Side]] = Counter()
    for wish in of:
        counted[wish.account, wish.symbol, wish.side] += wish.qty
    return counted


def test_the_lighter_side_is_crossed_and_the_rest_of_the_heavier_goes_to_the_market() -> None:
    netted = net([Wish("alpha", "ACME", Side.BUY, 700), Wish("beta", "ACME", Side.SELL, 500)], MID)

    assert netted == Netted(
        crosses=(Cross("ACME", seller="beta", buyer="alpha", qty=500, rule=MID),),
        left=(Wish("alpha", "ACME", Side.BUY, 200),),
    )


def test_the_heavier_side_shares_in_proportion_whole_shares_by_largest_remainder() -> None:
    buys = [
        Wish("alpha", "ACME", Side.BUY, 100),
        Wish("beta", "ACME", Side.BUY, 200),
        Wish("gamma", "ACME", Side.BUY, 200),
    ]

    netted = net([*buys, Wish("delta", "ACME", Side.SELL, 251)], MID)

    # 251 x 1/5, 2/5, 2/5 is 50.2, 100.4, 100.4: the share over goes to beta, the first of the two largest remainders.
    assert [(cross.buyer, cross.qty) for cross in netted.crosses] == [("alpha", 50), ("beta", 101), ("gamma", 100)]


def test_sellers_of_what_they_own_cross_before_short_sellers() -> None:
    short = Wish("alpha", "ACME", Side.SELL_SHORT, 300)
    netted = net([short, Wish("beta", "ACME", Side.SELL, 100), Wish("gamma", "ACME", Side.BUY, 150)], MID)

    assert netted.crosses == (
        Cross("ACME", "beta", "gamma", 100, MID),
        Cross("ACME", "alpha", "gamma", 50, MID, Side.SELL_SHORT),
    )
    assert netted.left == (Wish("alpha", "ACME", Side.SELL_SHORT, 250),)


def test_a_position_that_goes_through_zero_is_a_sell_and_a_short_sell() -> None:
    assert wishes_of("alpha", {"ACME": 300, "BOLT": -50}, {"ACME": -200, "COIL": 10}) == (
        Wish("alpha", "ACME", Side.SELL, 300),
        Wish("alpha", "ACME", Side.SELL_SHORT, 200),
        Wish("alpha", "BOLT", Side.BUY, 50),
        Wish("alpha", "COIL", Side.BUY, 10),
    )


def test_net_orders_are_one_a_name_and_side() -> None:
    left = (
        Wish("alpha", "ACME", Side.BUY, 100),
        Wish("beta", "ACME", Side.BUY, 50),
        Wish("alpha", "BOLT", Side.SELL, 10),
    )

    assert Netted((), left).orders() == (("ACME", Side.BUY, 150), ("BOLT", Side.SELL, 10))


@given(wishes)
def test_crossed_and_left_are_what_was_asked_and_only_one_side_of_a_name_is_left(given_wishes: list[Wish]) -> None:
    netted = net(given_wishes, MID)

    crossed: list[Wish] = []
    for cross in netted.crosses:
        crossed += [
            Wish(cross.seller, cross.symbol, cross.seller_side, cross.qty),
            Wish(cross.buyer, cross.symbol, Side.BUY, cross.qty),
        ]
    assert asked([*crossed, *netted.left]) == asked(given_wishes)
    assert not {w.symbol for w in netted.left if w.side.is_buy} & {w.symbol for w in netted.left if not w.side.is_buy}


@given(wishes, st.integers(1, 10_000_001))
def test_the_cash_of_all_crosses_sums_to_nothing(given_wishes: list[Wish], mid2: int) -> None:
    netted = net(given_wishes, MID)

    cash = settle(netted.crosses, {"ACME": CrossPrices(mid2=mid2), "BOLT": CrossPrices(mid2=3 * mid2)})

    assert sum(cash.values()) == 0


def test_a_midpoint_of_half_a_quantum_is_paid_exactly() -> None:
    crosses = (Cross("ACME", "beta", "alpha", 3, MID),)

    assert settle(crosses, {"ACME": CrossPrices(mid2=200_001)}) == {
        "alpha": Fraction(-600_003, 20_000),
        "beta": Fraction(600_003, 20_000),
    }


@pytest.mark.parametrize(
    ("rule", "prices", "said"),
    [
        (CrossRule.MIDPOINT, CrossPrices(close=10), "cross of ACME at the midpoint: no two-sided market at its time"),
        (CrossRule.CLOSE, CrossPrices(mid2=10), "cross of ACME at the close: no official closing price"),
    ],
)
def test_a_price_that_does_not_exist_is_refused(rule: CrossRule, prices: CrossPrices, said: str) -> None:
    with pytest.raises(BasketError, match=said):
        settle((Cross("ACME", "beta", "alpha", 3, rule),), {"ACME": prices})


def test_a_quantity_of_nothing_is_refused() -> None:
    with pytest.raises(BasketError, match=r"netting: alpha ACME: OrderQty\(38\) must be above 0: got 0"):
        net([Wish("alpha", "ACME", Side.BUY, 0)], MID)
