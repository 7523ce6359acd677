"""An order's instructions are kept, or the order is refused: none is taken in and passed over."""

from collections.abc import Callable

import pytest

from router.core.events import ReplaceRequest
from router.core.outputs import CancelReject, ExecReport, ReplaceChild, SendChild
from router.core.types import SECOND, OrdType, Peg, Side, TimeInForce
from support.floor import CLIENT, OPEN, order
from support.scripted import Scripted

LIMIT = {"qty": 300, "ord_type": OrdType.LIMIT, "px": 400_100}
PEGGED = {"qty": 300, "ord_type": OrdType.PEGGED, "px": 400_100}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (PEGGED | {"exec_inst": "R"}, "OrdType(40) P needs an ExDestination(100): the router pegs nothing by itself"),
        (PEGGED | {"exec_inst": "M", "strategy": "TWAP"}, "OrdType(40) P needs an ExDestination(100): the router pegs"),
        (PEGGED | {"ex_destination": "XLIT"}, "OrdType(40) P needs one ExecInst(18) of M, R, P: what to follow"),
        (PEGGED | {"exec_inst": "M R", "ex_destination": "XLIT"}, "OrdType(40) P needs one ExecInst(18) of M, R, P"),
        (LIMIT | {"exec_inst": "6"}, "ExecInst(18) 6 needs an ExDestination(100)"),
        (LIMIT | {"exec_inst": "6", "strategy": "TWAP"}, "ExecInst(18) 6 needs an ExDestination(100)"),
        (LIMIT | {"exec_inst": "1 M", "ex_destination": "XLIT"}, "ExecInst(18) M needs OrdType(40) P"),
        (LIMIT | {"exec_inst": "G", "ex_destination": "XLIT"}, "ExecInst(18) G is not kept here"),
        (LIMIT | {"exec_inst": "f"}, "ExecInst(18) f is not kept here"),
        (LIMIT | {"params": (("ParticipationRate", "0.01"),)}, "ParticipationRate: needs a strategy; without one the"),
        (LIMIT | {"params": (("MaxParticipation", "0.1"),)}, "MaxParticipation: needs a strategy; without one the"),
        (LIMIT | {"params": (("StartTime", "20260316-15:00:00"),)}, "StartTime: needs a strategy; without one the"),
        (LIMIT | {"params": (("EndTime", "20260316-15:00:00"),)}, "EndTime: needs a strategy; without one the order"),
        (
            LIMIT | {"params": (("DarkPct", "0.5"),), "ex_destination": "XLIT"},
            "DarkPct: ExDestination(100) XLIT gets the order as it is, without parameters",
        ),
    ],
)
def test_what_nobody_here_would_keep_is_refused_by_name(asked: dict[str, object], text: str) -> None:
    floor = Scripted()

    floor.say(order("A1", **asked))

    assert floor.states() == ["REJECTED REJECTED A1 0/0"]
    assert floor.last(ExecReport).text.startswith(text)
    assert floor.all(SendChild) == []


@pytest.mark.parametrize(
    "asked",
    [
        LIMIT | {"exec_inst": "1"},
        LIMIT | {"exec_inst": "5 2", "strategy": "TWAP"},
        LIMIT | {"params": (("VenuesExclude", "XALT"), ("DarkPct", "0"))},
        LIMIT | {"params": (("EndTime", "20260316-15:00:00"),), "strategy": "TWAP"},
    ],
)
def test_what_is_kept_or_asks_for_nothing_else_is_taken(asked: dict[str, object]) -> None:
    floor = Scripted()

    floor.say(order("A1", **asked))

    assert floor.states()[0] == "NEW NEW A1 0/300"


@pytest.mark.parametrize(("exec_inst", "peg"), [("M", Peg.MID), ("1 R", Peg.PRIMARY), ("P", Peg.MARKET)])
def test_what_a_pegged_order_follows_goes_to_the_venue_with_it(exec_inst: str, peg: Peg) -> None:
    floor = Scripted()

    floor.say(order("A1", **PEGGED, exec_inst=exec_inst, ex_destination="XLIT"))

    assert [(child.venue, child.ord_type, child.peg) for child in floor.all(SendChild)] == [
        ("XLIT", OrdType.PEGGED, peg)
    ]


def test_a_replace_brings_no_instruction_that_is_not_kept() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=300, ord_type=OrdType.LIMIT, px=399_000))

    floor.say(
        ReplaceRequest(
            client=CLIENT,
            cl_ord_id="A2",
            orig_cl_ord_id="A1",
            symbol="ACME",
            side=Side.BUY,
            qty=300,
            ord_type=OrdType.LIMIT,
            px=399_000,
            params=(("MaxParticipation", "0.1"),),
        )
    )

    assert floor.states()[-1] == "CANCEL_REJECT NEW A2 BROKER_OPTION"


def test_a_replace_is_held_to_its_exec_inst_as_the_order_was() -> None:
    floor = Scripted()
    floor.say(order("A1", **LIMIT))

    floor.say(_replace(exec_inst="1 2"))
    floor.say(_replace(exec_inst="6", cl_ord_id="A3", orig_cl_ord_id="A2"))

    assert floor.states()[-2:] == ["REPLACED NEW A2 0/300", "CANCEL_REJECT NEW A3 BROKER_OPTION"]
    assert floor.last(CancelReject).text.startswith("ExecInst(18) 6 needs an ExDestination(100)")


GTD = {"tif": TimeInForce.GTD, "expire_time": OPEN + 3_600 * SECOND}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"exec_inst": ""}, "ExecInst(18) cannot be changed at XLIT: '6' is in force, got ''"),
        ({"exec_inst": "1"}, "ExecInst(18) cannot be changed at XLIT: '6' is in force, got '1'"),
        ({"ord_type": OrdType.PEGGED, "exec_inst": "M"}, "OrdType(40) cannot be changed at XLIT"),
        ({"tif": TimeInForce.DAY}, "TimeInForce(59) cannot be changed at XLIT: '6' is in force, got"),
        ({"expire_time": OPEN + 60 * SECOND}, "ExpireTime(126) cannot be changed at XLIT: '202603"),
        ({"display_qty": 100}, "DisplayQty(1138) cannot be changed at XLIT: none is in force, got '100'"),
        ({"min_qty": 100}, "MinQty(110) cannot be changed at XLIT: none is in force, got '100'"),
    ],
)
def test_what_a_replace_cannot_pass_on_to_the_venue_is_refused(changes: dict[str, object], text: str) -> None:
    floor = Scripted()
    floor.say(order("A1", **LIMIT, **GTD, exec_inst="6", ex_destination="XLIT"))
    floor.accept(floor.last(SendChild))

    floor.say(_replace(**changes))

    assert floor.states()[-1] == "CANCEL_REJECT NEW A2 BROKER_OPTION"
    assert floor.last(CancelReject).text.startswith(text)


def test_a_replace_may_say_again_what_is_in_force_at_the_venue() -> None:
    floor = Scripted()
    floor.say(order("A1", **LIMIT, **GTD, exec_inst="1 6", ex_destination="XLIT"))
    floor.accept(floor.last(SendChild))

    floor.say(_replace(**GTD, exec_inst="6 5", px=400_000))

    assert floor.last(ReplaceChild).px == 400_000


def test_the_venue_is_told_when_a_direct_order_expires() -> None:
    floor = Scripted()

    floor.say(order("A1", **LIMIT, **GTD, ex_destination="XLIT"))

    assert floor.last(SendChild).expire_time == OPEN + 3_600 * SECOND


def _replace(**changes: object) -> ReplaceRequest:
    ids = {"client": CLIENT, "cl_ord_id": "A2", "orig_cl_ord_id": "A1"}
    make: Callable[..., ReplaceRequest] = ReplaceRequest
    return make(**ids | {"symbol": "ACME", "side": Side.BUY} | LIMIT | changes)
