"""Good till date: an order ends at its ExpireTime(126), in the session or in the night."""

import pytest

from router.core.events import DayStart, PhaseChange, ReplaceRequest
from router.core.outputs import CancelChild, ExecReport, SendChild
from router.core.types import OrdType, Phase, Side, TimeInForce
from support.floor import CLIENT, CLOSE, OPEN, order
from support.scripted import SECOND, Scripted

REST = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300, "tif": TimeInForce.GTD}
MINUTE = 60 * SECOND


def test_it_expires_once_the_venues_have_given_back_what_was_open() -> None:
    floor = Scripted()
    floor.say(order("A1", expire_time=OPEN + 5 * MINUTE, **REST))
    floor.fill(floor.last(SendChild), 100)
    floor.wait(5 * MINUTE - SECOND)
    assert floor.all(CancelChild) == []

    floor.wait(2 * SECOND)
    assert floor.states()[-1] == "TRADE PARTIALLY_FILLED A1 100/500"
    floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "EXPIRED EXPIRED A1 100/0"
    assert floor.last(ExecReport).text == "ExpireTime(126) 20260316-13:35:00 is over"
    assert not floor.engine.desk.works


@pytest.mark.parametrize("strategy", ["TWAP", "POV"])
def test_an_algorithm_plans_to_end_with_it(strategy: str) -> None:
    floor = Scripted()
    params = (("ParticipationRate", "0.1"),) if strategy == "POV" else ()

    floor.say(order("A1", expire_time=OPEN + 5 * MINUTE, strategy=strategy, params=params, **REST))
    assert floor.notes("arrival")[0]["end"] == str(OPEN + 5 * MINUTE)
    floor.wait(5 * MINUTE + SECOND)
    for command in floor.all(CancelChild):
        floor.canceled(command)

    assert floor.states()[-1] == "EXPIRED EXPIRED A1 0/0"


def test_one_that_is_over_already_is_refused_with_both_times() -> None:
    floor = Scripted()

    floor.say(order("A1", expire_time=OPEN - 1, **REST))

    assert floor.states() == ["REJECTED REJECTED A1 0/0"]
    text = "ExpireTime(126) must not be past; it is now 20260316-13:30:00: got '20260316-13:29:59.999999999'"
    assert floor.last(ExecReport).text == text


def test_a_replace_moves_it() -> None:
    floor = Scripted()
    floor.say(order("A1", expire_time=OPEN + 5 * MINUTE, **REST))
    floor.accept(floor.last(SendChild))
    later = ReplaceRequest(
        client=CLIENT,
        cl_ord_id="A2",
        orig_cl_ord_id="A1",
        symbol="ACME",
        side=Side.SELL,
        qty=600,
        ord_type=OrdType.LIMIT,
        px=400_300,
        expire_time=OPEN + 9 * MINUTE,
    )

    floor.say(later)
    floor.wait(6 * MINUTE)
    assert floor.states()[-1] == "REPLACED NEW A2 0/600"
    floor.wait(4 * MINUTE)
    floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "EXPIRED EXPIRED A2 0/0"


def test_one_whose_date_passes_in_the_night_is_not_renewed() -> None:
    floor = Scripted()
    floor.say(order("A1", expire_time=CLOSE + 60 * MINUTE, **REST))
    floor.accept(floor.last(SendChild))
    floor.at = CLOSE
    floor.say(PhaseChange("ACME", Phase.CLOSED))
    floor.canceled(floor.last(CancelChild))
    assert floor.states()[-1] == "DONE_FOR_DAY DONE_FOR_DAY A1 0/600"

    floor.wait(12 * 60 * MINUTE)
    floor.say(DayStart("20260317"))

    assert floor.states()[-1] == "EXPIRED EXPIRED A1 0/0"
    assert not floor.engine.desk.works


def test_a_direct_order_expires_too() -> None:
    floor = Scripted()
    floor.say(order("A1", expire_time=OPEN + MINUTE, ex_destination="XLIT", **REST))
    floor.accept(floor.last(SendChild))

    floor.wait(2 * MINUTE)
    floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "EXPIRED EXPIRED A1 0/0"
