"""Scheduled crosses: a tenth of what a patient order has not released waits in each."""

from router.core.algo import Cause
from router.core.events import ChildCanceled
from router.core.outputs import CancelChild, SendChild
from router.core.profiles import VenueProfile
from router.core.types import SECOND, OrdType, Peg, Reason, VenueKind
from support.floor import lit, order
from support.scripted import Scripted

VENUES = (
    lit("XLIT"),
    # 10:00 and 11:00 in New York: half an hour, and an hour and a half, after the open.
    VenueProfile(mic="XCRS", kind=VenueKind.CROSS, plugin="cross", protected=False, cross_times=(36_000, 39_600)),
)


def crosses(floor: Scripted) -> list[SendChild]:
    return [child for child in floor.all(SendChild) if child.reason is Reason.CROSS]


def keep_quoting(floor: Scripted, minutes: int) -> None:
    """Let time pass with a market that is never stale."""
    for minute in range(minutes):
        floor.quote("XLIT", bid=400_000 - 100 * (minute % 2), ask=400_200)
        floor.wait(60 * SECOND)


def test_a_tenth_of_the_order_is_entered_a_minute_before_the_cross_at_the_midpoint() -> None:
    floor = Scripted(venues=VENUES)
    floor.say(order("A1", qty=20_000, strategy="TWAP", ord_type=OrdType.LIMIT, px=401_000))

    keep_quoting(floor, 29)

    (child,) = crosses(floor)
    left = 20_000 - floor.engine.desk.parents.get("T1-O1").cum_qty  # type: ignore[union-attr]  # it was accepted
    assert (child.venue, child.qty, child.peg, child.px) == ("XCRS", left // 10 // 100 * 100, Peg.MID, 401_000)


def test_what_the_cross_does_not_fill_comes_back_after_its_window() -> None:
    floor = Scripted(venues=VENUES)
    floor.say(order("A1", qty=20_000, strategy="TWAP"))
    keep_quoting(floor, 29)
    (child,) = crosses(floor)
    floor.accept(child)

    keep_quoting(floor, 7)
    command = next(c for c in floor.all(CancelChild) if c.child_id == child.child_id)
    floor.say(ChildCanceled(command.venue, command.child_id, command.request_id))

    desk = floor.engine.desk
    assert [piece for piece in desk.works["T1-O1"].slices.values() if piece.reason is Reason.CROSS] == []


def test_lent_shares_are_available_to_the_algorithm() -> None:
    floor = Scripted(venues=VENUES)
    floor.say(order("A1", qty=20_000, strategy="TWAP"))
    keep_quoting(floor, 29)

    work = floor.engine.desk.works["T1-O1"]

    seen = work.view(floor.engine.desk.now, Cause.TIMER)
    assert seen.available == work.available + crosses(floor)[0].qty
    assert work.available + work.released == 20_000 - work.parent.cum_qty


def test_an_order_whose_participation_is_capped_lends_nothing() -> None:
    floor = Scripted(venues=VENUES)
    floor.say(order("A1", qty=20_000, strategy="TWAP", params=(("MaxParticipation", "0.1"),)))

    keep_quoting(floor, 40)

    assert crosses(floor) == []


def test_cross_pct_says_how_much_and_zero_says_none() -> None:
    half, none = Scripted(venues=VENUES), Scripted(venues=VENUES)
    half.say(order("A1", qty=2_000, strategy="TWAP", params=(("CrossPct", "0.5"),)))
    none.say(order("A1", qty=2_000, strategy="TWAP", params=(("CrossPct", "0"),)))

    keep_quoting(half, 29)
    keep_quoting(none, 29)

    assert [child.qty for child in crosses(half)] == [1_000]
    assert crosses(none) == []


def test_dark_pct_limits_what_is_lent_by_default_and_not_what_the_client_asks_for() -> None:
    default, asked = Scripted(venues=VENUES), Scripted(venues=VENUES)
    default.say(order("A1", qty=20_000, strategy="TWAP", params=(("DarkPct", "0.3"),)))
    asked.say(order("A1", qty=2_000, strategy="TWAP", params=(("CrossPct", "0.5"), ("DarkPct", "0.3"))))

    keep_quoting(default, 29)
    keep_quoting(asked, 29)

    assert [child.qty for child in crosses(default)] == [600]
    assert [child.qty for child in crosses(asked)] == [1_000]


def test_an_order_that_ends_before_the_cross_is_over_lends_nothing() -> None:
    floor = Scripted(venues=VENUES)
    floor.say(order("A1", qty=20_000, strategy="TWAP", params=(("EndTime", "20260316-14:04:00"),)))

    keep_quoting(floor, 32)

    assert crosses(floor) == []
