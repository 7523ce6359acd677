"""Staged orders, HandlInst(21)=3: in force from the start, worked from the moment a person releases them."""

import pytest

from router.core.events import (
    CancelRequest,
    DayStart,
    Event,
    KillSwitch,
    OperatorCancel,
    OperatorRelease,
    PhaseChange,
    ReplaceRequest,
    StatusRequest,
)
from router.core.outputs import Alarm, ExecReport, ListStatus, SendChild
from router.core.types import OrdType, Phase, Side, TimeInForce
from support.floor import CLIENT, OPEN, order
from support.lists import execute, in_list, listed, told
from support.scripted import SECOND, Scripted

REST = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300}
MINUTE = 60 * SECOND


def staged(**changes: object) -> Scripted:
    floor = Scripted()
    floor.say(order("A1", manual=True, **(REST | changes)))
    return floor


def replaced(**changes: object) -> ReplaceRequest:
    fields: dict[str, object] = {
        "client": CLIENT,
        "cl_ord_id": "A2",
        "orig_cl_ord_id": "A1",
        "symbol": "ACME",
        "side": Side.SELL,
        "qty": 900,
        "ord_type": OrdType.LIMIT,
        "px": 400_300,
    }
    return ReplaceRequest(**(fields | changes))  # type: ignore[arg-type]  # a test's keywords


def alarms(floor: Scripted) -> list[str]:
    return [out.text for out in floor.now_said(Alarm)]


def test_it_is_acknowledged_with_why_it_is_not_worked() -> None:
    floor = staged()

    assert floor.states() == ["NEW NEW A1 0/600"]
    assert floor.last(ExecReport).text == "staged: a person at the desk decides how and when it is worked"
    assert floor.all(SendChild) == []


def test_its_status_says_so_until_it_is_released() -> None:
    floor = staged()
    ask = StatusRequest(client=CLIENT, cl_ord_id="A1", symbol="ACME", side=Side.SELL)
    floor.say(ask)
    before = floor.last(ExecReport).text

    floor.say(OperatorRelease("T1-O1"))
    floor.say(ask)

    assert (before[:6], floor.last(ExecReport).text) == ("staged", "")


@pytest.mark.parametrize(
    "event",
    [
        PhaseChange("ACME", Phase.HALTED),
        PhaseChange("ACME", Phase.CONTINUOUS),
        KillSwitch(on=False),
        DayStart("20260316"),
    ],
)
def test_nothing_else_sets_it_to_work(event: Event) -> None:
    floor = staged(tif=TimeInForce.GTC)

    floor.say(event)
    floor.quote("XLIT", bid=400_400, ask=400_500)
    floor.wait(10 * MINUTE)

    assert floor.all(SendChild) == []


def test_released_it_is_worked_as_it_asks() -> None:
    floor = staged()

    floor.say(OperatorRelease("T1-O1"))

    assert [child.qty for child in floor.all(SendChild)] == [600]
    assert alarms(floor) == []


def test_the_desk_may_choose_the_strategy_and_its_window_begins_with_the_release() -> None:
    floor = staged(ord_type=OrdType.MARKET, px=None, qty=60_000)
    floor.wait(30 * MINUTE)
    floor.quote("XLIT", bid=400_000, ask=400_100)

    floor.say(OperatorRelease("T1-O1", "TWAP", (("EndTime", "20260316-15:00:00"),)))

    assert floor.notes("released") == [
        {"algorithm": "TWAP", "start": str(OPEN + 30 * MINUTE), "end": str(OPEN + 90 * MINUTE)}
    ]
    assert 0 < sum(child.qty for child in floor.all(SendChild)) < 2_000


def test_the_market_on_arrival_is_that_of_its_coming() -> None:
    floor = staged()
    floor.quote("XLIT", bid=399_000, ask=399_100)
    floor.quote("XALT", bid=399_000, ask=399_100)

    floor.say(OperatorRelease("T1-O1"))

    (note,) = floor.notes("arrival")
    assert (note["bid"], note["ask"], note["algorithm"]) == ("400000", "400100", "SOR")


@pytest.mark.parametrize(
    ("release", "words"),
    [
        (OperatorRelease("T1-O9"), "no open order T1-O9"),
        (OperatorRelease("T1-O1", "NONE"), "T1-O1 stays staged: strategy 'NONE' is not one of IS, POV, TWAP, VWAP"),
        (
            OperatorRelease("T1-O1", "TWAP", (("Interval", "0"),)),
            "T1-O1 stays staged: Interval: must be at least 1: got '0'",
        ),
    ],
)
def test_a_release_that_cannot_be_leaves_it_staged_and_says_why(release: OperatorRelease, words: str) -> None:
    floor = staged()

    floor.say(release)

    assert alarms(floor) == [words]
    assert floor.engine.desk.works["T1-O1"].staged


def test_an_order_at_work_cannot_be_released() -> None:
    floor = staged()
    floor.say(OperatorRelease("T1-O1"))

    floor.say(OperatorRelease("T1-O1"))

    assert alarms(floor) == ["T1-O1 is not staged: it is being worked"]
    assert len(floor.all(SendChild)) == 1


def test_the_client_may_cancel_it() -> None:
    floor = staged()

    floor.say(CancelRequest(client=CLIENT, cl_ord_id="C1", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))

    assert floor.states()[-1] == "CANCELED CANCELED C1 0/0"


def test_the_client_may_change_it_and_it_stays_staged() -> None:
    floor = staged()

    floor.say(replaced(manual=True))
    assert floor.states()[-1] == "REPLACED NEW A2 0/900"
    assert floor.all(SendChild) == []
    floor.say(OperatorRelease("T1-O1"))

    assert [child.qty for child in floor.all(SendChild)] == [900]


def test_an_order_at_work_cannot_be_staged_by_a_replace() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST))

    floor.say(replaced(manual=True))

    assert floor.states()[-1] == "CANCEL_REJECT NEW A2 BROKER_OPTION"


def test_the_desk_may_cancel_it() -> None:
    floor = staged()

    floor.say(OperatorCancel("T1-O1", text="not today"))

    assert floor.states()[-1] == "CANCELED CANCELED A1 0/0"


def test_a_day_order_that_nobody_released_is_done_with_the_day() -> None:
    floor = staged()

    floor.say(PhaseChange("ACME", Phase.CLOSED))

    assert floor.states()[-1] == "DONE_FOR_DAY DONE_FOR_DAY A1 0/0"


def test_one_good_till_cancel_is_staged_the_next_day_too() -> None:
    floor = staged(tif=TimeInForce.GTC)
    floor.say(PhaseChange("ACME", Phase.CLOSED))

    floor.say(DayStart("20260317"))

    assert floor.states()[-2:] == ["DONE_FOR_DAY DONE_FOR_DAY A1 0/600", "RESTATED NEW A1 0/600"]
    assert floor.engine.desk.works["T1-O1"].staged


def test_a_direct_order_leaves_a_person_nothing_to_decide() -> None:
    floor = staged(ex_destination="XLIT")

    assert floor.states() == ["REJECTED REJECTED A1 0/0"]
    text = "HandlInst(21) 3 needs no ExDestination(100): a person decides where, got 'XLIT'"
    assert floor.last(ExecReport).text == text


def test_in_a_waiting_list_it_needs_both_words() -> None:
    floor = Scripted()
    floor.say(listed(in_list("A1", 1, manual=True, **REST), in_list("A2", 2, **REST), waits=True))

    said = floor.say(execute())
    assert told(said) == ["EXEC_STARTED EXECUTING A1=NEW:0/600/0 A2=NEW:0/600/0"]
    assert floor.now_said(ListStatus)[0].orders[0].text.startswith("staged")
    assert len(floor.all(SendChild)) == 1
    floor.say(OperatorRelease("T1-O1"))

    assert len(floor.all(SendChild)) == 2
