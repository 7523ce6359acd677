"""The grammar of values: what is read, what is refused with which words, and how numbers and times are printed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec import values
from fixspec.values import ValueRefused


@pytest.mark.parametrize(("text", "qty"), [("100", 100), ("4100.000000", 4100), ("999999999999", 999_999_999_999)])
def test_reads_whole_quantities(text: str, qty: int) -> None:
    assert values.parse_qty(text) == qty


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("100.5", "OrderQty(38) must be a whole number of shares: got '100.5'"),
        ("0", "OrderQty(38) must be greater than zero (limit 0): got '0'"),
        ("-100", "OrderQty(38) must be plain decimal digits: got '-100'"),
        ("+100", "OrderQty(38) must be plain decimal digits: got '+100'"),
        ("1e3", "OrderQty(38) must be plain decimal digits: got '1e3'"),
        ("", "OrderQty(38) must be plain decimal digits: got ''"),
        (" 100", "OrderQty(38) must be plain decimal digits: got ' 100'"),
        ("100\n", "OrderQty(38) must be plain decimal digits: got '100 '"),
        ("１００", "OrderQty(38) must be plain decimal digits: got '???'"),  # noqa: RUF001 - digits of another script are the case
        ("1" * 13, "OrderQty(38) must be at most 12 integer digits (limit 12): got '1111111111111'"),
        (
            "9" * 400,
            "OrderQty(38) must be at most 12 integer digits (limit 12): got '9999999999999999999999999999999999999...'",
        ),
    ],
)
def test_refuses_quantities_that_quickfix_lets_through(text: str, refusal: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        values.parse_qty(text)

    assert str(refused.value) == refusal


def test_reads_a_price_in_quanta_of_its_scale() -> None:
    assert values.parse_px("59.73") == 597_300
    assert values.parse_px("59.73", 100) == 5_973
    assert values.parse_px("0.00000001", 100_000_000) == 1


def test_a_price_in_pence_is_read_in_pounds() -> None:
    assert values.parse_px("59.73", 10_000, minor=100) == 5_973


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("59.73001", "Price(44) must be a multiple of the price scale (limit 1/10000): got '59.73001'"),
        ("0.0000", "Price(44) must be greater than zero (limit 0): got '0.0000'"),
        ("NAN", "Price(44) must be plain decimal digits: got 'NAN'"),
        ("1.", "Price(44) must be plain decimal digits: got '1.'"),
        (".5", "Price(44) must be plain decimal digits: got '.5'"),
        ("1.123456789", "Price(44) must be at most 8 fraction digits (limit 8): got '1.123456789'"),
    ],
)
def test_refuses_prices_and_never_rounds(text: str, refusal: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        values.parse_px(text)

    assert str(refused.value) == refusal


def test_a_refusal_of_a_tag_outside_the_table_names_its_number() -> None:
    with pytest.raises(ValueRefused, match=r"^tag 9999 must be"):
        values.parse_px("x", tag=9999)


@given(st.integers(1, 10**15))
def test_a_printed_price_reads_back_as_itself(quanta: int) -> None:
    assert values.parse_px(values.format_px(quanta)) == quanta


@given(st.integers(1, 10**13), st.sampled_from([1, 100]))
def test_a_price_in_minor_units_reads_back_as_itself(quanta: int, minor: int) -> None:
    text = values.format_px(quanta, minor=minor)

    assert values.parse_px(text, minor=minor) == quanta


@given(st.integers(1, 100_000))
def test_every_price_to_a_thousand_in_cents_is_exact(cents: int) -> None:
    assert values.parse_px(f"{cents // 100}.{cents % 100:02d}", 100) == cents


def test_prints_prices_as_the_shortest_exact_decimal() -> None:
    printed = [values.format_px(quanta) for quanta in (597_300, 1_000_000, 1, 0)]

    assert printed == ["59.73", "100", "0.0001", "0"]


@pytest.mark.parametrize(
    ("notional", "qty", "digits", "text"),
    [
        (0, 0, 8, "0"),
        (650 * 501_985, 650, 8, "50.1985"),
        (2 * 10_000 + 1 * 10_001, 3, 8, "1.00003333"),
        (5, 100, 5, "0"),  # 0.000005 is halfway: to even, down
        (15, 100, 5, "0.00002"),  # 0.000015 is halfway: to even, up
        (16, 100, 5, "0.00002"),
    ],
)
def test_divides_the_average_price_once_rounding_half_to_even(notional: int, qty: int, digits: int, text: str) -> None:
    assert values.format_avg_px(notional, qty, digits=digits) == text


@given(st.integers(0, 10**15), st.integers(1, 10**9))
def test_average_price_agrees_with_decimal_arithmetic(notional: int, qty: int) -> None:
    expected = (Decimal(notional) / Decimal(qty) / Decimal(10_000)).quantize(Decimal("1E-8"))

    assert abs(Decimal(values.format_avg_px(notional, qty)) - expected) <= Decimal("1E-8")


def test_prints_money_with_its_sign() -> None:
    assert [values.format_amt(quanta) for quanta in (-12_345, 0, 20_000)] == ["-1.2345", "0", "2"]


def test_reads_decimals_exactly_and_signs_only_where_asked() -> None:
    assert values.parse_decimal("-5.77", 8201, signed=True) == Decimal("-5.77")
    with pytest.raises(ValueRefused, match=r"plain decimal digits: got '-5\.77'"):
        values.parse_decimal("-5.77", 8201)


@pytest.mark.parametrize(("number", "text"), [("0.10", "0.1"), ("25", "25"), ("1E-1", "0.1"), ("100", "100")])
def test_prints_decimals_without_exponent_or_idle_zeros(number: str, text: str) -> None:
    assert values.decimal_text(Decimal(number)) == text


def test_reads_integers_inside_their_bounds_only() -> None:
    assert values.parse_int("30", 108, low=5, high=60) == 30
    with pytest.raises(ValueRefused, match=r"^HeartBtInt\(108\) must be from 5 to 60 \(limit 5 to 60\): got '61'$"):
        values.parse_int("61", 108, low=5, high=60)
    with pytest.raises(ValueRefused, match="a whole number"):
        values.parse_int("-10", 108, low=5, high=60)


@pytest.mark.parametrize(
    ("text", "at_ns"),
    [
        ("19700101-00:00:00", 0),
        ("20200302-11:14:36", 1_583_147_676_000_000_000),
        ("20200302-11:14:36.393", 1_583_147_676_393_000_000),
        ("20200302-11:14:36.393125", 1_583_147_676_393_125_000),
        ("20200302-11:14:36.393125007", 1_583_147_676_393_125_007),
        ("20161231-23:59:60", 1_483_228_800_000_000_000),
    ],
)
def test_reads_utc_timestamps_from_seconds_to_nanoseconds(text: str, at_ns: int) -> None:
    assert values.parse_utc_timestamp(text) == at_ns


@pytest.mark.parametrize(
    "text",
    [
        "20200302",
        "20200302-11:14",
        "20200230-11:14:36",
        "20200302-24:00:00",
        "20200302-11:60:00",
        "20200302-11:14:60",
        "20200302-11:14:36.3",
        "20200302-11:14:36Z",
        "19691231-23:59:59",
        "2020-03-02T11:14:36",
    ],
)
def test_refuses_what_is_no_utc_timestamp(text: str) -> None:
    with pytest.raises(ValueRefused, match=r"^TransactTime\(60\) must be "):
        values.parse_utc_timestamp(text)


@given(st.integers(0, 4_102_444_800 * 10**9))
def test_a_printed_timestamp_reads_back_as_itself(at_ns: int) -> None:
    assert values.parse_utc_timestamp(values.format_utc_timestamp(at_ns, 9)) == at_ns
    assert values.parse_utc_timestamp(values.shortest_utc_timestamp(at_ns)) == at_ns


def test_prints_timestamps_cut_to_the_precision_asked() -> None:
    at_ns = 1_583_147_676_393_925_987

    printed = [values.format_utc_timestamp(at_ns, digits) for digits in (0, 3, 6, 9)]

    assert printed == [
        "20200302-11:14:36",
        "20200302-11:14:36.393",
        "20200302-11:14:36.393925",
        "20200302-11:14:36.393925987",
    ]


def test_reads_a_time_of_day() -> None:
    assert values.parse_utc_time("14:30:00", 20016) == 52_200 * 10**9
    with pytest.raises(ValueRefused, match="a UTC time HH:MM:SS"):
        values.parse_utc_time("2:30", 20016)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "printable ASCII, and not empty"),
        ("a\x01b", "printable ASCII, and not empty"),
        ("a\nb", "printable ASCII, and not empty"),
        ("Zürich", "printable ASCII, and not empty"),
        ("a ", "without space at its ends"),
        ("x" * 65, "at most 64 characters"),
    ],
)
def test_refuses_ids_that_are_no_printable_ascii_of_64(text: str, rule: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        values.parse_id(text)

    assert refused.value.rule == rule


def test_keeps_an_id_as_it_came() -> None:
    assert values.parse_id("IREACH_t182.j#a1") == "IREACH_t182.j#a1"


def test_cleans_text_of_what_would_write_tags() -> None:
    assert values.clean_text("a\x01555=1\n\x7f") == "a 555=1  "
    assert values.clean_text("Zürich \udce9") == "Z?rich ?"
    assert values.clean_text("x" * 600) == "x" * 509 + "..."


@given(st.text())
def test_clean_text_is_always_sendable(text: str) -> None:
    cleaned = values.clean_text(text)

    assert cleaned.isascii()
    assert cleaned.isprintable()
    assert len(cleaned) <= values.TEXT_LENGTH_MAX
