"""Order entry: each request's answer, and that a client sees its own orders and nobody else's."""

from __future__ import annotations

import pytest

from fixspec.codec import decode, encode
from router.core.events import (
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildReplaced,
    ChildRequestRejected,
    FirmUpRequest,
    VenueDown,
    VenueUp,
)
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild
from router.core.types import SECOND, LastLiquidityInd, PrintKind, Side
from simulator.face.face import ClientTerms, FixFace, Heard

AT = 1_773_667_800_123_000_000
Field = tuple[int, str | int]
ORDER: dict[int, str | int] = {11: "a", 55: "ACME", 54: 1, 38: 300, 40: 2, 44: "40.01"}
PLAIN, HOUSE = "PLAIN", "HOUSE"


@pytest.fixture
def face() -> FixFace:
    terms = {PLAIN: ClientTerms(cancel_on_disconnect=True), HOUSE: ClientTerms(house_tags=True)}
    return FixFace("XLIT", {"ACME": Instrument("ACME"), "BOLT": Instrument("BOLT")}, terms)


def ask(face: FixFace, msg_type: str, fields: dict[int, str | int], client: str = PLAIN) -> Heard:
    return face.message(AT, client, encode(msg_type, [(34, 7), *fields.items()]))


def said(text: str, *tags: int) -> str:
    """A message's type, and the fields named."""
    message = decode(text)
    return " ".join([message.msg_type, *(f"{tag}={message.get(tag)}" for tag in tags if tag in message)])


def answer(heard: Heard, *tags: int) -> str:
    """The one message with which a request was answered at once."""
    assert heard.commands == ()
    ((_, text),) = heard.letters
    return said(text, *tags)


def request_of(heard: Heard) -> str:
    """The id by which the venue knows the one request that was passed on to it."""
    (command,) = heard.commands
    assert isinstance(command, ReplaceChild | CancelChild), command
    return command.request_id


def enter(face: FixFace, client: str = PLAIN, **changes: str | int) -> str:
    """An order that the venue has accepted; the id that the venue knows it by."""
    (command,) = ask(face, "D", ORDER | {int(tag[1:]): value for tag, value in changes.items()}, client).commands
    face.report(AT, ChildAccepted("XLIT", command.child_id, "XLIT-1", 500))
    return command.child_id


def fill(child_id: str, exec_id: str, qty: int, cum: int) -> ChildFilled:
    return ChildFilled(
        venue="XLIT",
        child_id=child_id,
        exec_id=exec_id,
        qty=qty,
        px=400_100,
        liquidity=LastLiquidityInd.AUCTION,
        last_mkt="XLIT",
        kind=PrintKind.CROSS,
        cum_qty=cum,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({38: "100.5"}, "8 150=8 103=99 58=OrderQty(38) must be a whole number of shares: got '100.5'"),
        ({38: 0}, "8 150=8 103=99 58=OrderQty(38) must be greater than zero (limit 0): got '0'"),
        ({55: "MOON"}, "8 150=8 103=1 58=Symbol(55) must be one of 2 that are traded here: got 'MOON'"),
        ({40: 3}, "8 150=8 103=99 58=OrdType(40) must be one of 1, 2, P: got '3'"),
        ({40: 1}, "8 150=8 103=99 58=OrdType(40)=1 takes no Price(44): got '40.01'"),
        ({18: "M"}, ("8 150=8 103=11 58=OrdType(40)=P goes with one of M, R, P in ExecInst(18): got OrdType(40)=2, "
                    "ExecInst(18)='M'")),
        ({18: "G"}, "8 150=8 103=99 58=ExecInst(18) must be 6, one of M, R, P, or both: got 'G'"),
        ({59: 6}, "8 150=8 103=99 58=ExpireTime(126) and TimeInForce(59)=6 go together: got none"),
        ({211: "0.01"}, "8 150=8 103=99 58=PegOffsetValue(211) goes with OrdType(40)=P: got '0.01'"),
        ({40: "P", 18: "R", 211: "0.00001"}, ("8 150=8 103=99 58=PegOffsetValue(211) must be a multiple of the price "
                                            "scale (limit 1/10000): got '0.00001'")),
        ({40: "P", 18: "R", 211: "1", 836: 1}, "8 150=8 103=99 58=PegOffsetType(836) must be 0 (a price): got '1'"),
        ({111: 100, 1086: 300}, ("8 150=8 103=99 58=DisplayHighQty(1086) and DisplayMethod(1084)=3 go together: "
                                 "got '300' and ''")),
        ({111: 100, 1088: 50}, "8 150=8 103=11 58=tag 1088 is not supported at this venue: got '50'"),
        ({99: "41"}, "8 150=8 103=11 58=StopPx(99) is not supported at this venue: got '41'"),
        ({111: 100, 1138: 200}, "8 150=8 103=99 58=MaxFloor(111) and DisplayQty(1138) must agree: got 100 and 200"),
        ({54: 9}, "j 58=Side(54) must be one of 1, 2, 5, 6: got '9'"),
        ({11: "x" * 65}, (f"8 150=8 103=99 58=ClOrdID(11) must be at most 64 characters (limit 64): got "
                         f"'{'x' * 16}... (65 characters)'")),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_is_refused_with_rule_limit_and_value(
    face: FixFace, changes: dict[int, str | int], expected: str
) -> None:
    assert answer(ask(face, "D", ORDER | changes), 150, 103, 58) == expected


def test_an_id_is_used_once_and_one_sent_again_is_told_what_became_of_it(face: FixFace) -> None:
    child_id = enter(face)

    again, unsure = ask(face, "D", ORDER), ask(face, "D", ORDER | {97: "Y"})

    assert answer(again, 150, 103, 58) == "8 150=8 103=6 58=ClOrdID(11) must be new: 'a' was used before"
    assert unsure.commands == (QueryChild(venue="XLIT", child_id=child_id, symbol="ACME", side=Side.BUY),)


def test_two_clients_may_use_one_id_and_hear_of_their_own_order_only(face: FixFace) -> None:
    plain, house = enter(face, PLAIN), enter(face, HOUSE)

    heard = [*face.report(AT, fill(plain, "X1", 100, 100)), *face.report(AT, fill(house, "X2", 200, 200))]
    strange = ask(face, "F", {11: "c", 41: "b", 55: "ACME", 54: 1}, HOUSE)

    assert [(client, said(text, 11, 17, 14)) for client, text in heard] == [
        (PLAIN, "8 11=a 17=X1 14=100"),
        (HOUSE, "8 11=a 17=X2 14=200"),
    ]
    assert answer(strange, 39, 102, 58) == "9 39=8 102=1 58=OrigClOrdID(41) must name an order of yours: got 'b'"


def test_no_client_can_change_cancel_or_ask_after_another_ones_order(face: FixFace) -> None:
    enter(face)

    canceled = ask(face, "F", {11: "c", 41: "a", 55: "ACME", 54: 1}, HOUSE)
    replaced = ask(face, "G", ORDER | {11: "b", 41: "a", 38: 200}, HOUSE)
    queried = ask(face, "H", {11: "a", 55: "ACME", 54: 1}, HOUSE)
    (mass,) = ask(face, "q", {11: "m", 530: 7}, HOUSE).letters

    unknown = "102=1 58=OrigClOrdID(41) must name an order of yours: got 'a'"
    assert [answer(each, 102, 58) for each in (canceled, replaced)] == [f"9 {unknown}"] * 2
    assert answer(queried, 150, 39) == "8 150=I 39=8"
    assert said(mass[1], 533) == "r 533=0"


def test_what_fix_44_has_no_field_for_is_said_to_those_who_asked_for_it(face: FixFace) -> None:
    texts = []
    for client in (PLAIN, HOUSE):
        (command,) = ask(face, "D", ORDER, client).commands
        accepted = face.report(AT, ChildAccepted("XLIT", command.child_id, "XLIT-1", 500))
        filled = face.report(AT, fill(command.child_id, f"X{client}", 300, 300))
        texts.append([said(text, 150, 851, 20111, 20113) for _, text in (*accepted, *filled)])

    assert texts == [["8 150=0", "8 150=F"], ["8 150=0 20111=500", "8 150=F 851=4 20113=cross"]]


def test_ids_chain_and_an_older_one_still_names_the_order(face: FixFace) -> None:
    child_id = enter(face)
    replace = request_of(ask(face, "G", ORDER | {11: "b", 41: "a", 38: 200}))
    ((_, replaced),) = face.report(AT, ChildReplaced("XLIT", child_id, replace, 200, 400_100))

    cancel = request_of(ask(face, "F", {11: "c", 41: "a", 55: "ACME", 54: 1}))
    ((_, canceled),) = face.report(AT, ChildCanceled("XLIT", child_id, cancel))

    assert said(replaced, 11, 41, 150, 39, 38, 151) == "8 11=b 41=a 150=5 39=0 38=200 151=200"
    assert said(canceled, 11, 41, 150, 39, 151) == "8 11=c 41=a 150=4 39=4 151=0"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({59: 3}, "TimeInForce(59) of an order cannot be changed: 0, asked for 3"),
        ({18: 6}, "ExecInst(18) of an order cannot be changed: none, asked for 6"),
        ({111: 100}, "MaxFloor(111) of an order cannot be changed: none, asked for 100"),
        ({54: 2}, "Side(54) must be the order's, 1: got '2'"),
        ({44: "0"}, "Price(44) must be greater than zero (limit 0): got '0'"),
        ({11: "a"}, "ClOrdID(11) must be new: 'a' was used before"),
    ],
)
def test_a_replace_that_cannot_be_is_refused(face: FixFace, changes: dict[int, str | int], text: str) -> None:
    enter(face)

    heard = ask(face, "G", ORDER | {11: "b", 41: "a"} | changes)

    assert answer(heard, 39, 434, 58) == f"9 39=0 434=2 58={text}"


def test_a_cancel_that_the_venue_refuses_is_answered_by_a_cancel_reject(face: FixFace) -> None:
    child_id = enter(face)
    cancel = request_of(ask(face, "F", {11: "c", 41: "a", 55: "ACME", 54: 1}))
    face.report(AT, fill(child_id, "X1", 300, 300))

    ((_, text),) = face.report(
        AT, ChildRequestRejected("XLIT", child_id, cancel, "XLIT: the order is done", too_late=True)
    )

    assert said(text, 11, 41, 39, 434, 102, 58) == "9 11=c 41=a 39=2 434=1 102=0 58=XLIT: the order is done"


def test_a_status_request_for_an_order_that_never_was_here_is_answered_at_once(face: FixFace) -> None:
    heard = ask(face, "H", {11: "never", 55: "ACME", 54: 1, 790: "s1"})

    assert answer(heard, 11, 790, 17, 150, 39, 14) == "8 11=never 790=s1 17=0 150=I 39=8 14=0"


def test_busts_and_corrections_name_the_fill_and_move_the_average(face: FixFace) -> None:
    child_id = enter(face)
    face.report(AT, fill(child_id, "X1", 100, 100))
    face.report(AT, fill(child_id, "X2", 100, 200))

    ((_, busted),) = face.report(AT, ChildBusted("XLIT", child_id, "X1-B", "X1"))
    ((_, corrected),) = face.report(AT, ChildCorrected("XLIT", child_id, "X2-C", "X2", 100, 400_200))

    assert said(busted, 17, 19, 150, 39, 32, 14, 151, 6) == "8 17=X1-B 19=X1 150=H 39=1 32=100 14=100 151=200 6=40.01"
    assert said(corrected, 17, 19, 150, 31, 14, 6) == "8 17=X2-C 19=X2 150=G 31=40.02 14=100 6=40.02"


def test_a_mass_cancel_names_what_it_means_and_each_order_ends_by_itself(face: FixFace) -> None:
    first, _, other = enter(face), enter(face, t11="b", t54=2), enter(face, t11="c", t55="BOLT")
    enter(face, HOUSE)

    heard = ask(face, "q", {11: "q1", 530: 1, 55: "ACME", 54: 1})
    ((_, ended),) = face.report(AT, ChildCanceled("XLIT", first, request_of(heard)))
    rest = ask(face, "q", {11: "q2", 530: 7})

    assert said(heard.letters[0][1], 11, 531, 533) == "r 11=q1 531=1 533=1"
    assert [entry.get(41) for entry in decode(heard.letters[0][1]).group(534)] == ["a"]
    assert said(ended, 11, 150, 58) == "8 11=a 150=4 58=OrderMassCancelRequest(q) q1"
    assert [command.child_id for command in rest.commands][-1] == other
    assert len(rest.commands) == 2


def test_a_mass_cancel_of_what_is_not_supported_is_rejected(face: FixFace) -> None:
    heard = ask(face, "q", {11: "q1", 530: 5})
    enter(face)
    used = ask(face, "q", {11: "a", 530: 7})

    text = "MassCancelRequestType(530) must be 1 (one security) or 7 (all orders): got '5'"
    assert answer(heard, 530, 531, 532, 58) == f"r 530=5 531=0 532=0 58={text}"
    assert answer(used, 530, 531, 532, 58) == "r 530=7 531=0 58=ClOrdID(11) must be new: 'a' was used before"


def test_orders_end_with_the_session_of_a_client_who_agreed_to_that_and_of_no_other(face: FixFace) -> None:
    mine = enter(face, PLAIN)
    enter(face, HOUSE)

    commands = [*face.client_down(PLAIN).commands, *face.client_down(HOUSE).commands]

    assert [command.child_id for command in commands] == [mine]


def test_a_venue_that_is_down_says_so_to_every_request(face: FixFace) -> None:
    face.report(AT, VenueDown("XLIT", "power"))
    down = ask(face, "D", ORDER)
    face.report(AT, VenueUp("XLIT"))

    assert answer(down, 45, 372, 379, 380, 58) == "j 45=7 372=D 379=a 380=4 58=XLIT is down: power"
    assert len(ask(face, "D", ORDER).commands) == 1


def test_a_firm_up_request_ends_the_wish_and_says_how_long_there_is_in_its_clients_time() -> None:
    face = FixFace("XLIT", {"ACME": Instrument("ACME")}, {HOUSE: ClientTerms(house_tags=True)}, lambda at: at + SECOND)
    (wish,) = ask(face, "D", ORDER | {20101: "Y", 20102: "2 3"}, HOUSE).commands
    assert isinstance(wish, SendChild)

    ((_, text),) = face.report(AT, FirmUpRequest("XLIT", wish.child_id, "F1", 200, AT + 2 * SECOND))
    (firm,) = ask(face, "D", ORDER | {11: "b", 23: "F1"}, HOUSE).commands

    assert (wish.conditional, wish.blocked_tiers) == (True, (2, 3))
    assert said(text, 11, 150, 39, 23, 27, 62) == "8 11=a 150=4 39=4 23=F1 27=200 62=20260316-13:30:03.123"
    assert isinstance(firm, SendChild)
    assert (firm.conditional, firm.firm_up_id) == (False, "F1")


def test_an_order_that_the_venue_makes_smaller_is_restated_and_goes_by_the_id_that_it_had(face: FixFace) -> None:
    child_id = enter(face)

    ((_, text),) = face.report(AT, ChildReplaced("XLIT", child_id, "", 100, 400_100, kept_place=True, ahead=0))

    assert said(text, 11, 41, 150, 39, 378, 38, 14, 151) == "8 11=a 150=D 39=0 378=5 38=100 14=0 151=100"


def test_an_expire_time_is_read_and_repeated_in_its_clients_time() -> None:
    face = FixFace(
        "XLIT",
        {"ACME": Instrument("ACME")},
        {PLAIN: ClientTerms()},
        wire_time=lambda at: at + 3_600 * SECOND,
        market_time=lambda at: at - 3_600 * SECOND,
    )

    (command,) = ask(face, "D", ORDER | {59: 6, 126: "20260316-14:30:10"}).commands
    ((_, text),) = face.report(AT, ChildAccepted("XLIT", command.child_id, "XLIT-1", 0))

    assert isinstance(command, SendChild)
    assert command.expire_time == 1_773_667_810 * SECOND
    assert said(text, 150, 126) == "8 150=0 126=20260316-14:30:10"


def test_a_peg_and_a_reserve_keep_what_they_asked_for_through_a_replace(face: FixFace) -> None:
    terms: dict[int, str | int] = {40: "P", 18: "R", 111: 100, 211: "-0.02", 1084: 3, 1086: 300}
    (entered,) = ask(face, "D", ORDER | terms).commands

    changed = ask(face, "G", ORDER | terms | {11: "b", 41: "a", 38: 200})
    refused = ask(face, "G", ORDER | terms | {11: "c", 41: "a", 38: 200, 211: "-0.03"})

    (command,) = changed.commands
    assert isinstance(command, ReplaceChild)
    assert (command.child_id, command.qty) == (entered.child_id, 200)
    assert answer(refused, 58) == "9 58=PegOffsetValue(211) of an order cannot be changed: -200, asked for -300"


def test_an_order_is_open_again_where_its_replace_is_acknowledged_after_fills_of_the_new_quantity(
    face: FixFace,
) -> None:
    child_id = enter(face)
    request_id = request_of(ask(face, "G", ORDER | {11: "b", 41: "a", 38: 900}))
    face.report(AT, fill(child_id, "X1", 400, 400))

    ((_, text),) = face.report(AT, ChildReplaced("XLIT", child_id, request_id, 900, 400_100, kept_place=False))

    assert said(text, 11, 150, 39, 38, 14, 151) == "8 11=b 150=5 39=1 38=900 14=400 151=500"
