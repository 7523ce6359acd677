"""Strategy parameters: what text becomes, what is refused, and in which words."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.params import (
    AlgoParams,
    Kind,
    Param,
    ParamRefusal,
    describe,
    param_fields,
    parse_params,
    resolve_window,
    show_ppm,
    show_time,
)
from router.core.types import PPM, SECOND

DAY = 1_782_864_000 * SECOND
"""2026-07-01 00:00:00 UTC."""
HOUR = 3600 * SECOND
OPEN, CLOSE = DAY + 13 * HOUR + 1800 * SECOND, DAY + 20 * HOUR


class ModelParams(AlgoParams, frozen=True, kw_only=True):
    """An algorithm's own parameters, one of each kind that the shared ones lack."""

    interval: Annotated[int, Param(Kind.DURATION, "Between slices.", low=SECOND)]
    risk_aversion: Annotated[float | None, Param(Kind.NUMBER, "Lambda.", low=0.0)] = None
    curve: Annotated[tuple[int, ...], Param(Kind.RATES, "Fractions.")] = ()


def parse(*pairs: tuple[str, str]) -> AlgoParams | ParamRefusal:
    return parse_params(AlgoParams, pairs, price_scale=10_000, lot=100)


def refusal(*pairs: tuple[str, str]) -> str:
    refused = parse(*pairs)
    assert isinstance(refused, ParamRefusal), refused
    return refused.text


def test_text_becomes_exact_integers_and_absent_parameters_keep_their_defaults() -> None:
    assert parse(
        ("Completion", "Complete"),
        ("DarkPct", "0.3"),
        ("DisplayQty", "300"),
        ("EndTime", "20260701-19:59:59.5".ljust(21, "0")),
        ("IWouldPrice", "100.0001"),
        ("IWouldQty", "500"),
        ("MaxParticipation", "0.150001"),
        ("MinParticipation", "0"),
        ("RelativeLimit", "-12.5"),
        ("StartTime", "20260701-14:00:00"),
        ("VenuesExclude", "XNYS, BATS"),
    ) == AlgoParams(
        completion="Complete",
        dark_pct=300_000,
        display_qty=300,
        end_time=DAY + 20 * HOUR - SECOND // 2,
        i_would_price=1_000_001,
        i_would_qty=500,
        max_participation=150_001,
        min_participation=0,
        relative_limit=-1_250,
        start_time=DAY + 14 * HOUR,
        venues_exclude=("XNYS", "BATS"),
    )


def test_an_algorithms_own_parameters_are_read_beside_the_shared_ones() -> None:
    parsed = parse_params(
        ModelParams,
        (("Curve", "0.25 0.75"), ("DarkOnly", "Y"), ("Interval", "1.5"), ("RiskAversion", "1e-6")),
        price_scale=10_000,
        lot=100,
    )

    assert parsed == ModelParams(interval=1_500_000_000, risk_aversion=1e-6, curve=(250_000, 750_000), dark_only=True)


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([("MaxParticipation", "1.5")], "MaxParticipation: must be at most 0.99: got '1.5'"),
        ([("MaxParticipation", "0")], "MaxParticipation: must be at least 0.000001: got '0'"),
        ([("MaxParticipation", "0.1234567")], "MaxParticipation: must not be finer than 1/1000000: got '0.1234567'"),
        ([("MaxParticipation", "10%")], "MaxParticipation: must be a decimal number: got '10%'"),
        ([("MaxParticipation", "NaN")], "MaxParticipation: must be a decimal number: got 'NaN'"),
        ([("IWouldPrice", "10.00005")], "IWouldPrice: must not be finer than 1/10000: got '10.00005'"),
        ([("IWouldPrice", "0")], "IWouldPrice: must be at least 0.0001: got '0'"),
        ([("DisplayQty", "150")], "DisplayQty: must be a multiple of the round lot 100: got '150'"),
        ([("DisplayQty", "100.5")], "DisplayQty: must be a whole number: got '100.5'"),
        ([("MinQty", "-100")], "MinQty: must be at least 1: got '-100'"),
        ([("DarkOnly", "yes")], "DarkOnly: must be Y or N: got 'yes'"),
        ([("Urgency", "Extreme")], "Urgency: must be one of Low, Medium, High: got 'Extreme'"),
        ([("Auctions", "Close")], "Auctions: must be one of None: got 'Close'"),
        ([("VenuesInclude", "XNYS XNYS")], "VenuesInclude: must name each once: got 'XNYS XNYS'"),
        ([("VenuesInclude", " ")], "VenuesInclude: must have this many names 1 to 64: got ' '"),
        (
            [("StartTime", "20260230-10:00:00")],
            "StartTime: must be a date of the calendar YYYYMMDD-HH:MM:SS[.sss]: got '20260230-10:00:00'",
        ),
        (
            [("StartTime", "10:00:00")],
            "StartTime: must be a UTC timestamp YYYYMMDD-HH:MM:SS[.sss]: got '10:00:00'",
        ),
        ([("StartTime", "20260701-24:00:00")], "StartTime: must be a time of day 23:59:60: got '20260701-24:00:00'"),
        ([("Completion", "Price"), ("Completion", "Price")], "Completion: must be given once: got 'Price'"),
    ],
)
def test_a_value_outside_its_rule_is_refused_naming_parameter_rule_limit_and_value(
    pairs: list[tuple[str, str]], text: str
) -> None:
    assert refusal(*pairs) == text


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        (
            [("MaxParticipation", "0.1"), ("MinParticipation", "0.2")],
            "MinParticipation: must not exceed MaxParticipation 0.1: got '0.2'",
        ),
        (
            [("MaxParticipation", "0.1"), ("ParticipationRate", "0.2")],
            "ParticipationRate: must not exceed MaxParticipation 0.1: got '0.2'",
        ),
        (
            [("MinParticipation", "0.3"), ("ParticipationRate", "0.2")],
            "ParticipationRate: must not be below MinParticipation 0.3: got '0.2'",
        ),
        ([("IWouldQty", "100")], "IWouldQty: needs IWouldPrice: got '100'"),
        (
            [("VenuesExclude", "BATS IEXG"), ("VenuesInclude", "IEXG XNYS")],
            "VenuesExclude: must not name a venue of VenuesInclude: got 'IEXG'",
        ),
        ([("DarkOnly", "Y"), ("DarkPct", "0.5")], "DarkPct: must be 1 or absent where DarkOnly is Y: got '0.5'"),
        ([("DarkOnly", "Y"), ("DisplayQty", "100")], "DisplayQty: must be absent where DarkOnly is Y: got '100'"),
        (
            [("EndTime", "20260701-14:00:00"), ("StartTime", "20260701-15:00:00")],
            "EndTime: must be after StartTime 20260701-15:00:00: got '20260701-14:00:00'",
        ),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(pairs: list[tuple[str, str]], text: str) -> None:
    assert refusal(*pairs) == text


def test_an_unknown_parameter_is_refused_with_the_names_of_those_known() -> None:
    text = refusal(("Intervall", "60"))

    assert text.startswith("Intervall: is not a parameter of this algorithm, which knows StartTime, EndTime, ")
    assert text.endswith(": got '60'")


def test_a_choice_is_read_in_any_case_and_kept_as_it_is_declared() -> None:
    assert parse(("Completion", "COMPLETE"), ("Urgency", "high")) == AlgoParams(completion="Complete", urgency="High")


def test_a_required_parameter_that_is_missing_is_refused() -> None:
    assert parse_params(ModelParams, (), price_scale=10_000, lot=100) == ParamRefusal("Interval", "is required", "", "")


def test_a_row_of_documentation_comes_from_the_field_itself() -> None:
    rows = {row["name"]: row for row in describe(ModelParams)}

    assert rows["Interval"] == {
        "name": "Interval",
        "tag": "",
        "type": "seconds",
        "bounds": "at least 1",
        "default": "required",
        "meaning": "Between slices.",
    }
    assert rows["Completion"]["bounds"] == "Price | Complete"
    assert rows["MaxParticipation"]["bounds"] == "0.000001 to 0.99"


def test_every_default_of_the_shared_parameters_could_have_been_sent_by_a_client() -> None:
    sent = tuple((row["name"], row["default"]) for row in describe(AlgoParams) if row["default"])

    assert len(sent) > 4
    assert parse(*sent) == AlgoParams()


def test_a_field_without_a_param_is_an_authors_mistake_that_names_the_field() -> None:
    class Careless(AlgoParams, frozen=True, kw_only=True):
        speed: int = 1

    with pytest.raises(AssertionError, match=r"Careless\.speed needs one Param"):
        param_fields(Careless)


@given(st.integers(min_value=0, max_value=PPM))
def test_a_fraction_survives_being_shown_and_read_again(ppm: int) -> None:
    assert parse(("DarkPct", show_ppm(ppm))) == AlgoParams(dark_pct=ppm)


@given(st.integers(min_value=0, max_value=4_102_444_800 * SECOND))
def test_a_time_survives_being_shown_and_read_again(at: int) -> None:
    assert parse(("StartTime", show_time(at))) == AlgoParams(start_time=at)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_raises(text: str) -> None:
    for field in param_fields(ModelParams):
        parsed = parse_params(ModelParams, ((field.name, text), ("Interval", "60")), price_scale=10_000, lot=100)

        assert isinstance(parsed, ModelParams | ParamRefusal)


# ------------------------------------------------------------------------------------------------------------- window


def test_without_times_the_window_is_from_now_to_the_close() -> None:
    assert resolve_window(AlgoParams(), OPEN + HOUR, OPEN, CLOSE) == (OPEN + HOUR, CLOSE)


def test_a_past_start_means_now() -> None:
    params = AlgoParams(start_time=OPEN, end_time=CLOSE - HOUR)

    assert resolve_window(params, OPEN + HOUR, OPEN, CLOSE) == (OPEN + HOUR, CLOSE - HOUR)


def test_a_start_before_the_open_is_the_open() -> None:
    assert resolve_window(AlgoParams(start_time=OPEN - HOUR), OPEN - 2 * HOUR, OPEN, CLOSE) == (OPEN, CLOSE)


@pytest.mark.parametrize(
    ("start", "end", "now", "text"),
    [
        (
            None,
            OPEN,
            OPEN + HOUR,
            "EndTime: must not be past; it is now 20260701-14:30:00: got '20260701-13:30:00'",
        ),
        (
            None,
            OPEN - HOUR,
            OPEN - 2 * HOUR,
            "EndTime: must be after the start, which is 20260701-13:30:00: got '20260701-12:30:00'",
        ),
        (
            None,
            CLOSE + 1,
            OPEN,
            "EndTime: must not be beyond the close 20260701-20:00:00: got '20260701-20:00:00.000000001'",
        ),
        (
            None,
            CLOSE + 24 * HOUR,
            OPEN,
            "EndTime: must be on the day of the session that closes 20260701-20:00:00: got '20260702-20:00:00'",
        ),
        (
            CLOSE,
            None,
            OPEN,
            "StartTime: must not be beyond the close 20260701-20:00:00: got '20260701-20:00:00'",
        ),
        (
            OPEN + 24 * HOUR,
            None,
            OPEN,
            "StartTime: must be on the day of the session that closes 20260701-20:00:00: got '20260702-13:30:00'",
        ),
        (
            None,
            None,
            CLOSE,
            "EndTime: the session closed before the order came at 20260701-20:00:00: got '20260701-20:00:00'",
        ),
    ],
)
def test_a_window_that_cannot_be_traded_is_refused_naming_both_times(
    start: int | None, end: int | None, now: int, text: str
) -> None:
    refused = resolve_window(AlgoParams(start_time=start, end_time=end), now, OPEN, CLOSE)

    assert isinstance(refused, ParamRefusal)
    assert refused.text == text
