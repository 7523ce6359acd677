"""The two gates and the kill switch: what comes in, what goes out, and that nothing passes where nothing is known."""

from fractions import Fraction
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.events import NewOrder, ReplaceRequest
from router.core.instruments import Instrument
from router.core.outputs import ReplaceChild, SendChild
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import PPM, SECOND, OrdRejReason, OrdType, Px, Reason, Side
from router.risk.gate import RiskGate
from router.risk.prices import Reference
from router.risk.rules import Refusal
from support.prices import KnownPrices

NOW = 1_000 * SECOND
PRICES = KnownPrices(AAPL=(1_000_000, NOW), MSFT=(3_000_000, NOW))
LIMITS = RiskLimits(
    max_qty=10_000,
    max_notional=1_000_000,
    collar_ppm=100_000,
    max_participation_ppm=300_000,
    max_open_orders=10,
    max_messages_per_second=2,
    symbols=("AAPL", "GME"),
    restricted=("GME",),
    accounts=("GROWTH",),
    child_max_qty=5_000,
    child_max_notional=400_000,
)
ORDER = NewOrder(
    client="BUYSIDE",
    cl_ord_id="1",
    symbol="AAPL",
    side=Side.BUY,
    qty=1_000,
    ord_type=OrdType.LIMIT,
    px=1_000_000,
    account="GROWTH",
)
REPLACE = ReplaceRequest(
    client="BUYSIDE",
    cl_ord_id="2",
    orig_cl_ord_id="1",
    symbol="AAPL",
    side=Side.BUY,
    qty=1_000,
    ord_type=OrdType.LIMIT,
)
CHILD = SendChild(
    venue="XNAS",
    child_id="C1",
    symbol="AAPL",
    side=Side.BUY,
    qty=300,
    ord_type=OrdType.LIMIT,
    px=1_000_000,
    reason=Reason.SWEEP,
)
CHILD_REPLACE = ReplaceChild(
    venue="XNAS",
    child_id="C1",
    request_id="R1",
    symbol="AAPL",
    side=Side.BUY,
    qty=300,
    px=1_000_000,
    reason=Reason.RE_PEG,
)
ANOTHER = ClientProfile("ANOTHER", RiskLimits())
KILLED = Refusal(OrdRejReason.BROKER_OPTION, "kill switch: no order of client BUYSIDE goes out")
ALL_KILLED = Refusal(OrdRejReason.BROKER_OPTION, "kill switch: no order of anybody goes out")
NO_PROFILE = Refusal(OrdRejReason.BROKER_OPTION, "client: STRANGER has no profile here")


def gate(limits: RiskLimits = LIMITS, prices: Reference = PRICES) -> RiskGate:
    clients = {"BUYSIDE": ClientProfile("BUYSIDE", limits), "ANOTHER": ANOTHER}
    return RiskGate(clients, {symbol: Instrument(symbol) for symbol in ("AAPL", "GME", "MSFT")}, prices)


def order(**changes: object) -> NewOrder:
    return msgspec.structs.replace(ORDER, **changes)


def standing(qty: int = 1_000, px: Px | None = 1_000_000, ord_type: OrdType = OrdType.LIMIT) -> SimpleNamespace:
    return SimpleNamespace(qty=qty, ord_type=ord_type, px=px)


def check_child(
    of: RiskGate,
    child: SendChild | ReplaceChild = CHILD,
    *,
    client: str = "BUYSIDE",
    filled: int = 0,
    exposure: int = 0,
    limit_px: Px | None = None,
    replaced_qty: int = 0,
) -> Refusal | None:
    return of.check_child(
        NOW,
        child,
        client=client,
        parent_qty=1_000,
        parent_filled=filled,
        parent_exposure=exposure,
        parent_limit_px=limit_px,
        replaced_qty=replaced_qty,
    )


# --- the gate in


def test_an_order_within_all_limits_passes() -> None:
    assert gate().check_order(NOW, ORDER, 0) is None


@pytest.mark.parametrize(
    ("changes", "reason", "text"),
    [
        ({"symbol": "ZZZ"}, "1", "instrument: Symbol(55) ZZZ is not traded here"),
        ({"symbol": "MSFT"}, "0", "allowed symbols: Symbol(55) MSFT is not one of the 2 that the client may trade"),
        ({"symbol": "GME"}, "0", "restricted list: Symbol(55) GME is one of the 1 on it"),
        ({"account": "X"}, "15", "accounts: Account(1) 'X' is not one of the 1 that the client may use"),
        ({"qty": 0}, "13", "positive quantity: OrderQty(38) 0 is below the limit 1"),
        ({"qty": 10_001}, "3", "maximum quantity: OrderQty(38) 10,001 is above the limit 10,000"),
        (
            {"params": (("ParticipationRate", "0.31"),)},
            "3",
            "maximum participation: ParticipationRate 0.31 is above the limit 0.30",
        ),
        (
            {"px": 1_100_001},
            "3",
            "price collar: Price(44) 110.0001 is above the limit 110, which is 0.10 from the reference 100",
        ),
        (
            {"qty": 9_999, "px": 1_001_000},
            "3",
            "maximum notional: 1,000,899.90 USD is above the limit 1,000,000",
        ),
        (
            {"qty": 10_000, "side": Side.SELL, "px": 1_000_001},
            "3",
            "maximum notional: 1,000,001 USD is above the limit 1,000,000",
        ),
    ],
)
def test_an_order_beyond_a_limit_is_refused_in_the_words_of_its_rule(
    changes: dict[str, object], reason: str, text: str
) -> None:
    assert gate().check_order(NOW, order(**changes), 0) == Refusal(OrdRejReason(reason), text)


def test_all_that_stands_against_an_order_is_told_in_the_order_of_the_checks() -> None:
    bad = order(symbol="GME", qty=20_000, account="OTHER", params=(("MaxParticipation", "0.5"),))
    of = gate(prices=KnownPrices(GME=(1_000_000, NOW)))

    breaches = [each.text.partition(":")[0] for each in of.breaches(NOW, bad, 10)]

    assert breaches == [
        "restricted list",
        "accounts",
        "maximum quantity",
        "open orders",
        "maximum participation",
        "maximum notional",
    ]
    assert list(gate().breaches(NOW, ORDER, 0)) == []


def test_one_open_order_too_many_is_refused() -> None:
    assert gate().check_order(NOW, ORDER, 9) is None
    assert gate().check_order(NOW, ORDER, 10) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT, "open orders: this would be number 11, above the limit 10"
    )


def test_a_client_without_a_profile_is_refused_at_each_door() -> None:
    of = gate()

    assert of.count_message(NOW, "STRANGER") == NO_PROFILE
    assert of.check_order(NOW, order(client="STRANGER"), 0) == NO_PROFILE
    assert of.check_replace(NOW, msgspec.structs.replace(REPLACE, client="STRANGER"), standing()) == NO_PROFILE
    assert check_child(of, client="STRANGER") == NO_PROFILE


def test_a_market_order_is_valued_at_the_reference_whatever_price_it_carries() -> None:
    market = order(ord_type=OrdType.MARKET, px=1, qty=10_000)

    assert gate().check_order(NOW, market, 0) is None
    assert gate(prices=KnownPrices(AAPL=(1_000_100, NOW))).check_order(NOW, market, 0) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT, "maximum notional: 1,000,100 USD is above the limit 1,000,000"
    )


@pytest.mark.parametrize("ord_type", [OrdType.MARKET, OrdType.LIMIT])
def test_without_a_fresh_reference_no_order_is_taken(ord_type: OrdType) -> None:
    stale = KnownPrices(AAPL=(1_000_000, NOW - 61 * SECOND))

    assert gate(prices=stale).check_order(NOW, order(ord_type=ord_type), 0) == Refusal(
        OrdRejReason.BROKER_OPTION, "fresh reference: the price of AAPL is 61 s old, above the limit 60 s"
    )


def test_clients_do_not_share_a_message_rate() -> None:
    of = gate()

    answers = [of.count_message(NOW, client) for client in ("BUYSIDE", "BUYSIDE", "BUYSIDE", "ANOTHER")]

    too_many = Refusal(OrdRejReason.EXCEEDS_LIMIT, "message rate: message 3 within one second is above the limit 2")
    assert answers == [None, None, too_many, None]


# --- replaces


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"qty": 10_001}, "maximum quantity: OrderQty(38) 10,001 is above the limit 10,000"),
        (
            {"px": 1_200_000},
            "price collar: Price(44) 120 is above the limit 110, which is 0.10 from the reference 100",
        ),
        ({"qty": 9_900, "px": 1_050_000}, "maximum notional: 1,039,500 USD is above the limit 1,000,000"),
        (
            {"params": (("MaxParticipation", "0.5"),)},
            "maximum participation: MaxParticipation 0.5 is above the limit 0.30",
        ),
    ],
)
def test_a_replace_that_asks_for_more_is_held_against_the_limits(changes: dict[str, object], text: str) -> None:
    request = msgspec.structs.replace(REPLACE, **changes)

    assert gate().check_replace(NOW, request, standing()) == Refusal(OrdRejReason.EXCEEDS_LIMIT, text)


def test_a_replace_to_an_unknown_account_is_refused_and_one_that_names_none_passes() -> None:
    assert gate().check_replace(NOW, msgspec.structs.replace(REPLACE, account="X"), standing()) == Refusal(
        OrdRejReason.UNKNOWN_ACCOUNT, "accounts: Account(1) 'X' is not one of the 1 that the client may use"
    )
    assert gate().check_replace(NOW, REPLACE, standing()) is None


def test_a_replace_to_nothing_is_refused() -> None:
    assert gate().check_replace(NOW, msgspec.structs.replace(REPLACE, qty=0), standing()) == Refusal(
        OrdRejReason.INCORRECT_QUANTITY, "positive quantity: OrderQty(38) 0 is below the limit 1"
    )


def test_a_replace_that_takes_the_limit_away_asks_for_more() -> None:
    to_market = msgspec.structs.replace(REPLACE, ord_type=OrdType.MARKET)

    assert gate(prices=KnownPrices()).check_replace(NOW, to_market, standing()) == Refusal(
        OrdRejReason.BROKER_OPTION, "fresh reference: there is no price of AAPL to hold the order against"
    )


def test_a_replace_that_asks_for_more_does_not_pass_the_kill_switch() -> None:
    of = gate()
    of.kill(on=True, client="BUYSIDE")

    assert of.check_replace(NOW, msgspec.structs.replace(REPLACE, qty=1_001), standing()) == KILLED


@given(
    side=st.sampled_from([Side.BUY, Side.SELL]),
    qty=st.integers(1, 10**7),
    less=st.integers(0, 10**7),
    px=st.integers(1, 10**7),
    better=st.integers(0, 10**7),
)
def test_a_client_can_always_come_down(side: Side, qty: int, less: int, px: int, better: int) -> None:
    """No more shares at no worse a price: with no reference, killed, beyond every limit of today."""
    of = gate(prices=KnownPrices())
    of.kill(on=True)
    request = msgspec.structs.replace(REPLACE, side=side, qty=max(qty - less, 1), px=px - side.sign * better)

    assert of.check_replace(NOW, request, standing(qty=qty, px=px)) is None


# --- the kill switch


def test_a_killed_client_gets_nothing_in_or_out_and_others_go_on() -> None:
    of = gate()

    of.kill(on=True, client="BUYSIDE")

    assert of.check_order(NOW, ORDER, 0) == KILLED
    assert check_child(of) == KILLED
    assert check_child(of, CHILD_REPLACE, replaced_qty=300) == KILLED
    assert check_child(of, client="ANOTHER") is None
    assert [of.killed("BUYSIDE"), of.killed("ANOTHER")] == [True, False]


def test_a_general_kill_stops_everybody() -> None:
    of = gate()

    of.kill(on=True)

    assert of.check_order(NOW, ORDER, 0) == ALL_KILLED
    assert check_child(of, client="ANOTHER") == ALL_KILLED


def test_lifting_the_general_kill_leaves_a_clients_own_in_force() -> None:
    of = gate()
    of.kill(on=True, client="BUYSIDE")
    of.kill(on=True)

    of.kill(on=False)

    assert [of.killed("BUYSIDE"), of.killed("ANOTHER")] == [True, False]
    of.kill(on=False, client="BUYSIDE")
    assert not of.killed("BUYSIDE")


# --- the gate out


def test_a_child_that_fills_its_parent_exactly_passes_and_one_share_more_does_not() -> None:
    assert check_child(gate(), filled=300, exposure=400) is None
    assert check_child(gate(), filled=301, exposure=400) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT,
        "parent quantity: filled 301 + open 400 + this 300 = 1,001 is above the limit, "
        "OrderQty(38) 1,000 of the parent",
    )


def test_a_replace_adds_only_what_it_asks_beyond_the_child_as_it_stands() -> None:
    """The child of 300 is within the 700 open."""
    grown = msgspec.structs.replace(CHILD_REPLACE, qty=600)

    assert check_child(gate(), grown, exposure=700, replaced_qty=300) is None
    assert check_child(gate(), grown, filled=1, exposure=700, replaced_qty=300) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT,
        "parent quantity: filled 1 + open 700 + this 300 = 1,001 is above the limit, OrderQty(38) 1,000 of the parent",
    )


def test_a_replace_to_less_frees_nothing_before_the_venue_agrees() -> None:
    shrunk = msgspec.structs.replace(CHILD_REPLACE, qty=100)

    assert check_child(gate(), shrunk, exposure=1_000, replaced_qty=300) is None
    assert check_child(gate(), shrunk, exposure=1_001, replaced_qty=300) is not None


@pytest.mark.parametrize(
    ("side", "limit_px", "text"),
    [
        (Side.BUY, 999_999, "parent limit: Price(44) 100 is above the limit, Price(44) 99.9999 of the parent"),
        (Side.SELL, 1_000_001, "parent limit: Price(44) 100 is below the limit, Price(44) 100.0001 of the parent"),
    ],
)
def test_no_child_is_priced_beyond_its_parents_limit(side: Side, limit_px: Px, text: str) -> None:
    child = msgspec.structs.replace(CHILD, side=side)

    assert check_child(gate(), child, limit_px=1_000_000) is None
    assert check_child(gate(), child, limit_px=limit_px) == Refusal(OrdRejReason.EXCEEDS_LIMIT, text)


@pytest.mark.parametrize(
    "child",
    [
        msgspec.structs.replace(CHILD, ord_type=OrdType.MARKET),
        msgspec.structs.replace(CHILD, ord_type=OrdType.PEGGED, px=None),
        msgspec.structs.replace(CHILD_REPLACE, px=None),
    ],
    ids=["market", "unlimited peg", "replaced to no price"],
)
def test_a_child_without_a_price_cannot_serve_a_parent_with_a_limit(child: SendChild | ReplaceChild) -> None:
    assert check_child(gate(), child, limit_px=1_000_000) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT,
        "parent limit: a child without Price(44) cannot keep the limit, Price(44) 100 of the parent",
    )
    assert check_child(gate(), child, limit_px=None) is None


@pytest.mark.parametrize(
    ("changes", "reason", "text"),
    [
        ({"symbol": "ZZZ"}, "1", "instrument: Symbol(55) ZZZ is not traded here"),
        ({"symbol": "GME"}, "0", "restricted list: Symbol(55) GME is one of the 1 on it"),
        ({"qty": 0}, "13", "positive quantity: OrderQty(38) 0 is below the limit 1"),
        ({"qty": 5_001}, "3", "maximum child quantity: OrderQty(38) 5,001 is above the limit 5,000"),
        (
            {"px": 1_100_001},
            "3",
            "price collar: Price(44) 110.0001 is above the limit 110, which is 0.10 from the reference 100",
        ),
    ],
)
def test_a_child_beyond_a_limit_is_refused_in_the_words_of_its_rule(
    changes: dict[str, object], reason: str, text: str
) -> None:
    child = msgspec.structs.replace(CHILD, **changes)

    assert check_child(gate(), child) == Refusal(OrdRejReason(reason), text)


def test_a_child_worth_more_than_the_limit_is_refused() -> None:
    of = gate(msgspec.structs.replace(LIMITS, child_max_notional=30_000))

    assert check_child(of) is None
    assert check_child(of, msgspec.structs.replace(CHILD, px=1_000_001)) == Refusal(
        OrdRejReason.EXCEEDS_LIMIT, "maximum child notional: 30,000.03 USD is above the limit 30,000"
    )


def test_no_child_goes_out_without_a_fresh_reference() -> None:
    assert check_child(gate(prices=KnownPrices())) == Refusal(
        OrdRejReason.BROKER_OPTION, "fresh reference: there is no price of AAPL to hold the order against"
    )


@given(
    side=st.sampled_from([Side.BUY, Side.SELL]),
    qty=st.integers(1, 2_000),
    px=st.one_of(st.none(), st.integers(800_000, 1_200_000)),
    filled=st.integers(0, 1_200),
    exposure=st.integers(0, 1_200),
    limit_px=st.one_of(st.none(), st.integers(800_000, 1_200_000)),
)
def test_what_leaves_keeps_every_promise_to_the_parent(
    side: Side, qty: int, px: Px | None, filled: int, exposure: int, limit_px: Px | None
) -> None:
    child = msgspec.structs.replace(CHILD, side=side, qty=qty, px=px)

    refusal = check_child(gate(), child, filled=filled, exposure=exposure, limit_px=limit_px)

    within = filled + exposure + qty <= 1_000
    keeps_limit = limit_px is None or (px is not None and side.accepts(limit_px, px))
    in_collar = px is None or side.sign * Fraction(px - 1_000_000, 1_000_000) <= Fraction(LIMITS.collar_ppm or 0, PPM)
    assert (refusal is None) == (within and keeps_limit and in_collar)
