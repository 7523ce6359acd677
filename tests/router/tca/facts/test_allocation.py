"""Where an order was meant to trade and where it did, and what is offered next to come nearer."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.types import PPM, PrintKind, Qty, Side, VenueKind
from router.tca.facts.allocation import CROSS_MAX, OFFER_MIN, Goal, Offers, Share, allocation, steered
from router.tca.facts.case import Case
from support.three_dates import TAPE, worked

GOAL = Goal(dark=300_000, cross=200_000)
LIT, DARK, CROSS = VenueKind.LIT, VenueKind.DARK, VenueKind.CROSS


def spread_out() -> Case:
    """On the first date 600 displayed and 200 in a pool, on the second 200 in a cross."""
    was = worked(Side.BUY, 1_000, [(0, 400_000, 600), (0, 400_000, 200), (1, 400_000, 200)], TAPE)
    kinds = (PrintKind.REGULAR, PrintKind.DARK, PrintKind.CROSS)
    fills = [
        msgspec.structs.replace(fill, venue=f"X{kind}", kind=kind) for fill, kind in zip(was.fills, kinds, strict=True)
    ]
    record = msgspec.structs.replace(was.record, fills={fill.exec_id: fill for fill in fills})
    return msgspec.structs.replace(was, record=record)


def test_the_whole_order_against_the_goal() -> None:
    found = allocation(spread_out(), GOAL)

    assert found == (
        Share(LIT, 500_000, 600, 1_000),
        Share(DARK, 300_000, 200, 1_000),
        Share(CROSS, 200_000, 200, 1_000),
    )
    assert [share.part for share in found] == [Fraction(3, 5), Fraction(1, 5), Fraction(1, 5)]
    assert [share.missed for share in found] == [Fraction(-100), Fraction(100), Fraction(0)]


def test_one_date_is_against_its_own_fills_and_one_without_a_fill_has_no_part() -> None:
    was = spread_out()

    second, third = allocation(was, GOAL, "20260317"), allocation(was, GOAL, "20260318")

    assert [share.part for share in second] == [Fraction(0), Fraction(0), Fraction(1)]
    assert [(share.part, share.missed) for share in third] == [(None, Fraction(0))] * 3


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((-1, 0), "goal: dark must be a part from 0 to 1,000,000 millionths: got -1"),
        ((0, 1_000_001), "goal: cross must be a part from 0 to 1,000,000 millionths: got 1,000,001"),
        ((600_000, 500_000), "goal: dark + cross must be a part from 0 to 1,000,000 millionths: got 1,100,000"),
    ],
)
def test_a_goal_that_is_no_part_of_an_order_is_refused(parts: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match="goal") as error:
        Goal(*parts)

    assert str(error.value) == message


def test_what_is_behind_is_offered_more_and_what_is_ahead_less_in_proportion() -> None:
    """Of 1,000 shares 400 were dark, wanted 300; 160 in crosses, wanted 200."""
    offers = steered(Offers(400_000, 100_000), GOAL, {LIT: 440, DARK: 400, CROSS: 160})

    assert offers == Offers(dark=300_000, cross=125_000)


def test_an_offer_is_at_most_doubled_or_halved() -> None:
    offers = steered(Offers(400_000, 100_000), GOAL, {LIT: 0, DARK: 1_000, CROSS: 0})

    assert offers == Offers(dark=200_000, cross=200_000)


def test_no_more_is_lent_to_a_cross_than_the_algorithm_leaves_it() -> None:
    offers = steered(Offers(400_000, 400_000), GOAL, {LIT: 700, DARK: 300, CROSS: 0})

    assert offers == Offers(dark=400_000, cross=CROSS_MAX)


def test_before_the_first_fill_nothing_is_known_and_nothing_changes() -> None:
    offers = steered(Offers(400_000, 100_000), GOAL, {LIT: 0, DARK: 0, CROSS: 0})

    assert offers == Offers(400_000, 100_000)


SHARES = st.integers(0, 10_000_000)
OFFER = st.integers(0, PPM)


@given(dark=OFFER, cross=OFFER, lit=SHARES, pools=SHARES, crosses=SHARES)
def test_offers_are_parts_and_a_kind_that_is_wanted_is_never_given_up(
    dark: int, cross: int, lit: Qty, pools: Qty, crosses: Qty
) -> None:
    filled = {LIT: lit, DARK: pools, CROSS: crosses}

    wanted, unwanted = (steered(Offers(dark, cross), goal, filled) for goal in (GOAL, Goal(0, 0)))

    if sum(filled.values()):
        assert OFFER_MIN <= wanted.dark <= PPM
        assert OFFER_MIN <= wanted.cross <= CROSS_MAX
        assert unwanted == Offers(0, 0)
