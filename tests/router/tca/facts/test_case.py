"""One parent as an analyst has it, from the day by hand and from a journal of the real engine."""

import msgspec

from router.core.events import ChildAccepted, ChildCanceled, Event, LevelUpdate, VenueDown
from router.core.types import SECOND, Phase, VenueKind
from router.tca.facts.case import case_of, cases
from router.tca.facts.quotes import Quote
from router.tca.facts.record import ChildEnd
from router.tca.facts.recorder import Recorder
from router.tca.facts.tape import Print
from support.floor import DAY
from support.tca_day import T0


def test_every_parent_of_a_journal_is_a_case_in_the_order_of_their_coming(recorder: Recorder) -> None:
    found = list(cases(recorder))

    assert [case.record.order_id for case in found] == ["O1", "O2", "O3"]
    assert {case.as_of for case in found} == {T0 + 60 * SECOND}
    assert {case.day(T0) for case in found} == {DAY}


def test_a_fill_costs_its_venues_fee_of_the_date_and_is_of_its_venues_kind(recorder: Recorder) -> None:
    case = case_of(recorder, recorder.orders["O1"])

    figures = [(fill.venue, case.venue_kind(fill), case.fee(fill)) for fill in case.fills]

    profiles = {mic: profile.fee(DAY) for mic, profile in case.venues.items()}
    assert figures == [
        ("XLIT", VenueKind.LIT, 600 * profiles["XLIT"].add),
        ("XDRK", VenueKind.DARK, 400 * profiles["XDRK"].remove),
    ]


def test_a_trading_date_holds_from_the_instant_at_which_it_began(recorder: Recorder) -> None:
    first = next(cases(recorder))
    was = msgspec.structs.replace(first, days=((100, "20260316"), (200, "20260317")))

    assert [was.day(at) for at in (99, 100, 199, 200)] == ["", "20260316", "20260316", "20260317"]


def test_the_national_best_is_kept_as_the_router_saw_it_and_a_silent_venue_leaves_it(recorder: Recorder) -> None:
    at = T0 + 70 * SECOND
    words: list[Event] = [
        LevelUpdate("XLIT", "ACME", is_bid=True, px=399_900, qty=300),
        LevelUpdate("XLIT", "ACME", is_bid=False, px=400_100, qty=200),
        LevelUpdate("XLIT", "ACME", is_bid=True, px=399_800, qty=700),
        VenueDown("XLIT"),
    ]

    for step, word in enumerate(words):
        recorder.observe(at + step, word, [])

    assert list(recorder.quotes["ACME"])[-3:] == [
        Quote(at, 399_900, None, 300, 0),
        Quote(at + 1, 399_900, 400_100, 300, 200),
        Quote(at + 3, None, None, 0, 0),
    ]


def test_a_child_ends_as_its_venue_says_and_what_comes_later_changes_nothing(recorder: Recorder) -> None:
    at = T0 + 70 * SECOND
    accepted = ChildAccepted("XALT", "C3", "V1")
    words: list[Event] = [accepted, ChildCanceled("XALT", "C3"), accepted]

    for step, word in enumerate(words):
        recorder.observe(at + step, word, [])

    (child,) = recorder.orders["O2"].children
    assert (child.filled, child.accepted_at, child.ended_at, child.end) == (500, at, at + 1, ChildEnd.CANCELED)


def test_prints_of_every_kind_are_there_and_the_last_price_is_set_by_those_that_set_it(recorder: Recorder) -> None:
    case = case_of(recorder, recorder.orders["O1"])

    kinds = [trade.kind.value for trade in case.tape.prints(T0, T0 + 60 * SECOND)]
    last = case.tape.last_before(T0 + 10 * SECOND)

    assert kinds == ["off-exchange", "regular", "regular", "closing", "off-exchange", "regular", "dark"]
    assert last == Print(T0 - 59 * SECOND, 390_000, 9_999, venue="XLIT")
    assert case.tape.last_before(0) is None


def test_an_instrument_whose_phase_nobody_announced_is_closed(recorder: Recorder) -> None:
    case = case_of(recorder, recorder.orders["O1"])

    assert [phase for _, phase in case.phases] == [Phase.CLOSED]
