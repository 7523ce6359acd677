"""The tables are complete: every (state, event) has its row or its stated rule, and orders do what the tables say."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import product
from pathlib import Path

import pytest

from router.core.types import OrdStatus
from router.orders.diagram import page
from router.orders.states import (
    CHILD,
    CHILD_CLOSED,
    CHILD_OPEN,
    CHILD_OTHERWISE,
    CHILD_ROWS,
    PARENT,
    PARENT_OTHERWISE,
    PARENT_ROWS,
    PARENT_STATES,
    REQUEST,
    REQUEST_OTHERWISE,
    ChildEvent,
    ChildState,
    ParentEvent,
    RequestEvent,
    RequestState,
    Row,
    by_precedence,
    table,
)
from support.order_matrix import Player

# How an order comes into each state, and what the player does for each event.
WAYS: dict[OrdStatus, tuple[str, ...]] = {
    OrdStatus.PENDING_NEW: ("D X 1000 gtc hold",),
    OrdStatus.NEW: ("D X 1000 gtc",),
    OrdStatus.PARTIALLY_FILLED: ("D X 1000 gtc", "fill 400"),
    OrdStatus.FILLED: ("D X 1000 gtc", "fill 400", "fill 600"),
    OrdStatus.STOPPED: ("D X 1000 gtc", "fill 400", "desk stop 500"),
    OrdStatus.SUSPENDED: ("D X 1000 gtc", "fill 400", "desk halt"),
    OrdStatus.DONE_FOR_DAY: ("D X 1000 gtc", "fill 400", "desk end"),
    OrdStatus.CANCELED: ("D X 1000 gtc", "fill 400", "desk cancel"),
    OrdStatus.EXPIRED: ("D X 1000 gtc", "fill 400", "desk expire"),
    OrdStatus.REJECTED: ("D X 1000 gtc hold", "decline"),
}
DEEDS: dict[ParentEvent, tuple[str, ...]] = {
    ParentEvent.CANCEL_REQUEST: ("F Y X",),
    ParentEvent.REPLACE_REQUEST: ("G Y X 1500",),
    ParentEvent.CONFIRM: ("confirm",),
    ParentEvent.REJECT: ("decline",),
    ParentEvent.FILL: ("fill 100",),
    ParentEvent.BUST: ("bust 1",),
    ParentEvent.CORRECT: ("correct 1 300",),
    ParentEvent.CANCEL: ("desk cancel",),
    ParentEvent.REPLACE: ("G Y X 1500", "ok"),
    ParentEvent.RESTATE: ("desk restate 1200 2",),
    ParentEvent.SUSPEND: ("desk halt",),
    ParentEvent.RESUME: ("desk lift",),
    ParentEvent.STOP: ("desk stop 100",),
    ParentEvent.DONE_FOR_DAY: ("desk end",),
    ParentEvent.EXPIRE: ("desk expire",),
    ParentEvent.NEW_DAY: ("desk day",),
}
PAIRS = [(state, event) for state in PARENT_STATES for event in ParentEvent]


def order_in(state: OrdStatus) -> Player:
    player = Player()
    for action in WAYS[state]:
        player.play(action)
    assert player.parent.own_status is state
    return player


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if pair in PARENT])
def test_event_leads_where_its_row_says(state: OrdStatus, event: ParentEvent) -> None:
    player = order_in(state)

    for action in DEEDS[event]:
        player.play(action)

    assert player.parent.own_status in PARENT[state, event]


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if pair not in PARENT])
def test_event_without_a_row_is_dealt_with_by_its_rule(state: OrdStatus, event: ParentEvent) -> None:
    player = order_in(state)

    outcome = _outcome(player, DEEDS[event])

    assert outcome == PARENT_OTHERWISE[event].partition(":")[0]
    assert player.parent.own_status is state


def _outcome(player: Player, deeds: tuple[str, ...]) -> str:
    try:
        heard = [said for action in deeds for said in player.play(action)]
    except AssertionError:
        return "assert"
    if not heard:
        return "nothing happens"
    (said,) = heard
    assert said.startswith("9 "), said
    assert said.endswith("102=0"), said
    return "OrderCancelReject(9), CxlRejReason(102)=0"


@pytest.mark.parametrize(
    ("rows", "otherwise", "states", "events"),
    [
        (PARENT, PARENT_OTHERWISE, PARENT_STATES, ParentEvent),
        (REQUEST, REQUEST_OTHERWISE, RequestState, RequestEvent),
        (CHILD, CHILD_OTHERWISE, ChildState, ChildEvent),
    ],
    ids=["parent", "request", "child"],
)
def test_every_pair_has_a_row_or_a_rule(
    rows: Mapping[tuple[StrEnum, StrEnum], object],
    otherwise: Mapping[StrEnum, str],
    states: Iterable[StrEnum],
    events: Iterable[StrEnum],
) -> None:
    pairs = product(states, events)

    assert [pair for pair in pairs if pair not in rows and not otherwise.get(pair[1])] == []


@pytest.mark.parametrize("state", CHILD_CLOSED)
def test_a_closed_child_is_never_open_again(state: ChildState) -> None:
    reached = [target for (source, _), targets in CHILD.items() if source is state for target in targets]

    assert [target for target in reached if target in CHILD_OPEN] == []


def test_a_state_has_one_row_for_an_event() -> None:
    row = CHILD_ROWS[0]

    with pytest.raises(AssertionError):
        table((row, row))


def test_precedence_of_the_matrices() -> None:
    lives = (
        OrdStatus.DONE_FOR_DAY,
        OrdStatus.STOPPED,
        OrdStatus.SUSPENDED,
        OrdStatus.CANCELED,
        OrdStatus.EXPIRED,
        OrdStatus.NEW,
    )

    assert [tuple(by_precedence(life, filled, 10) for filled in (0, 4, 10)) for life in lives] == [
        (OrdStatus.DONE_FOR_DAY, OrdStatus.DONE_FOR_DAY, OrdStatus.DONE_FOR_DAY),
        (OrdStatus.STOPPED, OrdStatus.STOPPED, OrdStatus.FILLED),
        (OrdStatus.SUSPENDED, OrdStatus.SUSPENDED, OrdStatus.FILLED),
        (OrdStatus.CANCELED, OrdStatus.CANCELED, OrdStatus.FILLED),
        (OrdStatus.EXPIRED, OrdStatus.EXPIRED, OrdStatus.FILLED),
        (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED),
    ]


def test_the_page_of_states_is_fresh(repo: Path) -> None:
    assert (repo / "docs" / "order-states.md").read_text() == page()


def test_rows_are_named_by_events_that_can_happen() -> None:
    rows: tuple[Row[OrdStatus, ParentEvent], ...] = PARENT_ROWS

    assert [event for event in ParentEvent if event not in {row.event for row in rows}] == []
