"""Each fault of a misbehaving venue, switched on for certain; and that a quiet profile is left bare."""

from __future__ import annotations

import msgspec
import pytest

from router.api import (
    SECOND,
    CancelChild,
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildStatus,
    OrdType,
    Px,
    QueryChild,
    Reason,
    SendChild,
    Side,
    SimulatedVenue,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.dark import DarkVenue
from simulator.faults import FaultyVenue, tuned, with_faults
from simulator.lit import LitVenue
from simulator.source import HasBooks, HasPool, KnowsPlaces
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, VenueContract

ALWAYS = 1_000_000
ASK = MID + TICK
PLAIN = VenueProfile("XLIT", VenueKind.LIT, "lit")


class TestContractWhenWrapped(VenueContract):
    """A wrapped venue is still a venue; the chance is one in a million and these seeds do not meet it."""

    profile = VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"fault_reject_ppm": 1})

    def venue(self, seed: int = 7) -> SimulatedVenue:
        return with_faults(LitVenue(self.profile, INSTRUMENTS, seed), self.profile, seed)


def faulty(**faults: int) -> tuple[SimulatedVenue, LitVenue]:
    """A lit venue with 500 offered at `ASK`, wrapped, and the venue inside."""
    profile = VenueProfile("XLIT", VenueKind.LIT, "lit", settings={f"fault_{name}": at for name, at in faults.items()})
    lit = LitVenue(profile, INSTRUMENTS, 7)
    lit.book(SYMBOL).add(1, False, ASK, 500)
    lit.drain(NOON, SYMBOL)
    return with_faults(lit, profile, 7), lit


def buy(child_id: str, px: Px) -> SendChild:
    return SendChild(
        venue="XLIT",
        child_id=child_id,
        symbol=SYMBOL,
        side=Side.BUY,
        qty=100,
        ord_type=OrdType.LIMIT,
        px=px,
        reason=Reason.DIRECT,
    )


def cancel(child_id: str) -> CancelChild:
    return CancelChild(venue="XLIT", child_id=child_id, request_id="r1", symbol=SYMBOL, side=Side.BUY)


def of(says: list[VenueSays], *kinds: type) -> list[VenueSays]:
    return [event for event in says if isinstance(event, kinds)]


def test_a_profile_without_faults_leaves_the_venue_bare() -> None:
    venue, lit = faulty()

    assert venue is lit


def test_reject() -> None:
    venue, lit = faulty(reject_ppm=ALWAYS)

    assert venue.on_command(NOON, buy("c1", ASK)) == [
        ChildRejected("XLIT", "c1", "XLIT: refused without a reason given")
    ]
    assert lit.book(SYMBOL).level(False, ASK) == 500


def test_a_lost_command_has_no_effect_and_no_answer() -> None:
    venue, lit = faulty(lost_ppm=ALWAYS)

    assert venue.on_command(NOON, buy("c1", ASK)) == []
    query = QueryChild(venue="XLIT", child_id="c1", symbol=SYMBOL, side=Side.BUY)
    assert lit.on_command(NOON, query) == [ChildStatus("XLIT", "c1", known=False)]


def test_a_late_answer_comes_after_its_fill() -> None:
    venue, _ = faulty(late_ppm=ALWAYS, late_ns=SECOND)

    at_once = venue.on_command(NOON, buy("c1", ASK))

    assert of(at_once, ChildFilled, ChildAccepted) == of(at_once, ChildFilled) != []
    assert venue.next_at == NOON + SECOND
    assert venue.on_time(NOON + SECOND) == [ChildAccepted("XLIT", "c1", "XLIT-1")]


def test_a_fill_comes_after_the_cancel_was_asked_for() -> None:
    venue, lit = faulty(late_cancel_ppm=ALWAYS, late_ns=SECOND)
    assert isinstance(venue, HasBooks)
    venue.on_command(NOON, buy("c1", MID))

    asked = venue.on_command(NOON, cancel("c1"))
    lit.book(SYMBOL).market(False, 60)
    meanwhile = venue.drain(NOON + 1, SYMBOL)
    answered = venue.on_time(NOON + SECOND)

    assert asked == []
    assert [event.qty for event in meanwhile if isinstance(event, ChildFilled)] == [60]
    assert of(answered, ChildCanceled) == [ChildCanceled("XLIT", "c1", "r1")]


def test_a_fill_is_reported_twice_with_one_exec_id() -> None:
    venue, _ = faulty(duplicate_ppm=ALWAYS)

    first, second = of(venue.on_command(NOON, buy("c1", ASK)), ChildFilled)

    assert first == second


def test_a_fill_is_taken_back() -> None:
    venue, _ = faulty(bust_ppm=ALWAYS, amend_ns=SECOND)
    venue.on_command(NOON, buy("c1", ASK))

    assert venue.on_time(NOON + SECOND) == [ChildBusted("XLIT", "c1", "XLIT-X1-B", "XLIT-X1")]


def test_a_fill_is_corrected() -> None:
    venue, _ = faulty(correct_ppm=ALWAYS, correct_px=-TICK, amend_ns=SECOND)
    venue.on_command(NOON, buy("c1", ASK))

    assert venue.on_time(NOON + SECOND) == [ChildCorrected("XLIT", "c1", "XLIT-X1-C", "XLIT-X1", 100, MID)]


def test_a_wrapped_venue_has_books_only_if_it_had_them() -> None:
    profile = VenueProfile("XDRK", VenueKind.DARK, "dark", settings={"fault_reject_ppm": 1})
    dark = with_faults(DarkVenue(profile, INSTRUMENTS, 7), profile, 7)

    assert isinstance(dark, FaultyVenue)
    assert not isinstance(dark, HasBooks)
    assert isinstance(faulty(reject_ppm=1)[0], HasBooks)


def test_an_unknown_fault_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"venue XLIT, settings: .*fault_rejekt_ppm"):
        faulty(rejekt_ppm=1)


def test_a_wrapped_venue_says_where_an_order_stands_as_the_venue_inside_does() -> None:
    venue, lit = faulty(reject_ppm=1)
    lit.book(SYMBOL).add(2, True, MID, 300)
    venue.on_command(NOON, buy("c1", MID))

    assert isinstance(venue, KnowsPlaces)
    assert (venue.ahead("c1"), venue.ahead("none")) == (300, None)


def test_what_was_taken_back_is_not_in_the_sums_that_the_venue_says_after() -> None:
    """CumQty(14) after a TradeCancel is without it: a router that asks would wait for shares that it has not."""
    venue, lit = faulty(bust_ppm=ALWAYS, amend_ns=SECOND)
    assert isinstance(venue, HasBooks)
    venue.on_command(NOON, buy("c1", MID))
    query = QueryChild(venue="XLIT", child_id="c1", symbol=SYMBOL, side=Side.BUY)

    lit.book(SYMBOL).market(False, 60)
    before = venue.drain(NOON, SYMBOL) + venue.on_command(NOON, query)
    venue.on_time(NOON + SECOND)
    lit.book(SYMBOL).market(False, 40)
    after = venue.drain(NOON + SECOND, SYMBOL) + venue.on_command(NOON + SECOND, query)

    sums = [
        [event.cum_qty for event in said if isinstance(event, ChildFilled | ChildStatus)] for said in (before, after)
    ]
    assert sums == [[60, 60], [40, 40]]


def test_faults_come_and_go_while_the_venue_runs() -> None:
    lit = LitVenue(PLAIN, INSTRUMENTS, 7)

    venue = tuned(lit, PLAIN, 7, {"fault_reject_ppm": ALWAYS})
    refused = venue.on_command(NOON, buy("c1", MID))
    same = tuned(venue, PLAIN, 7, {})
    taken = venue.on_command(NOON, buy("c2", MID))

    assert refused == [ChildRejected("XLIT", "c1", "XLIT: refused without a reason given")]
    assert same is venue
    assert taken[0] == ChildAccepted("XLIT", "c2", "XLIT-1", 0)


def test_a_fault_of_the_profile_is_back_when_another_goes() -> None:
    profile = VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"fault_reject_ppm": ALWAYS})
    venue = with_faults(LitVenue(profile, INSTRUMENTS, 7), profile, 7)

    tuned(venue, profile, 7, {"fault_reject_ppm": 0})
    taken = venue.on_command(NOON, buy("c1", MID))
    tuned(venue, profile, 7, {})
    refused = venue.on_command(NOON, buy("c2", MID))

    assert [type(said[0]) for said in (taken, refused)] == [ChildAccepted, ChildRejected]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fault_rejekt_ppm": 1}, r"venue XLIT, settings: .*fault_rejekt_ppm"),
        ({"self_match": "both"}, "venue XLIT, settings: self_match cannot be changed while the venue runs"),
    ],
)
def test_what_cannot_be_changed_is_refused_by_name(settings: dict[str, str | int | float | bool], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tuned(LitVenue(PLAIN, INSTRUMENTS, 7), PLAIN, 7, settings)


def test_a_pool_stays_one_when_it_is_wrapped_and_its_own_settings_change_too() -> None:
    profile = VenueProfile("XDRK", VenueKind.DARK, "dark")
    dark = tuned(DarkVenue(profile, INSTRUMENTS, 7), profile, 7, {"toxic_ppm": 7, "fault_lost_ppm": ALWAYS})

    assert isinstance(dark, HasPool)
    assert dark.probe(NOON, SYMBOL, 100, is_buy=True) == (0, [])
    assert dark.on_command(NOON, msgspec.structs.replace(buy("c1", MID), venue="XDRK")) == []
