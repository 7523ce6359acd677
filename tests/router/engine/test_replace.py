"""A client's replace: room is made at the venues first, and queue places are kept where they can be."""

import pytest
from msgspec import structs

from router.core.events import ChildReplaced, ReplaceRequest
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.types import OrdType, Px, Qty, Side
from support.floor import CLIENT, order
from support.scripted import Scripted


def replace(new: str, old: str, *, qty: Qty, px: Px) -> ReplaceRequest:
    """A 35=G for the resting sell of `resting`."""
    return ReplaceRequest(
        client=CLIENT,
        cl_ord_id=new,
        orig_cl_ord_id=old,
        symbol="ACME",
        side=Side.SELL,
        qty=qty,
        ord_type=OrdType.LIMIT,
        px=px,
    )


@pytest.fixture
def floor() -> Scripted:
    """A sell of 600 at 40.03 rests on one venue as one child."""
    floor = Scripted()
    floor.say(order("A1", side=Side.SELL, qty=600, ord_type=OrdType.LIMIT, px=400_300))
    (child,) = floor.now_said(SendChild)
    floor.accept(child)
    return floor


def test_more_quantity_takes_effect_at_once_and_leaves_the_open_child_in_its_place(floor: Scripted) -> None:
    floor.say(replace("A2", "A1", qty=900, px=400_300))

    assert floor.states()[-2:] == [
        "PENDING_REPLACE PENDING_REPLACE A2 0/600",
        "REPLACED NEW A2 0/900",
    ]
    assert not floor.all(ReplaceChild)


def test_less_quantity_shrinks_the_child_in_its_place_and_waits_for_the_venue(floor: Scripted) -> None:
    floor.say(replace("A2", "A1", qty=400, px=400_300))
    assert floor.states()[-1] == "PENDING_REPLACE PENDING_REPLACE A2 0/600"
    (command,) = floor.now_said(ReplaceChild)
    assert (command.qty, command.px) == (400, 400_300)

    floor.say(ChildReplaced(command.venue, command.child_id, command.request_id, 400, 400_300, kept_place=True))

    assert floor.states()[-1] == "REPLACED NEW A2 0/400"
    assert floor.engine.desk.children.exposure("T1-O1") == 400


def test_a_fill_while_the_replace_waits_counts_once_and_carries_the_old_id(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.say(replace("A2", "A1", qty=400, px=400_300))
    command = floor.last(ReplaceChild)

    floor.fill(child, 100)
    floor.say(ChildReplaced(command.venue, command.child_id, command.request_id, 400, 400_300))

    assert floor.states()[-2:] == [
        "TRADE PENDING_REPLACE A1 100/500",
        "REPLACED PARTIALLY_FILLED A2 100/300",
    ]


def test_a_tighter_limit_withdraws_the_child_beyond_it_before_it_takes_effect(floor: Scripted) -> None:
    floor.say(replace("A2", "A1", qty=600, px=400_500))
    assert floor.states()[-1] == "PENDING_REPLACE PENDING_REPLACE A2 0/600"

    floor.canceled(floor.last(CancelChild))

    assert "REPLACED NEW A2 0/600" in floor.states()
    assert [child.px for child in floor.all(SendChild)][-1] == 400_500


def test_a_replace_to_what_is_filled_cancels_the_balance_and_fills_the_order(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.fill(child, 200)

    floor.say(replace("A2", "A1", qty=200, px=400_300))
    floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "REPLACED FILLED A2 200/0"
    assert not floor.engine.desk.works


def test_a_replace_of_an_unknown_order_is_refused_and_changes_nothing(floor: Scripted) -> None:
    floor.say(replace("A2", "NOPE", qty=700, px=400_300))

    assert floor.states()[-1] == "CANCEL_REJECT REJECTED A2 UNKNOWN_ORDER"
    assert floor.engine.desk.children.exposure("T1-O1") == 600


def test_a_replace_above_a_limit_is_refused_with_the_limits_words(floor: Scripted) -> None:
    floor.say(replace("A2", "A1", qty=2_000_000, px=400_300))

    assert floor.states()[-1] == "CANCEL_REJECT NEW A2 BROKER_OPTION"


@pytest.mark.parametrize("symbol", ["ACME", "NONE"])
def test_a_replace_of_an_order_that_was_refused_is_too_late_whatever_it_was_refused_for(symbol: str) -> None:
    floor = Scripted()
    floor.say(order("A1", symbol=symbol, side=Side.SELL, qty=10**12, ord_type=OrdType.LIMIT, px=400_300))

    floor.say(structs.replace(replace("A2", "A1", qty=100, px=400_300), symbol=symbol))

    assert floor.states() == ["REJECTED REJECTED A1 0/0", "CANCEL_REJECT REJECTED A2 TOO_LATE"]
