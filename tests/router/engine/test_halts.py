"""A client hears of a halt: its orders are Suspended, and Restated once the market trades again (K.1.a)."""

import pytest

from router.core.events import CancelRequest, ChildBusted, DayStart, PhaseChange
from router.core.outputs import ExecReport, SendChild
from router.core.profiles import ClientProfile
from router.core.types import ExecRestatementReason, OrdType, Phase, Side, TimeInForce
from support.floor import CLIENT, order
from support.scripted import SECOND, Scripted

REST = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300}
HALT, RESUME = PhaseChange("ACME", Phase.HALTED), PhaseChange("ACME", Phase.CONTINUOUS)


@pytest.fixture
def floor() -> Scripted:
    """600 to sell are resting at 40.03."""
    floor = Scripted()
    floor.say(order("A1", **REST))
    floor.accept(floor.last(SendChild))
    return floor


def test_an_order_is_suspended_in_a_halt_and_restated_after_it(floor: Scripted) -> None:
    floor.say(HALT)
    floor.say(RESUME)

    assert floor.states()[-2:] == ["SUSPENDED SUSPENDED A1 0/600", "RESTATED NEW A1 0/600"]
    assert floor.last(ExecReport).restatement_reason is ExecRestatementReason.MARKET_OPTION


def test_a_halt_at_one_venue_suspends_nothing(floor: Scripted) -> None:
    floor.say(PhaseChange("ACME", Phase.HALTED, "XALT"))

    assert floor.states() == ["NEW NEW A1 0/600"]


def test_a_halt_that_every_venue_declares_for_itself_is_the_instrument_s(floor: Scripted) -> None:
    """So it arrives over FIX, where SecurityStatus(f) is one venue's."""
    for venue in ("XALT", "XLIT"):
        floor.say(PhaseChange("ACME", Phase.HALTED, venue))
    floor.say(PhaseChange("ACME", Phase.CONTINUOUS, "XLIT"))

    assert floor.states()[-2:] == ["SUSPENDED SUSPENDED A1 0/600", "RESTATED NEW A1 0/600"]


def test_a_client_may_ask_not_to_hear_of_it() -> None:
    floor = Scripted(clients=[ClientProfile(CLIENT, report_halts=False)])
    floor.say(order("A1", **REST))

    floor.say(HALT)
    floor.say(order("A2", **REST))
    floor.say(RESUME)

    assert floor.states() == ["NEW NEW A1 0/600", "NEW NEW A2 0/600"]


def test_an_order_that_comes_in_a_halt_is_taken_and_suspended(floor: Scripted) -> None:
    floor.say(HALT)

    floor.say(order("A2", **REST))

    assert floor.states()[-2:] == ["NEW NEW A2 0/600", "SUSPENDED SUSPENDED A2 0/600"]


def test_an_order_is_taken_late_in_a_long_halt_too_and_against_the_price_from_before_it(floor: Scripted) -> None:
    """Nothing is heard of the market for ten minutes, and `reference_age_max_ns` is one."""
    floor.say(HALT)
    floor.wait(600 * SECOND)

    floor.say(order("A2", **REST))
    floor.say(order("A3", **{**REST, "px": 300_000}))

    assert floor.states()[-3:-1] == ["NEW NEW A2 0/600", "SUSPENDED SUSPENDED A2 0/600"]
    assert floor.last(ExecReport).text == (
        "price collar: Price(44) 30 is below the limit 36.0045, which is 0.10 from the reference 40.005"
    )


def test_a_direct_order_that_its_venue_takes_in_a_halt_is_suspended() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST, ex_destination="XALT"))
    floor.say(HALT)
    assert floor.states() == []

    floor.accept(floor.last(SendChild))

    assert floor.states() == ["NEW NEW A1 0/600", "SUSPENDED SUSPENDED A1 0/600"]


def test_a_suspended_order_can_be_cancelled_and_traded(floor: Scripted) -> None:
    floor.say(HALT)
    floor.fill(floor.last(SendChild), 100)
    floor.say(
        CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL),
    )
    floor.say(RESUME)

    assert floor.states()[2:] == [
        "TRADE SUSPENDED A1 100/500",
        "PENDING_CANCEL PENDING_CANCEL A2 100/500",
        "RESTATED PENDING_CANCEL A1 100/500",
    ]


def test_what_is_filled_in_a_halt_is_over_and_its_bust_opens_it_again(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.say(HALT)
    floor.fill(child, 600)
    floor.say(ChildBusted(child.venue, child.child_id, "X2", "X1"))
    assert floor.states()[2:] == [
        "TRADE FILLED A1 600/0",
        "TRADE_CANCEL NEW A1 0/600",
        "SUSPENDED SUSPENDED A1 0/600",
    ]

    floor.say(RESUME)
    floor.wait(SECOND)

    assert floor.states()[-1] == "RESTATED NEW A1 0/600"
    assert [sent.qty for sent in floor.all(SendChild)] == [600, 600]


def test_a_day_order_ends_with_its_day_in_the_middle_of_a_halt() -> None:
    floor = Scripted()
    floor.say(HALT)
    floor.say(order("A1", **REST))

    floor.say(PhaseChange("ACME", Phase.CLOSED))

    assert floor.states()[-2:] == ["SUSPENDED SUSPENDED A1 0/600", "DONE_FOR_DAY DONE_FOR_DAY A1 0/0"]


def test_a_good_till_order_goes_on_the_next_day() -> None:
    floor = Scripted()
    floor.say(HALT)
    floor.say(order("A1", tif=TimeInForce.GTC, **REST))

    floor.say(DayStart("20260317"))
    floor.say(RESUME)

    assert floor.states()[-2:] == ["RESTATED SUSPENDED A1 0/600", "RESTATED NEW A1 0/600"]
