"""One client's limits, each at its limit (passes) and one beyond (refused, with the words that the client reads)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.instruments import Instrument
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import SECOND, OrdRejReason
from router.risk.client import ClientLimits
from router.risk.rules import Refusal

NO_LIMITS = RiskLimits(
    max_qty=None,
    max_notional=None,
    collar_ppm=None,
    max_participation_ppm=None,
    max_open_orders=None,
    max_messages_per_second=None,
)
AAPL = Instrument(symbol="AAPL", adv=10_000)


def client(**limits: object) -> ClientLimits:
    return ClientLimits(ClientProfile("BUYSIDE", RiskLimits(**limits)))  # type: ignore[arg-type]  # any field of it


def exceeds(text: str) -> Refusal:
    return Refusal(OrdRejReason.EXCEEDS_LIMIT, text)


def test_quantity_at_the_limit_passes_and_one_more_does_not() -> None:
    limits = client(max_qty=1_000_000)

    assert limits.check_qty(1_000_000, Instrument("MSFT")) is None
    assert limits.check_qty(1_000_001, Instrument("MSFT")) == exceeds(
        "maximum quantity: OrderQty(38) 1,000,001 is above the limit 1,000,000"
    )


@pytest.mark.parametrize("qty", [0, -100])
def test_an_order_is_for_one_share_at_least(qty: int) -> None:
    assert client().check_qty(qty, AAPL) == Refusal(
        OrdRejReason.INCORRECT_QUANTITY, f"positive quantity: OrderQty(38) {qty:,} is below the limit 1"
    )


def test_quantity_at_its_share_of_an_average_day_passes_and_one_more_does_not() -> None:
    limits = client(max_adv_ppm=250_000)

    assert limits.check_qty(2_500, AAPL) is None
    assert limits.check_qty(2_501, AAPL) == exceeds(
        "share of daily volume: OrderQty(38) 2,501 is above the limit 2,500, which is 0.25 of the average day's 10,000"
    )


def test_without_a_known_average_day_its_share_is_no_limit() -> None:
    assert client(max_adv_ppm=1).check_qty(1_000_000, Instrument("MSFT")) is None


def test_the_last_open_order_that_the_limit_allows_passes_and_the_next_does_not() -> None:
    limits = client(max_open_orders=20_000)

    assert limits.check_open_orders(19_999) is None
    assert limits.check_open_orders(20_000) == exceeds(
        "open orders: this would be number 20,001, above the limit 20,000"
    )


def test_an_account_is_one_of_the_clients() -> None:
    limits = client(accounts=("GROWTH", "VALUE"))

    assert limits.check_account("VALUE") is None
    assert limits.check_account("OTHER") == Refusal(
        OrdRejReason.UNKNOWN_ACCOUNT, "accounts: Account(1) 'OTHER' is not one of the 2 that the client may use"
    )


def test_an_order_without_an_account_is_refused_where_accounts_are_named() -> None:
    assert client(accounts=("GROWTH",)).check_account("") == Refusal(
        OrdRejReason.UNKNOWN_ACCOUNT, "accounts: Account(1) '' is not one of the 1 that the client may use"
    )


def test_a_symbol_is_one_of_those_allowed() -> None:
    limits = client(symbols=("AAPL", "MSFT"))

    assert limits.check_symbol("AAPL") is None
    assert limits.check_symbol("GME") == Refusal(
        OrdRejReason.BROKER_OPTION, "allowed symbols: Symbol(55) GME is not one of the 2 that the client may trade"
    )


def test_a_symbol_on_the_restricted_list_is_refused_though_it_is_allowed() -> None:
    limits = client(symbols=("AAPL", "GME"), restricted=("GME",))

    assert limits.check_symbol("GME") == Refusal(
        OrdRejReason.BROKER_OPTION, "restricted list: Symbol(55) GME is one of the 1 on it"
    )


@pytest.mark.parametrize("parameter", ["ParticipationRate", "MaxParticipation", "MinParticipation"])
def test_participation_at_the_limit_passes_and_above_it_does_not(parameter: str) -> None:
    limits = client(max_participation_ppm=300_000)

    assert limits.check_participation((("Urgency", "High"), (parameter, "0.300000"))) is None
    assert limits.check_participation(((parameter, "0.3000001"),)) == exceeds(
        f"maximum participation: {parameter} 0.3000001 is above the limit 0.30"
    )


@pytest.mark.parametrize("text", ["lots", "", "-0.1", "1e-1", "NaN", "0,1", "٣"])
def test_a_participation_that_cannot_be_read_is_refused(text: str) -> None:
    assert client(max_participation_ppm=300_000).check_participation((("MaxParticipation", text),)) == exceeds(
        f"maximum participation: MaxParticipation {text!r} cannot be held against the limit 0.30: "
        "it is not a decimal fraction"
    )


def test_a_limit_of_none_is_off() -> None:
    limits = ClientLimits(ClientProfile("BUYSIDE", NO_LIMITS))

    refusals = [
        limits.check_qty(10**12, AAPL),
        limits.check_open_orders(10**6),
        limits.check_participation((("MaxParticipation", "0.99"),)),
        limits.check_symbol("ANY"),
        limits.check_account("ANY"),
        *(limits.count_message(0) for _ in range(100)),
    ]

    assert refusals == [None] * len(refusals)


def test_messages_up_to_the_rate_pass_and_the_next_waits_until_a_second_after_the_first() -> None:
    limits = client(max_messages_per_second=3)
    refused = exceeds("message rate: message 4 within one second is above the limit 3")

    answers = [limits.count_message(at) for at in (0, 10, 20, 30, SECOND - 1, SECOND, SECOND + 5, SECOND + 10)]

    assert answers == [None, None, None, refused, refused, None, refused, None]


def test_a_rate_of_nothing_lets_nothing_through() -> None:
    assert client(max_messages_per_second=0).count_message(0) == exceeds(
        "message rate: message 1 within one second is above the limit 0"
    )


@given(
    gaps=st.lists(st.integers(0, SECOND // 2), max_size=60),
    limit=st.integers(1, 8),
)
def test_the_rate_is_kept_in_every_second_and_nobody_is_refused_below_it(gaps: list[int], limit: int) -> None:
    limits = client(max_messages_per_second=limit)
    passed: list[int] = []
    at = 0

    for gap in gaps:
        at += gap
        within = sum(1 for earlier in passed if at - earlier < SECOND)
        refused = limits.count_message(at) is not None
        assert refused == (within >= limit), (at, passed)
        if not refused:
            passed.append(at)
