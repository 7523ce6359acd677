"""Child orders: a report is applied once, the largest possible leaves count, and only the venue closes an order."""

import pytest

from router.core.events import ChildAccepted, ChildFilled
from router.orders.children import Children
from router.orders.states import CHILD, CHILD_OTHERWISE, ChildEvent, ChildState
from support.child_orders import OneChild, filled, send

WAYS: dict[ChildState, tuple[str, ...]] = {
    ChildState.PENDING_NEW: (),
    ChildState.NEW: ("accepted",),
    ChildState.PARTIAL: ("accepted", "fill 40 A"),
    ChildState.PENDING_CANCEL: ("accepted", "fill 40 A", "cancel?"),
    ChildState.PENDING_REPLACE: ("accepted", "fill 40 A", "replace? 120"),
    ChildState.UNKNOWN: ("accepted", "fill 40 A", "lost"),
    ChildState.FILLED: ("accepted", "fill 40 A", "fill 60 B"),
    ChildState.CANCELED: ("accepted", "fill 40 A", "canceled"),
    ChildState.REJECTED: ("fill 40 A", "rejected"),
}
WORDS: dict[ChildEvent, str] = {
    ChildEvent.SEND_CANCEL: "cancel?",
    ChildEvent.SEND_REPLACE: "replace? 130",
    ChildEvent.LOST: "lost",
    ChildEvent.ACCEPT: "accepted",
    ChildEvent.REJECT: "rejected",
    ChildEvent.FILL: "fill 10 X",
    ChildEvent.CANCEL: "canceled",
    ChildEvent.REPLACE: "replaced 120",
    ChildEvent.REFUSE_REQUEST: "refused",
    ChildEvent.TOO_LATE: "too-late",
    ChildEvent.STATUS_OPEN: "open 40",
    ChildEvent.STATUS_CLOSED: "closed 40",
    ChildEvent.STATUS_NEVER_SEEN: "never-seen",
    ChildEvent.BUST: "bust A",
    ChildEvent.CORRECT: "correct A 30",
}
PAIRS = [(state, event) for state in ChildState for event in ChildEvent]


def child_in(state: ChildState) -> OneChild:
    one = OneChild()
    one.play(*WAYS[state])
    assert one.child.state is state
    return one


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if pair in CHILD])
def test_event_leads_where_its_row_says(state: ChildState, event: ChildEvent) -> None:
    one = child_in(state)

    one.play(WORDS[event])

    assert one.child.state in CHILD[state, event]
    assert one.children.exposure("O") == one.child.leaves == one.children.slice_exposure(1)


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if pair not in CHILD])
def test_event_without_a_row_is_dealt_with_by_its_rule(state: ChildState, event: ChildEvent) -> None:
    one = child_in(state)

    if CHILD_OTHERWISE[event].startswith("assert"):
        with pytest.raises(AssertionError):
            one.play(WORDS[event])
    else:
        applied = one.play(WORDS[event])
        assert applied is not None
        assert (applied.changed, applied.problem.partition(":")[0]) == (False, "ignored and named")

    assert one.child.state is state


@pytest.mark.parametrize(
    ("said", "state", "exposure"),
    [
        ((), ChildState.PENDING_NEW, 100),
        (("accepted", "fill 30"), ChildState.PARTIAL, 70),
        (("accepted", "cancel?"), ChildState.PENDING_CANCEL, 100),
        (("accepted", "cancel?", "fill 30"), ChildState.PENDING_CANCEL, 70),
        (("accepted", "cancel?", "fill 30", "canceled"), ChildState.CANCELED, 0),
        (("accepted", "cancel?", "canceled", "fill 30"), ChildState.CANCELED, 0),
        (("cancel?", "accepted", "refused"), ChildState.NEW, 100),
        (("accepted", "replace? 150"), ChildState.PENDING_REPLACE, 150),
        (("accepted", "replace? 60"), ChildState.PENDING_REPLACE, 100),
        (("accepted", "replace? 60", "replaced 60"), ChildState.NEW, 60),
        (("accepted", "replace? 60", "fill 70", "replaced 60"), ChildState.FILLED, 0),
        (("accepted", "replace? 150", "fill 100"), ChildState.PENDING_REPLACE, 50),
        (("accepted", "replace? 150", "fill 100", "too-late"), ChildState.FILLED, 0),
        (("accepted", "replace? 150", "fill 100", "refused"), ChildState.FILLED, 0),
        (("accepted", "replace? 150", "cancel?"), ChildState.PENDING_CANCEL, 150),
        (("accepted", "replace? 150", "cancel?", "refused R1"), ChildState.PENDING_CANCEL, 100),
        (("accepted", "replace? 150", "cancel?", "replaced 150 R1"), ChildState.PENDING_CANCEL, 150),
        (("lost",), ChildState.UNKNOWN, 100),
        (("lost", "accepted"), ChildState.NEW, 100),
        (("lost", "fill 30"), ChildState.UNKNOWN, 70),
        (("lost", "fill 100"), ChildState.FILLED, 0),
        (("lost", "never-seen"), ChildState.REJECTED, 0),
        (("accepted", "lost", "never-seen"), ChildState.CANCELED, 0),
        (("accepted", "lost", "open 0"), ChildState.NEW, 100),
        (("accepted", "cancel?", "lost", "open 0"), ChildState.NEW, 100),
        (("accepted", "replace? 150", "lost", "open 0"), ChildState.PENDING_REPLACE, 150),
        (("accepted", "replace? 150", "lost", "replaced 150"), ChildState.NEW, 150),
        (("accepted", "cancel?", "too-late"), ChildState.UNKNOWN, 100),
        (("accepted", "lost", "closed 0"), ChildState.CANCELED, 0),
        (("accepted", "lost", "closed 30"), ChildState.UNKNOWN, 30),
        (("accepted", "lost", "closed 30", "fill 30"), ChildState.FILLED, 0),
        (("accepted", "fill 40 A", "bust A"), ChildState.NEW, 100),
        (("accepted", "fill 40 A", "correct A 100"), ChildState.FILLED, 0),
        (("accepted", "fill 100 A", "bust A"), ChildState.FILLED, 0),
        (("accepted", "fill 100 A", "fill 20 B"), ChildState.FILLED, 0),
    ],
)
def test_counts_the_most_that_may_still_trade(said: tuple[str, ...], state: ChildState, exposure: int) -> None:
    one = OneChild()

    one.play(*said)

    assert (one.child.state, one.children.exposure("O")) == (state, exposure)


def test_a_second_report_of_one_execution_changes_nothing() -> None:
    one = OneChild()
    one.play("accepted", "fill 30 A")

    again = one.play("fill 30 A")

    assert again is not None
    assert (again.changed, again.problem) == (False, "ExecID(17) A of V was reported before")
    assert (one.child.cum_qty, one.children.exposure("O")) == (30, 70)


def test_an_exec_id_is_unique_per_venue_only() -> None:
    children = Children()
    children.add(1, send("C"), "O", 1)
    children.add(1, send("D", venue="W"), "O", 1)
    at_v = filled("A", 10)
    at_w = ChildFilled(venue="W", child_id="D", exec_id="A", qty=20, px=50, liquidity=at_v.liquidity)

    applied = [children.apply(at_v).changed, children.apply(at_w).changed]

    assert (applied, children.exposure("O")) == ([True, True], 170)


def test_a_bust_is_applied_once() -> None:
    one = OneChild()
    one.play("accepted", "fill 30 A", "bust A")

    again = one.play("bust A")

    assert again is not None
    assert (again.changed, one.child.cum_qty) == (False, 0)


def test_a_correction_refers_to_the_latest_version() -> None:
    one = OneChild()
    one.play("accepted", "fill 30 A", "correct A 20")

    stale = one.play("correct A 25")
    latest = one.play("correct A-fix 25")

    assert stale is not None
    assert latest is not None
    assert (stale.changed, latest.changed, one.child.cum_qty) == (False, True, 25)


@pytest.mark.parametrize("venue", ["V", "W"])
def test_a_report_of_a_child_never_sent_there_is_named(venue: str) -> None:
    children = Children()
    children.add(1, send("C"), "O", 1)

    applied = children.apply(ChildAccepted(venue, "C" if venue == "W" else "D", "V1"))

    child_id = "C" if venue == "W" else "D"
    assert (applied.child, applied.changed, applied.problem) == (
        None,
        False,
        f"{venue} speaks of child {child_id}, which was never sent there",
    )


def test_a_gap_in_the_venue_s_count_is_named_and_the_fill_counts() -> None:
    one = OneChild()
    one.play("accepted")

    applied = one.children.apply(filled("B", 20, cum_qty=50))

    assert (applied.changed, applied.problem) == (True, "V: CumQty(14) of child C is 50, ours 20: fills are missing")


def test_open_children_by_order_slice_and_venue_oldest_first() -> None:
    children = Children()
    for child_id, order_id, slice_id in (("C1", "O", 1), ("C2", "O", 2), ("C3", "P", 3), ("C4", "O", 1)):
        children.add(1, send(child_id), order_id, slice_id)
    children.apply(filled("A", 100, child_id="C1"))

    assert [child.child_id for child in children] == ["C1", "C2", "C3", "C4"]
    assert [child.child_id for child in children.of_order("O")] == ["C2", "C4"]
    assert [child.child_id for child in children.of_slice(1)] == ["C4"]
    assert [child.child_id for child in children.of_venue("V")] == ["C2", "C3", "C4"]
    assert (children.exposure("O"), children.exposure("P"), children.exposure("Q")) == (200, 100, 0)


def test_accepted_after_the_venue_went_down_is_an_answer() -> None:
    one = OneChild()
    assert one.children.lost(one.child)
    assert not one.children.lost(one.child)

    applied = one.play("accepted")

    assert applied is not None
    assert (applied.was, applied.now, one.child.ahead) == (ChildState.UNKNOWN, ChildState.NEW, 300)
