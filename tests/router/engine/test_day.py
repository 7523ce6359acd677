"""Halts, the close, the next morning, the kill switch, a restart."""

from router.core.events import (
    DayStart,
    KillSwitch,
    OperatorCancel,
    OperatorRestate,
    PhaseChange,
    Recovered,
)
from router.core.outputs import Alarm, CancelChild, ExecReport, QueryChild, SendChild
from router.core.types import ExecRestatementReason, OrdType, Phase, Side, TimeInForce
from support.floor import order
from support.scripted import SECOND, Scripted

REST = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300}


def test_nothing_is_sent_in_a_halt_and_the_order_goes_on_after_it() -> None:
    floor = Scripted()
    floor.say(PhaseChange("ACME", Phase.HALTED))
    floor.say(order("A1", **REST))
    assert floor.all(SendChild) == []

    floor.say(PhaseChange("ACME", Phase.CONTINUOUS))

    assert [child.qty for child in floor.now_said(SendChild)] == [600]


def test_the_close_ends_a_day_order_once_the_venues_have_given_back_what_was_open() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST))
    floor.accept(floor.last(SendChild))

    floor.say(PhaseChange("ACME", Phase.CLOSED))
    assert floor.states()[-1] == "NEW NEW A1 0/600"
    floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "DONE_FOR_DAY DONE_FOR_DAY A1 0/0"
    assert not floor.engine.desk.works


def test_a_good_till_cancel_order_keeps_its_leaves_over_the_night() -> None:
    floor = Scripted()
    floor.say(order("A1", tif=TimeInForce.GTC, **REST))
    child = floor.last(SendChild)
    floor.fill(child, 100)
    floor.say(PhaseChange("ACME", Phase.CLOSED))
    floor.canceled(floor.last(CancelChild))
    assert floor.states()[-1] == "DONE_FOR_DAY DONE_FOR_DAY A1 100/500"

    floor.say(DayStart("20260317"))

    assert floor.states()[-1] == "RESTATED PARTIALLY_FILLED A1 100/500"
    assert floor.last(ExecReport).restatement_reason is ExecRestatementReason.GT_RENEWAL


def test_the_kill_switch_withdraws_what_is_open_and_lets_nothing_new_out() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST))
    floor.accept(floor.last(SendChild))

    floor.say(KillSwitch(on=True, text="drill"))
    floor.canceled(floor.last(CancelChild))
    floor.say(order("A2", **REST))
    floor.wait(10 * SECOND)

    assert len(floor.all(SendChild)) == 1
    assert floor.states()[-1] == "REJECTED REJECTED A2 0/0"


def test_the_desks_cancel_is_unsolicited_and_waits_for_the_venue() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST))
    floor.accept(floor.last(SendChild))

    floor.say(OperatorCancel("T1-O1", text="client phoned"))
    floor.canceled(floor.last(CancelChild))

    last = floor.last(ExecReport)
    assert floor.states()[-1] == "CANCELED CANCELED A1 0/0"
    assert (last.orig_cl_ord_id, last.restatement_reason) == (None, ExecRestatementReason.VERBAL_CHANGE)


def test_the_desk_restates_a_quantity_upwards() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST))

    floor.say(OperatorRestate("T1-O1", 900))

    assert "RESTATED NEW A1 0/900" in floor.states()


def test_after_a_restart_every_open_child_is_asked_after_before_anything_is_sent() -> None:
    floor = Scripted()
    floor.say(order("A1", **REST))
    child = floor.last(SendChild)
    floor.accept(child)

    said = floor.say(Recovered(floor.at))

    assert [out.child_id for out in said if isinstance(out, QueryChild)] == [child.child_id]
    alarms = [out.text for out in said if isinstance(out, Alarm)]
    assert alarms == ["recovered: the last input before the stop was at 20260316-13:30:00 UTC"]
    assert [out for out in said if isinstance(out, SendChild)] == []
