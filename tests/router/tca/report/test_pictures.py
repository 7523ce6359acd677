"""Pictures: the same bytes each time, the page's colours, and the whole life of the order in view."""

import re
from copy import copy

import pytest

from router.core.algo import SchedulePoint
from router.core.types import SECOND
from router.tca.drawing import short_numbers
from router.tca.facts.case import Case, case_of
from router.tca.facts.record import Planned
from router.tca.facts.recorder import Recorder
from router.tca.report.pictures import (
    WINDOW_NS_MIN,
    Levels,
    limit_in_view,
    price_picture,
    schedule_picture,
    tick_text,
    window,
)
from support.tca_day import T0


def pictures(case: Case) -> list[str]:
    colours = {venue: number for number, venue in enumerate(dict.fromkeys(fill.venue for fill in case.fills))}
    return [schedule_picture(case), price_picture(case, Levels(40.01, 40.0176, 40.004, None), colours)]


def test_the_same_order_gives_the_same_bytes(recorder: Recorder) -> None:
    was = case_of(recorder, recorder.orders["O1"])

    assert pictures(was) == pictures(was)


def test_colours_are_the_pages_and_text_is_text(recorder: Recorder) -> None:
    schedule, price = pictures(case_of(recorder, recorder.orders["O1"]))

    for picture in (schedule, price):
        assert picture.startswith('<svg viewBox="')
        assert set(re.findall(r"#[0-9a-f]{6}\b", picture)) <= {"#000000", "#ffffff"}
    assert {"schedule", "filled", "OrderQty(38)", "13:31:00"} <= set(re.findall(r">([^<>\n]+)</text>", schedule))
    assert {"XLIT", "XDRK", "arrival mid", "interval VWAP"} <= set(re.findall(r">([^<>\n]+)</text>", price))
    assert "var(--venue-0)" in price
    assert "var(--venue-1)" in price


def test_each_picture_says_what_it_shows(recorder: Recorder) -> None:
    schedule, price = pictures(case_of(recorder, recorder.orders["O1"]))

    assert 'role="img" aria-label="Shares of A1 over time: ordered, expected by the schedule and filled;' in schedule
    assert 'role="img" aria-label="Price over time: the market&#x27;s trades, each fill of A1 by venue,' in price


def test_two_orders_pictures_share_no_id(recorder: Recorder) -> None:
    ids = [
        name
        for order_id in ("O1", "O2")
        for svg in pictures(case_of(recorder, recorder.orders[order_id]))
        for name in _ids(svg)
    ]

    assert ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("limit", "seen"), [(40.3, True), (38.9, True), (40.8, False), (38.5, False)])
def test_a_limit_far_from_the_prices_is_left_out(limit: float, seen: bool) -> None:
    assert limit_in_view(limit, 39.5, 40.1) is seen


@pytest.mark.parametrize(
    ("px", "places", "text"), [(40.1, 2, "40.10"), (40.0225, 2, "40.0225"), (1_234.0, 0, "1,234"), (0.25, 0, "0.25")]
)
def test_a_tick_has_as_many_decimals_as_it_needs(px: float, places: int, text: str) -> None:
    assert tick_text(px, places) == text


def test_only_coordinates_are_shortened_not_what_a_label_says() -> None:
    assert short_numbers('<path d="M 1.23456 7"/><text x="0.005">40.0225</text>') == (
        '<path d="M 1.23 7"/><text x="0.01">40.0225</text>'
    )


def test_an_order_that_was_over_at_once_is_seen_with_the_market_around_it(recorder: Recorder) -> None:
    start, end = window(recorder.orders["O2"], recorder.at)

    assert end - start == WINDOW_NS_MIN
    assert start < T0 + 40 * SECOND < T0 + 60 * SECOND < end


def lived(recorder: Recorder, seconds: int | None, planned: int) -> tuple[int, int]:
    """The window, in seconds from its arrival, of an order that was over after `seconds` of those planned."""
    order = copy(recorder.orders["O1"])
    order.plans = [Planned(T0, (SchedulePoint(T0, 0), SchedulePoint(T0 + planned * SECOND, 1_000)))]
    order.ended_at = None if seconds is None else T0 + seconds * SECOND
    start, end = window(order, T0 + 500 * SECOND)
    return (start - T0) // SECOND, (end - T0) // SECOND


def test_a_working_order_is_shown_to_the_end_of_its_schedule(recorder: Recorder) -> None:
    assert lived(recorder, None, 3_600) == (0, 3_600)


def test_an_order_that_is_over_is_shown_with_a_margin_and_not_to_the_close(recorder: Recorder) -> None:
    assert lived(recorder, 800, 23_400) == (0, 900)
    assert lived(recorder, 800, 850) == (0, 850)
    assert lived(recorder, 800, 600) == (0, 800)


def _ids(svg: str) -> list[str]:
    return re.findall(r' id="([^"]+)"', svg)
