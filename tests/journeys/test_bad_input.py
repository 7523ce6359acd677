"""Whatever a client sends, it gets one answer that says what is wrong, and the next good order is filled.

One router as it ships, one client on a bare socket that sends what no FIX engine would, and one on QuickFIX for what it
is willing to send. After each case the session is up, an earlier order answers to a status request, and a market order
is filled; in the end the journal is replayed, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixspec.codec import encode
from router.runtime.fix.fix_messages import Outgoing
from support.fix_peers import connecting, running
from support.live_router import (
    DAY,
    Changes,
    LiveRouter,
    Trader,
    live_router,
    order_fields,
    summary,
    wait_for_the_market,
)
from support.raw_fix import Field, frame

pytestmark = [pytest.mark.fix, pytest.mark.slow]


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRouter]:
    with live_router(tmp_path_factory.mktemp("router")) as router:
        yield router
        assert router.stop() == 0
        assert "quarantined" not in router.log()
        router.check()


@pytest.fixture(scope="module")
def _trader(router: LiveRouter) -> Iterator[Trader]:
    client = router.connect()
    yield Trader(client, "T")
    client.close()


@pytest.fixture
def trader(_trader: Trader) -> Iterator[Trader]:
    yield _trader
    assert _trader.until_status() == []
    _trader.fill_one()


def params(*pairs: tuple[str, str]) -> list[Field]:
    """StrategyParametersGrp(957), if there are any."""
    group: list[Field] = [(957, len(pairs))] if pairs else []
    for name, value in pairs:
        group += [(958, name), (959, 14), (960, value)]
    return group


def only(trader: Trader, changes: Changes, *more: Field) -> str:
    """The one answer to an order."""
    (answer,) = trader.order(changes, *more)
    return summary(answer)


# --- numbers


@pytest.mark.parametrize(
    ("qty", "answer"),
    [
        ("-100", "8 8 8 13 OrderQty(38) must be plain decimal digits: got '-100'"),
        ("0", "8 8 8 13 OrderQty(38) must be greater than zero (limit 0): got '0'"),
        ("100.5", "8 8 8 13 OrderQty(38) must be a whole number of shares: got '100.5'"),
        ("9" * 400, "8 8 8 13 OrderQty(38) must be at most 12 integer digits (limit 12): got '99999"),
        ("1.00000000000000000001", "8 8 8 13 OrderQty(38) must be at most 8 fraction digits (limit 8): got '1.0"),
        ("999999999999", "8 8 8 3 maximum quantity: OrderQty(38) 999,999,999,999 is above the limit 1,000,000"),
        (None, "8 8 8 13 OrderQty(38) must be present: got ''"),
        # Not a number at all: the session says so (SessionRejectReason(373) 6, incorrect data format).
        ("NaN", "3 D 38 6"),
        ("1e5", "3 D 38 6"),
        ("INF", "3 D 38 6"),
        ("+5", "3 D 38 6"),
        ("0x10", "3 D 38 6"),
        ("1 00", "3 D 38 6"),
        (" ", "3 D 38 6"),
        ("", "3 D 38 6"),
        ("\xd9\xa3", "3 D 38 6"),
    ],
)
def test_a_quantity_that_is_none(trader: Trader, qty: str | None, answer: str) -> None:
    assert only(trader, {38: qty}).startswith(answer)


@pytest.mark.parametrize(
    ("px", "answer"),
    [
        ("-1", "8 8 8 99 Price(44) must be plain decimal digits: got '-1'"),
        ("0", "8 8 8 99 Price(44) must be greater than zero (limit 0): got '0'"),
        ("40.255", "8 8 8 99 Price(44) must be a multiple of the tick (limit 0.01): got '40.255'"),
        ("40." + "0" * 20, "8 8 8 99 Price(44) must be at most 8 fraction digits (limit 8): got '40.0"),
        ("40.000000001", "8 8 8 99 Price(44) must be at most 8 fraction digits (limit 8): got '40.000000001'"),
        ("9" * 400, "8 8 8 99 Price(44) must be at most 12 integer digits (limit 12): got '999"),
        ("99.00", "8 8 8 3 price collar: Price(44) 99 is above the limit "),
        (None, "8 8 8 99 Price(44) must be present on a limit order: got ''"),
        ("NaN", "3 D 44 6"),
        ("4e1", "3 D 44 6"),
        ("INF", "3 D 44 6"),
        ("40,00", "3 D 44 6"),
        (" ", "3 D 44 6"),
        ("", "3 D 44 6"),
    ],
)
def test_a_price_that_is_none(trader: Trader, px: str | None, answer: str) -> None:
    assert only(trader, {44: px}).startswith(answer)


# --- terms


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({55: "NONE"}, "8 8 8 1 Symbol(55) must be an instrument that is traded here: got 'NONE'"),
        ({847: "99"}, "8 8 8 99 TargetStrategy(847) must be one of 1 VWAP, 2 POV, 3 IS, 1000 TWAP: got '99'"),
        ({20001: "NOPE"}, "8 8 8 99 strategy 'NOPE' is not one of IS, POV, TWAP, VWAP"),
        ({847: 1, 20001: "VWAP"}, "8 8 8 99 SluiceStrategy(20001) must be absent where TargetStrategy(847) is sent"),
        (
            {100: "XBAD"},
            "8 8 8 99 ExDestination(100) must be one of SLUICE, XLIT, XALT, XINV, XDRK, XBLK, XCRS, XVWP: got",
        ),
        (
            {100: "XFIX"},
            "8 8 8 99 ExDestination(100) must be one of SLUICE, XLIT, XALT, XINV, XDRK, XBLK, XCRS, XVWP: got",
        ),
        ({100: "XLIT", 20001: "TWAP"}, "8 8 8 99 ExDestination(100) XLIT and strategy TWAP: one or the other"),
        ({111: 101}, "8 8 8 99 MaxFloor(111) must be at most OrderQty(38) (limit 100): got '101'"),
        ({1138: 101}, "8 8 8 99 DisplayQty(1138) must be at most OrderQty(38) (limit 100): got '101'"),
        ({110: 500}, "8 8 8 99 MinQty(110) must be at most OrderQty(38) (limit 100): got '500'"),
        ({15: "EUR"}, "8 8 8 99 Currency(15) must be USD, the currency of ACME: got 'EUR'"),
        ({18: "Z"}, "8 8 8 11 ExecInst(18) must be of the codes 1 2 5 6 f G M P R: got 'Z'"),
        ({21: 9}, "8 8 8 11 HandlInst(21) must be 1, 2 or 3: got '9'"),
        ({40: "Z"}, "8 8 8 11 OrdType(40) must be one of 1 MARKET, 2 LIMIT, P PEGGED: got 'Z'"),
        ({40: 1}, "8 8 8 99 Price(44) must be absent on a market order: got '40.00'"),
        ({59: "Z"}, "8 8 8 11 TimeInForce(59) must be one of 0 DAY, 1 GTC, 2 AT_OPEN, 3 IOC, 4 FOK, 6 GTD, 7 AT_CLOSE"),
        ({59: 6}, "8 8 8 99 ExpireTime(126) must be present (or ExpireDate(432)) where TimeInForce(59) is 6: got ''"),
        ({59: 4}, "8 8 8 11 TimeInForce(59) 4 needs an ExDestination(100): no router can promise it over venues"),
        ({59: 3, 20001: "VWAP"}, "8 8 8 11 TimeInForce(59) 3 cannot be worked by a strategy: Day, GTC or GTD"),
        ({54: 9}, "3 D 54 5"),
        ({60: "now"}, "3 D 60 6"),
    ],
)
def test_terms_that_cannot_be(trader: Trader, changes: Changes, answer: str) -> None:
    assert only(trader, changes).startswith(answer)


@pytest.mark.parametrize("tag", [11, 21, 40, 54, 55, 60])
def test_an_order_without_a_field_that_it_must_have(trader: Trader, tag: int) -> None:
    required = tag != 21  # HandlInst(21) has a default in FIX 4.4

    assert only(trader, {44: "37.00", tag: None}) == (f"3 D {tag} 1" if required else "8 0 0")


# --- an account that is not the client's


def test_an_account_that_is_not_the_clients(tmp_path: Path, repo: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config").mkdir()
    for path in sorted((repo / "config").rglob("*.toml")):
        copy = home / path.relative_to(repo)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text())
    (home / "sessions.cfg").write_text((repo / "sessions.cfg").read_text())
    with (home / "config" / "risk.toml").open("a") as risk:
        risk.write('[client.EMS44]\naccounts = ["ACC1", "ACC2"]\n')

    with live_router(tmp_path, "--config", str(home)) as router:
        client = router.connect()
        wait_for_the_market(client, "A", {1: "ACC1"})
        client.send("D", *order_fields("A1", {1: "ACC3"}))
        answer = summary(client.receive_message())
        client.close()
        assert router.stop() == 0

    assert answer == "8 8 8 15 accounts: Account(1) 'ACC3' is not one of the 2 that the client may use"


# --- parameters

VWAP: Changes = {20001: "VWAP", 40: 1, 44: None}
POV: Changes = {20001: "POV", 40: 1, 44: None}
TWAP: Changes = {20001: "TWAP", 40: 1, 44: None}
NOT_A_FRACTION = "StrategyParameterValue(960) must be a {} of at most 1 (fraction) (limit 1): got '{}'"
BOTH = "must be absent where {} gives ParticipationRate, never both at once: got '0.2'"


@pytest.mark.parametrize(
    ("changes", "more", "text"),
    [
        (POV, [], "ParticipationRate: is required: got ''"),
        (VWAP, [("Bogus", "1")], "Bogus: is not a parameter of this algorithm, which knows StartTime, EndTime, "),
        (POV, [("ParticipationRate", "1.5")], NOT_A_FRACTION.format("ParticipationRate", "1.5")),
        (POV, [("ParticipationRate", "abc")], "StrategyParameterValue(960) must be plain decimal digits: got 'abc'"),
        (POV, [("ParticipationRate", "0")], "ParticipationRate: must be at least 0.000001: got '0'"),
        (POV, [("ParticipationRate", "0.9")], "maximum participation: ParticipationRate 0.9 is above the limit 0.50"),
        (
            POV,
            [("ParticipationRate", "0.1"), ("ParticipationRate", "0.2")],
            "StrategyParameterValue(960) " + BOTH.format("StrategyParameterValue(960)"),
        ),
        (
            POV | {849: "0.1"},
            [("ParticipationRate", "0.2")],
            "StrategyParameterValue(960) " + BOTH.format("ParticipationRate(849)"),
        ),
        (
            VWAP,
            [("MinParticipation", "0.3"), ("MaxParticipation", "0.1")],
            "MinParticipation: must not exceed MaxParticipation 0.1: got '0.3'",
        ),
        (VWAP, [("Urgency", "Extreme")], "Urgency: must be one of Low, Medium, High: got 'Extreme'"),
        (VWAP, [("DarkPct", "2")], NOT_A_FRACTION.format("DarkPct", "2")),
        (VWAP, [("VenuesInclude", "XBAD")], "VenuesInclude/VenuesExclude name no venue of ours: XBAD"),
        (
            VWAP,
            [("VenuesInclude", "XLIT"), ("VenuesExclude", "XLIT")],
            "VenuesExclude: must not name a venue of VenuesInclude: got 'XLIT'",
        ),
        (VWAP, [("IWouldPrice", "NaN")], "StrategyParameterValue(960) must be plain decimal digits: got 'NaN'"),
        (VWAP, [("DisplayQty", "101")], "MaxFloor(111) must be at most OrderQty(38) (limit 100): got '101'"),
        (VWAP, [("x" * 900, "1" * 1000)], "StrategyParameterName(958) must be CamelCase of at most 40 letters"),
        (VWAP, [("", "1")], "tag 958 has no value at byte "),
        (VWAP, [("Urgency", "")], "tag 960 has no value at byte "),
    ],
)
def test_parameters_that_cannot_be(trader: Trader, changes: Changes, more: list[tuple[str, str]], text: str) -> None:
    reason = "3" if text.startswith("maximum") else "99"

    assert only(trader, changes, *params(*more)).startswith(f"8 8 8 {reason} {text}")


@pytest.mark.parametrize("count", ["2", "-1", "1000000000", "x", ""])
def test_a_parameter_group_that_does_not_count_its_entries(trader: Trader, count: str) -> None:
    answer = only(trader, VWAP, (957, count), (958, "Urgency"), (959, 14), (960, "Low"))

    assert answer in {"3 D 957 16", "3 D 957 6"}


@pytest.mark.parametrize(
    ("window", "text"),
    [
        ({168: "15:00", 126: "14:00"}, f"EndTime: must be after StartTime {DAY}-15:00:00: got '{DAY}-14:00:00'"),
        ({168: "15:00", 126: "15:00"}, f"EndTime: must be after StartTime {DAY}-15:00:00: got '{DAY}-15:00:00'"),
        ({168: "20:00"}, f"StartTime: must not be beyond the close {DAY}-20:00:00: got '{DAY}-20:00:00'"),
        ({168: "21:00"}, f"StartTime: must not be beyond the close {DAY}-20:00:00: got '{DAY}-21:00:00'"),
        ({126: "10:00"}, "EndTime: must not be past; it is now "),
        ({168: "17-15:00"}, f"StartTime: must be on the day of the session that closes {DAY}-20:00:00: got"),
        ({126: "15-15:00"}, "EndTime: must not be past; it is now "),
    ],
)
def test_windows_that_cannot_be(trader: Trader, window: dict[int, str], text: str) -> None:
    times = {tag: f"{DAY[:-2]}{time if '-' in time else f'16-{time}'}:00" for tag, time in window.items()}

    assert only(trader, {**TWAP, **times}).startswith(f"8 8 8 99 {text}")


def test_a_date_that_is_in_no_calendar(trader: Trader) -> None:
    assert only(trader, {**TWAP, 126: "20260230-15:00:00"}).startswith(
        "8 8 8 99 ExpireTime(126) must be a date of the calendar: got '20260230'"
    )


# --- text

HOSTILE = {
    "newline": "a\nb",
    "return": "a\rb",
    "nothing": "a\x00b",
    "escape": "\x1b[31mred",
    "delete": "a\x7fb",
    "latin-1": "caf\xe9",
    "utf-8": "Z\xc3\xbcrich",
    "no utf-8": "\xff\xfe\x80",
    "64 KB": "y" * 65_536,
}


@pytest.mark.parametrize("tag", [1, 11, 48, 50, 55, 57, 58, 100, 115, 116, 129, 207, 20001, 20099])
def test_hostile_text_in_a_field_of_an_order(trader: Trader, tag: int) -> None:
    answers = {name: [summary(answer)[:5] for answer in trader.order({tag: text})] for name, text in HOSTILE.items()}

    assert answers == {name: ["8 8 8"] for name in HOSTILE}


@pytest.mark.parametrize("tag", [11, 37, 41, 55, 58])
def test_hostile_text_in_a_field_of_a_cancel(trader: Trader, tag: int) -> None:
    cancel: dict[int, str | int] = {11: trader.new_id(), 41: "never sent", 55: "ACME", 54: 1, 60: f"{DAY}-13:30:00"}
    answers = {
        name: [summary(answer)[:5] for answer in trader.ask("F", *(cancel | {tag: text}).items())]
        for name, text in HOSTILE.items()
    }

    assert answers == {name: ["9 1 8"] for name in HOSTILE}


@pytest.mark.parametrize("tag", [11, 37, 55, 790])
def test_hostile_text_in_a_field_of_a_status_request(trader: Trader, tag: int) -> None:
    status: dict[int, str | int] = {11: "never sent", 55: "ACME", 54: 1}
    answers = {
        name: [summary(answer)[:5] for answer in trader.ask("H", *(status | {tag: text}).items())]
        for name, text in HOSTILE.items()
    }

    assert answers == {name: ["8 I 8"] for name in HOSTILE}


# --- orders and requests that do not go together


def request(orig: str, changes: Changes) -> list[Field]:
    """An OrderCancelReplaceRequest(G) of the standing order, to what it is."""
    return order_fields("", {38: 1_000, 44: "37.00", 41: orig, **changes})


def test_a_cl_ord_id_used_before_is_refused_with_the_first_orders_state(trader: Trader) -> None:
    (answer,) = trader.ask("D", *order_fields(trader.standing))

    assert (summary(answer)[:8], answer.get(151)) == ("8 8 0 6 ", "1000")


def test_an_order_resent_is_answered_with_its_state(trader: Trader) -> None:
    (answer,) = trader.ask("D", (97, "Y"), *order_fields(trader.standing))

    assert (summary(answer), answer.get(151)) == ("8 I 0", "1000")


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({41: "never sent"}, "9 1 8 1 OrigClOrdID(41) never sent names no order of EMS44"),
        ({55: "BOLT"}, "9 1 0 99 Symbol(55) BOLT: the order's is ACME"),
        ({54: 2}, "9 1 0 99 Side(54) 2: the order's is 1"),
        ({37: "X1"}, "9 1 0 99 OrderID(37) X1 is not that of OrigClOrdID(41) T-standing: "),
        ({11: "T-standing"}, "9 1 0 6 ClOrdID(11) T-standing was used before, for order "),
        ({41: None}, "3 F 41 1"),
    ],
)
def test_a_cancel_that_cannot_be(trader: Trader, changes: Changes, answer: str) -> None:
    fields: Changes = {11: trader.new_id(), 41: trader.standing, 55: "ACME", 54: 1, 60: f"{DAY}-13:30:00", **changes}

    (only_answer,) = trader.ask("F", *[(tag, value) for tag, value in fields.items() if value is not None])

    assert summary(only_answer).startswith(answer)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({41: "never sent"}, "9 2 8 1 OrigClOrdID(41) never sent names no order of EMS44"),
        ({55: "BOLT"}, "9 2 0 99 Symbol(55) BOLT: the order's is ACME"),
        ({55: "NONE"}, "9 2 0 99 Symbol(55) must be an instrument that is traded here: got 'NONE'"),
        ({54: 2}, "9 2 0 99 Side(54) 2: the order's is 1"),
        ({11: "T-standing"}, "9 2 0 6 ClOrdID(11) T-standing was used before, for order "),
        ({38: "-5"}, "9 2 0 99 OrderQty(38) must be plain decimal digits: got '-5'"),
        ({38: "100.5"}, "9 2 0 99 OrderQty(38) must be a whole number of shares: got '100.5'"),
        ({44: "37.005"}, "9 2 0 99 Price(44) must be a multiple of the tick (limit 0.01): got '37.005'"),
        ({44: "99.00"}, "9 2 0 2 price collar: Price(44) 99 is above the limit "),
        ({40: 1}, "9 2 0 99 Price(44) must be absent on a market order: got '37.00'"),
        ({20001: "VWAP"}, "9 2 0 2 the strategy "),
        ({1: "a\nb"}, "9 2 0 99 Account(1) must be printable ASCII: got 'a b'"),
        ({41: None}, "3 G 41 1"),
    ],
)
def test_a_replace_that_cannot_be(trader: Trader, changes: Changes, answer: str) -> None:
    fields = request(trader.standing, {11: trader.new_id(), **changes})

    (only_answer,) = trader.ask("G", *fields)

    assert summary(only_answer).startswith(answer)


def test_requests_on_top_of_each_other_are_each_answered_in_their_turn(trader: Trader) -> None:
    name, first, second, third = (trader.new_id() for _ in range(4))
    trader.fix.send("D", *order_fields(name, {38: 500, 44: "37.00"}))
    trader.fix.send("G", *order_fields(first, {41: name, 38: 400, 44: "37.00"}))
    trader.fix.send("G", *order_fields(second, {41: first, 38: 300, 44: "36.99"}))
    trader.fix.send("F", (11, third), (41, second), (55, "ACME"), (54, 1), (60, f"{DAY}-13:30:00"))

    finals = {name: "8 0 0", first: "8 5 ", second: "8 5 ", third: "8 4 4"}
    said: dict[str, list[str]] = {cl_ord_id: [] for cl_ord_id in finals}
    while not any(line.startswith("8 4 4") for line in said[third]):
        report = trader.fix.receive_message()
        said.setdefault(report.get(11), []).append(summary(report))

    ends = {cl_ord_id: [line for line in said[cl_ord_id] if line.startswith(end)] for cl_ord_id, end in finals.items()}
    assert {cl_ord_id: len(lines) for cl_ord_id, lines in ends.items()} == dict.fromkeys(finals, 1), said


# --- messages that are not for us


@pytest.mark.parametrize("msg_type", ["AE", "q", "6", "UXX", "B", "zz"])
def test_a_message_type_that_is_not_supported(trader: Trader, msg_type: str) -> None:
    number = trader.fix.number

    (answer,) = trader.ask(msg_type, (11, "x"), (55, "ACME"))

    assert summary(answer) == f"j {msg_type} 3 MsgType(35) {msg_type} is not supported"
    assert answer.get(45) == str(number)


def test_a_message_type_of_our_own_dictionary_that_is_not_a_request(trader: Trader) -> None:
    report: list[Field] = [(37, "O"), (17, "E"), (150, 0), (39, 0), (55, "ACME"), (54, 1), (151, 0), (14, 0), (6, 0)]

    (answer,) = trader.ask("8", *report)

    assert summary(answer) == "j 8 3 MsgType(35) 8 is not supported"


def test_a_reject_is_never_answered_by_a_reject(router: LiveRouter, trader: Trader) -> None:
    answers = trader.ask("j", (45, 1), (372, "8"), (380, 0), (58, "we did not like it\n"))

    assert answers == []
    assert "EMS44 sent a BusinessMessageReject(j) of our 8 1: we did not like it" in router.log()


# --- frames that are not FIX


def test_bytes_that_are_no_message_are_passed_over(trader: Trader) -> None:
    good = frame("D", [(49, "EMS44"), (56, "SLUICE"), (34, trader.fix.number), *order_fields(trader.new_id())])
    for text in ("hello\x01\x01\x00\xff", good[:-4] + "000\x01", re.sub("\x019=[0-9]+", "\x019=5", good)):
        trader.fix.send_text(text)

    assert trader.until_status() == []


@pytest.mark.parametrize(
    ("more", "answer"),
    [((38, 200), "3 D 38 13"), ((0, 1), "3 D 0 0"), ((-5, 1), "3 D -5 0"), ((109, "x"), "3 D 109 0")],
)
def test_a_field_that_must_not_be_there(trader: Trader, more: Field, answer: str) -> None:
    assert only(trader, {}, more) == answer


def test_a_test_request_of_64_kb_comes_back(trader: Trader) -> None:
    (answer,) = trader.ask("1", (112, "t" * 65_536))

    assert (answer.msg_type, len(answer.get(112))) == ("0", 65_536)


# --- a client with a FIX engine


@pytest.mark.parametrize(("name", "version"), [("EMS42", "FIX.4.2")])
def test_what_quickfix_is_willing_to_send(router: LiveRouter, tmp_path: Path, name: str, version: str) -> None:
    bad: list[Changes] = [
        {38: "-100"},
        {38: "0"},
        {38: "100.5"},
        {38: "9" * 400},
        {44: "40." + "0" * 20},
        {44: "40.001"},
        {55: "NONE"},
        {11: "a\nb"},
        {58: "y" * 65_536},
        {20001: "NOPE"},
    ]
    with running(tmp_path, connecting(router.port, name, version), plays_client=True) as (port, heard):
        heard.wait_up("SLUICE")
        for number, changes in enumerate(bad):
            text = frame("D", order_fields(f"q{number}", changes), version)
            port.send(Outgoing("SLUICE", text))
        good = encode("D", order_fields("q-good", {40: 1, 44: None}), version)
        port.send(Outgoing("SLUICE", good))
        heard.wait(lambda heard: any(summary(message).startswith("8 2 2") for message in heard.messages))

    answers = [(message.get(11), message.get(39)) for message in heard.messages]
    expected = [("a b" if number == 7 else f"q{number}", "8") for number in range(len(bad))]
    fills = answers[len(bad) + 1 :]
    assert answers[: len(bad) + 1] == [*expected, ("q-good", "0")]
    assert fills == [*[("q-good", "1")] * (len(fills) - 1), ("q-good", "2")]
