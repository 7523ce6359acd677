"""The best of one book as it was last looked at, and the national best over several."""

from random import Random

from router.api import Instrument, Nbbo, VenueKind, VenueProfile
from simulator.links import Link
from simulator.lit import LitVenue
from simulator.pits import National, Pit
from simulator.wires import Wire

SYMBOL = "XYZ"


def pit(mic: str) -> Pit:
    profile = VenueProfile(mic, VenueKind.LIT, "lit")
    venue = LitVenue(profile, {SYMBOL: Instrument(SYMBOL)}, seed=1)
    return Pit(Link(profile, venue, Random(1), Wire(0)), SYMBOL, venue.book(SYMBOL), None)


def test_looking_says_whether_a_best_price_or_its_shares_changed() -> None:
    one = pit("XLIT")
    one.book.add(1, True, 100_000, 300)

    looked = [one.look(), one.look()]
    one.book.add(2, True, 99_900, 100)
    looked.append(one.look())
    one.book.add(3, True, 100_000, 100)
    looked.append(one.look())

    assert looked == [True, False, False, True]
    assert (one.bid, one.bid_qty, one.ask, one.ask_qty) == (100_000, 400, None, 0)


def test_only_a_level_at_the_best_or_beyond_it_can_be_the_best() -> None:
    one = pit("XLIT")
    before = one.may_be_best(is_bid=False, px=200_000)
    one.book.add(1, False, 100_000, 300)
    one.look()

    after = [one.may_be_best(is_bid=False, px=px) for px in (99_900, 100_000, 100_100)]

    assert (before, after) == (True, [True, True, False])


def test_the_national_best_adds_the_shares_at_it_over_the_venues_that_are_up() -> None:
    pits = [pit("XLIT"), pit("XALT"), pit("XINV"), pit("XDWN")]
    for one, bid, ask in zip(
        pits, (100_000, 100_000, 99_900, 100_100), (100_200, 100_300, 100_200, 100_100), strict=True
    ):
        one.book.add(1, True, bid, 100)
        one.book.add(2, False, ask, 200)
        one.look()
    pits[3].link.down = True
    national = National(SYMBOL, 0)
    national.pits += pits

    national.combine(5)

    assert national.value() == Nbbo(SYMBOL, 100_000, 100_200, 200, 400, 5)


def test_a_new_price_is_told_at_once_and_a_new_size_when_it_is_time() -> None:
    one, national = pit("XLIT"), National(SYMBOL, 0)
    national.pits.append(one)
    one.book.add(1, True, 100_000, 100)
    one.look()
    national.combine(1)
    due = [national.is_due(refresh_ns=10)]
    national.tell()

    for at in (2, 11):
        one.book.add(at, True, 100_000, 100)
        one.look()
        national.combine(at)
        due.append(national.is_due(refresh_ns=10))

    assert due == [True, False, True]
