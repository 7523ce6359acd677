"""Conditional orders: one slice rests in several pools at once, and firms up with what is really free when one asks."""

from router.core.events import CancelRequest, ChildCanceled, ChildReplaced, FirmUpRequest, PhaseChange, VenueDown
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import MILLISECOND, SECOND, OrdType, Peg, Phase, Reason, Side, TimeInForce
from support.conditional_pool import AllAtOnce, pool_profile
from support.floor import CLIENT, lit, order
from support.scripted import Scripted

POOLS = ("XA", "XB", "XC")


def resting(qty: int = 1_000) -> tuple[Scripted, dict[str, SendChild]]:
    """An order of which all rests displayed, and all of it as conditional in three pools; by venue."""
    floor = Scripted(venues=(lit("XLIT"), *map(pool_profile, POOLS)), algos={"ALL": AllAtOnce})
    floor.say(order(qty=qty, ord_type=OrdType.LIMIT, px=400_200, strategy="ALL"))
    children = {child.venue: child for child in floor.all(SendChild)}
    for child in children.values():
        floor.accept(child)
    return floor, children


def ask(floor: Scripted, child: SendChild, qty: int, ms: int = 500) -> FirmUpRequest:
    request = FirmUpRequest(child.venue, child.child_id, f"{child.venue}-F", qty, floor.at + ms * MILLISECOND)
    floor.say(request)
    return request


def give_back(floor: Scripted, command: ReplaceChild) -> None:
    floor.say(
        ChildReplaced(command.venue, command.child_id, command.request_id, command.qty, command.px, kept_place=True)
    )


def withdrawn(floor: Scripted) -> list[str]:
    return [command.child_id for command in floor.now_said(CancelChild)]


def test_all_of_a_slice_rests_in_each_pool_and_is_displayed_too() -> None:
    floor, children = resting()

    assert {mic: (child.qty, child.conditional) for mic, child in children.items()} == {
        "XA": (1_000, True),
        "XB": (1_000, True),
        "XC": (1_000, True),
        "XLIT": (1_000, False),
    }
    assert floor.engine.desk.children.exposure("T1-O1") == 1_000


def test_what_is_displayed_is_called_back_first_and_the_firm_order_follows_its_answer() -> None:
    floor, children = resting()

    ask(floor, children["XA"], 600)
    (smaller,) = floor.now_said(ReplaceChild)
    answered = floor.now_said(SendChild)
    give_back(floor, smaller)

    (firm,) = [child for child in floor.now_said(SendChild) if not child.conditional]
    assert (smaller.venue, smaller.qty, answered) == ("XLIT", 400, [])
    assert (firm.venue, firm.qty, firm.tif, firm.peg, firm.firm_up_id, firm.reason) == (
        "XA",
        600,
        TimeInForce.IOC,
        Peg.MID,
        "XA-F",
        Reason.FIRM_UP,
    )
    assert floor.engine.desk.children.exposure("T1-O1") == 1_000


def test_of_two_pools_that_ask_for_all_of_it_one_gets_it_and_the_other_is_declined() -> None:
    floor, children = resting()

    ask(floor, children["XA"], 1_000)
    ask(floor, children["XB"], 1_000)
    floor.say(ChildCanceled("XLIT", children["XLIT"].child_id, floor.all(CancelChild)[0].request_id))

    firm = [(child.venue, child.qty) for child in floor.now_said(SendChild)]
    assert (firm, withdrawn(floor)) == ([("XA", 1_000)], [children["XB"].child_id])
    assert [note["id"] for note in floor.notes("firm-up-declined")] == ["XB-F"]


def test_shares_that_do_not_come_back_in_time_are_declined_while_the_answer_can_still_arrive() -> None:
    floor, children = resting()

    request = ask(floor, children["XA"], 1_000)
    floor.wait(request.expires - floor.at - pool_profile("XA").latency_ns)

    assert [note["id"] for note in floor.notes("firm-up-declined")] == ["XA-F"]
    assert [child.venue for child in floor.all(SendChild) if child.firm_up_id] == []


def test_a_silent_venues_shares_are_not_firmed_up_with() -> None:
    floor, children = resting()
    floor.say(VenueDown("XLIT"))

    ask(floor, children["XA"], 1_000)

    assert withdrawn(floor) == [children["XA"].child_id]


def test_a_request_that_leaves_no_time_to_call_anything_back_is_declined_at_once() -> None:
    floor, children = resting()

    ask(floor, children["XA"], 1_000, ms=0)

    assert withdrawn(floor) == [children["XA"].child_id]


def test_a_request_while_the_client_cancels_is_declined() -> None:
    floor, children = resting()
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.BUY))

    ask(floor, children["XA"], 1_000)

    assert withdrawn(floor) == [children["XA"].child_id]


def test_a_cancel_of_the_order_declines_what_was_asked_before() -> None:
    floor, children = resting()
    ask(floor, children["XA"], 1_000)

    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.BUY))

    assert children["XA"].child_id in withdrawn(floor)


def test_in_a_halt_a_request_is_declined_at_its_last_call() -> None:
    floor, children = resting()
    floor.say(PhaseChange("ACME", Phase.HALTED))

    request = ask(floor, children["XA"], 1_000)
    at_once = withdrawn(floor)
    floor.wait(request.expires - floor.at)

    assert at_once == []
    assert [note["id"] for note in floor.notes("firm-up-declined")] == ["XA-F"]


def test_a_request_said_twice_is_answered_once() -> None:
    floor, children = resting()
    request = ask(floor, children["XA"], 1_000, ms=0)

    floor.say(request)

    assert floor.fresh == []


def test_a_filled_slice_takes_its_conditional_orders_back() -> None:
    floor, children = resting()

    floor.fill(children["XLIT"])

    assert withdrawn(floor) == [children[mic].child_id for mic in POOLS]


def test_the_order_is_over_when_the_last_conditional_is() -> None:
    floor, children = resting()
    floor.fill(children["XLIT"])

    for command in floor.now_said(CancelChild):
        floor.canceled(command)

    assert floor.engine.desk.works == {}


def test_a_pool_that_was_declined_is_left_alone_for_a_patience() -> None:
    floor, children = resting()
    ask(floor, children["XA"], 1_000, ms=0)

    floor.wait(5 * SECOND - 1)
    floor.quote("XLIT", bid=400_000, ask=400_200)
    soon = len([child for child in floor.all(SendChild) if child.venue == "XA"])
    floor.wait(1)
    floor.quote("XLIT", bid=400_000, ask=400_100)

    assert soon == 1
    assert [child.conditional for child in floor.all(SendChild) if child.venue == "XA"] == [True, True]


def test_a_conditional_order_counts_for_the_last_gate_in_everything_but_quantity() -> None:
    limits = RiskLimits(child_max_qty=900)
    floor = Scripted(venues=(lit("XLIT"), pool_profile("XA")), algos={"ALL": AllAtOnce},
                     clients=(ClientProfile(CLIENT, limits=limits),))  # fmt: skip

    floor.say(order(qty=1_000, ord_type=OrdType.LIMIT, px=400_200, strategy="ALL"))

    assert floor.all(SendChild) == []
    assert [note["venue"] for note in floor.notes("refused-at-gate")] == ["XA", "XLIT"]
