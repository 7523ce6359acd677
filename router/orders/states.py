"""The state tables: every change of a client order's OrdStatus(39), and of our own orders', stands here or is a bug.

A row says which states an event may lead from and to; quantities choose among its targets. Its `why` is there where the
real world forced the row. What is in no row is refused by the rule under `OTHERWISE`. Tests and docs/order-states.md
are drawn from these tables. Knows no order: it is data.

Source: FIX 4.4 Volume 4, Appendix D (Order State Change Matrices), cited by scenario id; for lists, which have no
matrix there, the meanings of ListOrderStatus(431) under List Status in the same volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar

from router.core.types import ListOrderStatus, OrdStatus

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class Row(NamedTuple, Generic[S, E]):
    """From any of `sources`, `event` leads to one of `targets`."""

    event: E
    sources: tuple[S, ...]
    targets: tuple[S, ...]
    why: str = ""


def table(rows: tuple[Row[S, E], ...]) -> Mapping[tuple[S, E], tuple[S, ...]]:
    """The rows by (state, event); a pair stands in one row only."""
    found: dict[tuple[S, E], tuple[S, ...]] = {}
    for row in rows:
        for source in row.sources:
            assert (source, row.event) not in found, (source, row.event)
            found[source, row.event] = row.targets
    return found


# --- the client's order
# ----------------------------------------------------------------------------------------------------------


class ParentEvent(StrEnum):
    """What can happen to a client's order. The first two are the client's, the others the market's or the desk's."""

    CANCEL_REQUEST = "OrderCancelRequest(F)"
    REPLACE_REQUEST = "OrderCancelReplaceRequest(G)"
    CONFIRM = "confirmed"
    REJECT = "rejected"
    FILL = "fill"
    BUST = "bust"
    CORRECT = "correct"
    CANCEL = "canceled"
    REPLACE = "replaced"
    RESTATE = "restated"
    SUSPEND = "halted"
    RESUME = "resumed"
    STOP = "stopped"
    DONE_FOR_DAY = "done for day"
    EXPIRE = "expired"
    NEW_DAY = "new day"


_NEW, _PART, _FILLED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED
_DONE, _CANCELED, _EXPIRED = OrdStatus.DONE_FOR_DAY, OrdStatus.CANCELED, OrdStatus.EXPIRED
_STOPPED, _SUSPENDED = OrdStatus.STOPPED, OrdStatus.SUSPENDED
_PENDING_NEW, _REJECTED = OrdStatus.PENDING_NEW, OrdStatus.REJECTED

PARENT_STATES: Final = (
    _PENDING_NEW,
    _NEW,
    _PART,
    _FILLED,
    _STOPPED,
    _SUSPENDED,
    _DONE,
    _CANCELED,
    _EXPIRED,
    _REJECTED,
)
"""An order's own states. PendingCancel and PendingReplace lie over them: they are its requests' (see `REQUEST`)."""

_P = ParentEvent
PARENT_ROWS: Final[tuple[Row[OrdStatus, ParentEvent], ...]] = (
    Row(_P.CONFIRM, (_PENDING_NEW,), (_NEW,)),
    Row(_P.REJECT, (_PENDING_NEW,), (_REJECTED,)),
    Row(_P.FILL, (_NEW, _PART), (_PART, _FILLED)),
    Row(_P.FILL, (_STOPPED,), (_STOPPED, _PART, _FILLED), "the guarantee is over once it has been kept (L.1.a)"),
    Row(_P.FILL, (_SUSPENDED,), (_SUSPENDED, _FILLED), "traded at the venue before its halt reached us"),
    Row(_P.FILL, (_DONE,), (_DONE,), "printed before the close, reported after our day's end"),
    Row(_P.FILL, (_CANCELED,), (_CANCELED, _FILLED), "a fill after a cancel is real, and the client's (J.1.b)"),
    Row(_P.FILL, (_EXPIRED,), (_EXPIRED, _FILLED), "as after a cancel"),
    Row(_P.FILL, (_FILLED,), (_FILLED,), "a venue over-executed: the client is told the truth, a person is called"),
    Row(_P.BUST, (_PART,), (_NEW, _PART)),
    Row(
        _P.BUST,
        (_FILLED,),
        (_NEW, _PART, _FILLED, _STOPPED, _SUSPENDED, _CANCELED, _EXPIRED),
        "Filled only outranked what it was; after an over-execution it may stay Filled (J.1.a)",
    ),
    Row(_P.BUST, (_STOPPED,), (_STOPPED,)),
    Row(_P.BUST, (_SUSPENDED,), (_SUSPENDED,)),
    Row(_P.BUST, (_DONE,), (_DONE,), "exchanges break trades after the close (J.1.d)"),
    Row(_P.BUST, (_CANCELED,), (_CANCELED,), "what is canceled stays so, with nothing filled too (J.1.b)"),
    Row(_P.BUST, (_EXPIRED,), (_EXPIRED,), "as after a cancel"),
    Row(_P.CORRECT, (_PART,), (_PART, _FILLED)),
    Row(
        _P.CORRECT,
        (_FILLED,),
        (_PART, _FILLED, _STOPPED, _SUSPENDED, _CANCELED, _EXPIRED),
        "a smaller quantity opens the order again, if that is what it was (J.1.a)",
    ),
    Row(_P.CORRECT, (_STOPPED,), (_STOPPED, _FILLED)),
    Row(_P.CORRECT, (_SUSPENDED,), (_SUSPENDED, _FILLED)),
    Row(_P.CORRECT, (_DONE,), (_DONE,), "J.1.d"),
    Row(_P.CORRECT, (_CANCELED,), (_CANCELED, _FILLED), "as a fill after a cancel"),
    Row(_P.CORRECT, (_EXPIRED,), (_EXPIRED, _FILLED), "as a fill after a cancel"),
    Row(
        _P.CANCEL,
        (_PENDING_NEW, _NEW, _PART, _STOPPED, _SUSPENDED),
        (_CANCELED,),
        "an order may be withdrawn before it was ever acknowledged (B.1.d)",
    ),
    Row(_P.CANCEL, (_DONE,), (_CANCELED,), "a GT order between two days"),
    Row(_P.REPLACE, (_NEW,), (_NEW,), "FIX 4.3 and later have no OrdStatus Replaced (C.1.a)"),
    Row(_P.REPLACE, (_PART,), (_PART, _FILLED), "down to what is filled: cancel the balance (C.3.b, C.3.c)"),
    Row(_P.REPLACE, (_FILLED,), (_PART,), "more of a filled order revives it (C.1.c)"),
    Row(_P.REPLACE, (_STOPPED,), (_STOPPED, _FILLED)),
    Row(_P.REPLACE, (_SUSPENDED,), (_SUSPENDED, _FILLED), "clients amend during a halt, when they most want to"),
    Row(_P.REPLACE, (_DONE,), (_DONE,), "a GT order between two days"),
    Row(_P.RESTATE, (_NEW,), (_NEW,)),
    Row(_P.RESTATE, (_PART,), (_PART, _FILLED), "the desk declines the balance (E.1.d)"),
    Row(_P.RESTATE, (_STOPPED,), (_STOPPED, _FILLED)),
    Row(_P.RESTATE, (_SUSPENDED,), (_SUSPENDED, _FILLED)),
    Row(_P.RESTATE, (_DONE,), (_DONE,), "a split, before the next day begins (H.1.b)"),
    Row(_P.SUSPEND, (_NEW, _PART, _STOPPED), (_SUSPENDED,), "K.1.a"),
    Row(_P.RESUME, (_SUSPENDED,), (_NEW, _PART), "K.1.a"),
    Row(_P.STOP, (_NEW, _PART), (_STOPPED,), "L.1.a"),
    Row(_P.DONE_FOR_DAY, (_NEW, _PART, _STOPPED, _SUSPENDED), (_DONE,), "A.1.b"),
    Row(_P.EXPIRE, (_PENDING_NEW, _NEW, _PART, _STOPPED, _SUSPENDED), (_EXPIRED,)),
    Row(_P.EXPIRE, (_DONE,), (_EXPIRED,), "a GTD order whose date passes in the night"),
    Row(_P.NEW_DAY, (_NEW,), (_NEW,), "a GT order's morning; DoneForDay in the evening is optional (H.1.a)"),
    Row(_P.NEW_DAY, (_PART,), (_PART,), "H.1.a"),
    Row(_P.NEW_DAY, (_DONE, _STOPPED), (_NEW, _PART), "yesterday's guarantee is not today's"),
    Row(_P.NEW_DAY, (_SUSPENDED,), (_SUSPENDED,), "a halt may last for days"),
    Row(_P.CANCEL_REQUEST, (_PENDING_NEW,), (_PENDING_NEW,), "B.1.d"),
    Row(_P.CANCEL_REQUEST, (_NEW,), (_NEW,)),
    Row(_P.CANCEL_REQUEST, (_PART,), (_PART,)),
    Row(_P.CANCEL_REQUEST, (_STOPPED,), (_STOPPED,)),
    Row(_P.CANCEL_REQUEST, (_SUSPENDED,), (_SUSPENDED,)),
    Row(_P.CANCEL_REQUEST, (_DONE,), (_DONE,), "a GT order only; a day order's is too late"),
    Row(_P.REPLACE_REQUEST, (_PENDING_NEW,), (_PENDING_NEW,)),
    Row(_P.REPLACE_REQUEST, (_NEW,), (_NEW,)),
    Row(_P.REPLACE_REQUEST, (_PART,), (_PART,)),
    Row(_P.REPLACE_REQUEST, (_FILLED,), (_FILLED,), "to more than is filled, where the client may (C.1.c)"),
    Row(_P.REPLACE_REQUEST, (_STOPPED,), (_STOPPED,)),
    Row(_P.REPLACE_REQUEST, (_SUSPENDED,), (_SUSPENDED,)),
    Row(_P.REPLACE_REQUEST, (_DONE,), (_DONE,), "a GT order only"),
)
PARENT: Final = table(PARENT_ROWS)

PARENT_OTHERWISE: Final[Mapping[ParentEvent, str]] = {
    _P.CANCEL_REQUEST: "OrderCancelReject(9), CxlRejReason(102)=0: too late to cancel",
    _P.REPLACE_REQUEST: "OrderCancelReject(9), CxlRejReason(102)=0: too late to replace",
    _P.CONFIRM: "assert: an order is confirmed once",
    _P.REJECT: "assert: what was confirmed is canceled, never rejected",
    _P.FILL: "assert: no child is sent for an order that is not confirmed, or was rejected",
    _P.BUST: "assert: nothing was filled",
    _P.CORRECT: "assert: nothing was filled",
    _P.CANCEL: "assert: nothing is left to cancel",
    _P.REPLACE: "assert: not confirmed yet, or over",
    _P.RESTATE: "assert: not confirmed yet, or over",
    _P.SUSPEND: "nothing happens: the order is not at work",
    _P.RESUME: "nothing happens: the order is not suspended",
    _P.STOP: "assert: not at work",
    _P.DONE_FOR_DAY: "assert: not at work",
    _P.EXPIRE: "assert: over already",
    _P.NEW_DAY: "nothing happens: the order is over",
}
"""What becomes of an event in the states that no row names. An assert is the engine's fault, not the client's."""


def by_precedence(life: OrdStatus, cum_qty: int, qty: int) -> OrdStatus:
    """The highest state that applies, pending requests aside (Appendix D, "OrdStatus precedence").

    `life` is what was last done to the order as a whole: PendingNew, New (in force), Stopped, Suspended, DoneForDay,
    Canceled, Expired or Rejected; the quantities say the rest. DoneForDay outranks Filled; Filled outranks Stopped,
    Suspended, Canceled and Expired; those outrank PartiallyFilled and New.
    """
    if life in {_DONE, _REJECTED, _PENDING_NEW}:
        return life
    if cum_qty >= qty:
        return _FILLED
    if life is not _NEW:
        return life
    return _PART if cum_qty else _NEW


class RequestState(StrEnum):
    """Where a client's F or G stands: asked while another is pending, told PendingCancel/PendingReplace, answered."""

    QUEUED = "queued"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class RequestEvent(StrEnum):
    """What can happen to a client's request."""

    ANNOUNCE = "its turn"
    ACCEPT = "accepted"
    REFUSE = "refused"


_R = RequestEvent
REQUEST_ROWS: Final[tuple[Row[RequestState, RequestEvent], ...]] = (
    Row(_R.ANNOUNCE, (RequestState.QUEUED,), (RequestState.PENDING,)),
    Row(_R.ACCEPT, (RequestState.PENDING,), (RequestState.DONE,)),
    Row(_R.REFUSE, (RequestState.PENDING,), (RequestState.REFUSED,)),
    Row(_R.REFUSE, (RequestState.QUEUED,), (RequestState.REFUSED,), "the order ended before its turn came"),
)
REQUEST: Final = table(REQUEST_ROWS)
REQUEST_OTHERWISE: Final[Mapping[RequestEvent, str]] = {
    _R.ANNOUNCE: "assert: a request is announced once",
    _R.ACCEPT: "assert: a request is answered once, and never before its turn",
    _R.REFUSE: "assert: a request is answered once",
}


# --- the client's list
# ----------------------------------------------------------------------------------------------------------


class ListEvent(StrEnum):
    """What can happen to a list. The first four are the client's, the others come of its orders."""

    FRAGMENT = "NewOrderList(E), more to follow"
    MALFORMED = "NewOrderList(E), at odds with itself"
    EXECUTE = "NewOrderList(E) complete and immediate, or ListExecute(L)"
    CANCEL = "ListCancelRequest(K)"
    OVER = "no order of it is at work"
    REOPENED = "an order of it is at work again"


_L, _LE = ListOrderStatus, ListEvent
LIST_STATES: Final = (_L.RECEIVED, _L.EXECUTING, _L.CANCELING, _L.ALL_DONE, _L.REJECT)
LIST_ROWS: Final[tuple[Row[ListOrderStatus, ListEvent], ...]] = (
    Row(_LE.FRAGMENT, (_L.RECEIVED,), (_L.RECEIVED,)),
    Row(_LE.MALFORMED, (_L.RECEIVED,), (_L.REJECT,), "the fragments before it are given up with it"),
    Row(_LE.EXECUTE, (_L.RECEIVED,), (_L.EXECUTING,)),
    Row(_LE.CANCEL, (_L.RECEIVED, _L.EXECUTING), (_L.CANCELING,)),
    Row(_LE.OVER, (_L.RECEIVED,), (_L.ALL_DONE,), "each order was refused, cancelled or out of time before its turn"),
    Row(_LE.OVER, (_L.EXECUTING, _L.CANCELING), (_L.ALL_DONE,)),
    Row(
        _LE.REOPENED,
        (_L.ALL_DONE,),
        (_L.EXECUTING,),
        "a GT order's morning, a bust, or a replace to more of a filled order: all is done for the day only",
    ),
)
LIST: Final = table(LIST_ROWS)
LIST_OTHERWISE: Final[Mapping[ListEvent, str]] = {
    _LE.FRAGMENT: "ListStatus(N), ListOrderStatus(431)=7: the ListID(66) was used before",
    _LE.MALFORMED: "ListStatus(N), ListOrderStatus(431)=7: the ListID(66) was used before",
    _LE.EXECUTE: "ListStatus(N) as it stands: there is nothing that waits",
    _LE.CANCEL: "ListStatus(N) as it stands: it is being cancelled, or over",
    _LE.OVER: "nothing happens: it is over",
    _LE.REOPENED: "nothing happens: it is not over",
}


# --- our order at a venue
# ---------------------------------------------------------------------------------------------------------


class ChildState(StrEnum):
    """A child order's state. UNKNOWN is ours: the venue owes an answer, and until then everything may be open."""

    PENDING_NEW = "PendingNew"
    NEW = "New"
    PARTIAL = "PartiallyFilled"
    PENDING_CANCEL = "PendingCancel"
    PENDING_REPLACE = "PendingReplace"
    UNKNOWN = "Unknown"
    FILLED = "Filled"
    CANCELED = "Canceled"
    REJECTED = "Rejected"


class ChildEvent(StrEnum):
    """What can happen to a child order: the first three are ours, the others the venue's."""

    SEND_CANCEL = "cancel sent"
    SEND_REPLACE = "replace sent"
    LOST = "no answer, or venue down"
    ACCEPT = "accepted"
    REJECT = "rejected"
    FILL = "fill"
    CANCEL = "canceled"
    REPLACE = "replaced"
    REFUSE_REQUEST = "request refused"
    TOO_LATE = "request too late"
    STATUS_OPEN = "status: open"
    STATUS_CLOSED = "status: closed"
    STATUS_NEVER_SEEN = "status: never seen"
    BUST = "bust"
    CORRECT = "correct"


_C, _E = ChildState, ChildEvent
CHILD_OPEN: Final = (_C.PENDING_NEW, _C.NEW, _C.PARTIAL, _C.PENDING_CANCEL, _C.PENDING_REPLACE, _C.UNKNOWN)
CHILD_CLOSED: Final = (_C.FILLED, _C.CANCELED, _C.REJECTED)
_WORKING = (_C.PENDING_NEW, _C.NEW, _C.PARTIAL)
CHILD_ROWS: Final[tuple[Row[ChildState, ChildEvent], ...]] = (
    Row(_E.SEND_CANCEL, (*_WORKING, _C.PENDING_REPLACE), (_C.PENDING_CANCEL,)),
    Row(_E.SEND_CANCEL, (_C.UNKNOWN,), (_C.UNKNOWN,), "asking to withdraw does not tell us what is open"),
    Row(_E.SEND_REPLACE, _WORKING, (_C.PENDING_REPLACE,)),
    Row(_E.LOST, CHILD_OPEN, (_C.UNKNOWN,), "a venue that is down has not cancelled: count all as open"),
    Row(_E.LOST, CHILD_CLOSED, CHILD_CLOSED, "a timer that comes due after the answer finds nothing to do"),
    Row(_E.ACCEPT, (_C.PENDING_NEW, _C.UNKNOWN), (_C.NEW, _C.PARTIAL, _C.PENDING_CANCEL, _C.PENDING_REPLACE)),
    Row(_E.ACCEPT, (_C.NEW, _C.PARTIAL), (_C.NEW, _C.PARTIAL), "resent after a reconnect, or overtaken by its fill"),
    Row(_E.ACCEPT, (_C.PENDING_CANCEL,), (_C.PENDING_CANCEL,), "we withdrew before the venue had answered"),
    Row(_E.ACCEPT, (_C.PENDING_REPLACE,), (_C.PENDING_REPLACE,), "as for a cancel"),
    Row(_E.ACCEPT, CHILD_CLOSED, CHILD_CLOSED, "overtaken by the fill that closed it"),
    Row(_E.REJECT, (_C.PENDING_NEW, _C.PENDING_CANCEL, _C.PENDING_REPLACE, _C.UNKNOWN), (_C.REJECTED,)),
    Row(_E.REJECT, (_C.NEW, _C.PARTIAL), (_C.REJECTED,), "some venues accept at the door and reject at the book"),
    Row(_E.REJECT, CHILD_CLOSED, CHILD_CLOSED, "closed is closed"),
    Row(_E.FILL, _WORKING, (_C.PARTIAL, _C.FILLED), "a fill before the acceptance was heard is real"),
    Row(_E.FILL, (_C.PENDING_CANCEL,), (_C.PENDING_CANCEL, _C.FILLED), "it crossed our cancel"),
    Row(_E.FILL, (_C.PENDING_REPLACE,), (_C.PENDING_REPLACE, _C.FILLED), "it crossed our replace"),
    Row(_E.FILL, (_C.UNKNOWN,), (_C.UNKNOWN, _C.FILLED), "resent by the venue; says nothing of what is open now"),
    Row(_E.FILL, (_C.FILLED,), (_C.FILLED,), "the venue over-executed; it is our client's trade all the same"),
    Row(_E.FILL, (_C.CANCELED,), (_C.CANCELED, _C.FILLED), "a fill after a cancel is real (J.1.b)"),
    Row(_E.FILL, (_C.REJECTED,), (_C.REJECTED, _C.FILLED), "a venue that rejected what it traded"),
    Row(_E.CANCEL, CHILD_OPEN, (_C.CANCELED,), "asked for, by its time in force, or by the venue's own will"),
    Row(_E.CANCEL, CHILD_CLOSED, CHILD_CLOSED, "crossed by the fill that closed it"),
    Row(_E.REPLACE, (*_WORKING, _C.PENDING_REPLACE), (_C.NEW, _C.PARTIAL, _C.PENDING_REPLACE, _C.FILLED)),
    Row(_E.REPLACE, (_C.PENDING_CANCEL,), (_C.PENDING_CANCEL, _C.FILLED), "our cancel followed our replace"),
    Row(
        _E.REPLACE,
        (_C.UNKNOWN,),
        (_C.NEW, _C.PARTIAL, _C.PENDING_CANCEL, _C.UNKNOWN, _C.FILLED),
        "the answer that was owed; or the resending of an older one, which tells nothing",
    ),
    Row(_E.REPLACE, CHILD_CLOSED, CHILD_CLOSED, "overtaken by the fill that closed it"),
    Row(
        _E.REFUSE_REQUEST,
        (*_WORKING, _C.PENDING_CANCEL, _C.PENDING_REPLACE, _C.UNKNOWN),
        (_C.PENDING_NEW, _C.NEW, _C.PARTIAL, _C.PENDING_CANCEL, _C.PENDING_REPLACE, _C.FILLED),
        "it stands as it was; a venue that refuses knows the order, so UNKNOWN is resolved",
    ),
    Row(_E.REFUSE_REQUEST, CHILD_CLOSED, CHILD_CLOSED, "overtaken by the fill that closed it"),
    Row(
        _E.TOO_LATE,
        CHILD_OPEN,
        (_C.UNKNOWN, _C.FILLED),
        "it is gone, and the report that says how is still on its way; or it was filled, and we had asked for more",
    ),
    Row(_E.TOO_LATE, CHILD_CLOSED, CHILD_CLOSED, "gone as we know"),
    Row(
        _E.STATUS_OPEN,
        CHILD_OPEN,
        (_C.NEW, _C.PARTIAL, _C.PENDING_REPLACE),
        "a cancel of ours was lost; a replace may not be",
    ),
    Row(_E.STATUS_OPEN, CHILD_CLOSED, CHILD_CLOSED, "an answer older than what closed it"),
    Row(
        _E.STATUS_CLOSED,
        CHILD_OPEN,
        (_C.CANCELED, _C.FILLED, _C.UNKNOWN),
        "stays Unknown while the venue has filled more than it told us: those fills will come",
    ),
    Row(_E.STATUS_CLOSED, CHILD_CLOSED, CHILD_CLOSED),
    Row(_E.STATUS_NEVER_SEEN, CHILD_OPEN, (_C.REJECTED, _C.CANCELED), "never arrived; or the venue lost its book"),
    Row(_E.STATUS_NEVER_SEEN, CHILD_CLOSED, CHILD_CLOSED),
    Row(_E.BUST, (_C.PARTIAL,), (_C.NEW, _C.PARTIAL)),
    Row(_E.BUST, (_C.PENDING_CANCEL,), (_C.PENDING_CANCEL,)),
    Row(_E.BUST, (_C.PENDING_REPLACE,), (_C.PENDING_REPLACE,)),
    Row(_E.BUST, (_C.UNKNOWN,), (_C.UNKNOWN,)),
    Row(_E.BUST, CHILD_CLOSED, CHILD_CLOSED, "exchanges do not put an order back whose trade they break"),
    Row(_E.CORRECT, (_C.PARTIAL,), (_C.PARTIAL, _C.FILLED)),
    Row(_E.CORRECT, (_C.PENDING_CANCEL,), (_C.PENDING_CANCEL, _C.FILLED)),
    Row(_E.CORRECT, (_C.PENDING_REPLACE,), (_C.PENDING_REPLACE, _C.FILLED)),
    Row(_E.CORRECT, (_C.UNKNOWN,), (_C.UNKNOWN, _C.FILLED)),
    Row(_E.CORRECT, CHILD_CLOSED, CHILD_CLOSED, "as a bust"),
)
CHILD: Final = table(CHILD_ROWS)
CHILD_OTHERWISE: Final[Mapping[ChildEvent, str]] = {
    _E.SEND_CANCEL: "assert: nothing to withdraw, or asked already",
    _E.SEND_REPLACE: "assert: another request is pending, or the order is over",
    _E.BUST: "ignored and named: no fill of that ExecID is known",
    _E.CORRECT: "ignored and named: no fill of that ExecID is known",
}
