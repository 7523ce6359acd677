"""Whether a venue has to be told of the NBBO."""

from simulator.quotes import Quotes


def test_a_venue_is_told_while_anybody_in_it_watches() -> None:
    pegs, bands = dict[int, None](), dict[str, None]()
    quotes = Quotes(pegs, bands)

    told = [quotes.is_watched()]
    bands["XYZ"] = None
    told.append(quotes.is_watched())
    bands.clear()
    pegs[1] = None
    told.append(quotes.is_watched())

    assert told == [False, True, True]


def test_where_nobody_could_watch_the_nbbo_is_noted_only() -> None:
    assert not Quotes().is_watched()
