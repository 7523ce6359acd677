"""Sources alone: what one of them says is kept, and there is no venue to take down."""

import pytest

from router.api import Nbbo, Phase, PrintKind
from simulator.lone_market import LoneMarket, Printed


def test_the_best_is_over_all_books_and_the_phase_is_the_last_one_said() -> None:
    market = LoneMarket("XLIT", "XALT")
    market.book("XLIT", "XYZ").add(1, True, 100, 5)
    market.book("XALT", "XYZ").add(1, True, 101, 5)
    market.book("XLIT", "XYZ").add(2, False, 103, 5)

    market.phase("XYZ", Phase.HALTED)

    assert market.nbbo("XYZ") == Nbbo("XYZ", 101, 103)
    assert market.phase_of("XYZ") is Phase.HALTED


def test_clear_forgets_what_happened_and_keeps_how_things_stand() -> None:
    market = LoneMarket("XLIT")
    book = market.book("XLIT", "XYZ")
    book.add(1, True, 100, 5)
    book.market(False, 2)
    market.tape("XLIT", "XYZ", 100, 7, kind=PrintKind.HIDDEN)
    market.phase("XYZ", Phase.HALTED)
    assert market.tapes == [Printed("XLIT", 100, 7, PrintKind.HIDDEN, None)]

    market.clear()

    assert (book.trades, book.changes(), market.tapes, market.phases) == ([], [], [], [])
    assert (book.level(True, 100), market.phase_of("XYZ")) == (3, Phase.HALTED)


def test_there_is_no_venue_to_take_down() -> None:
    market = LoneMarket("XLIT")

    with pytest.raises(KeyError, match="no venue that could be down"):
        market.venue_down("XLIT", "gone")
    with pytest.raises(KeyError, match="no venue that could come back"):
        market.venue_up("XLIT")
