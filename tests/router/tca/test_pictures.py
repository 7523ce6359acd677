"""Pictures: the same bytes each time, the page's colours, and the whole life of the order in view."""

import re
from copy import copy

from router.core.algo import SchedulePoint
from router.core.types import SECOND
from router.tca.analysis import OrderAnalysis
from router.tca.pictures import WINDOW_NS_MIN, price_picture, schedule_picture, window
from router.tca.record import Planned
from router.tca.recorder import Recorder
from support.tca_day import T0


def drawn(recorder: Recorder, analysis: OrderAnalysis) -> list[str]:
    tape = recorder.tapes["ACME"]
    colours = {figures.venue: number for number, figures in enumerate(analysis.by_venue)}
    return [
        schedule_picture(analysis, tape, recorder.at),
        price_picture(analysis, tape, recorder.at, colours),
    ]


def test_the_same_analysis_gives_the_same_bytes(recorder: Recorder, analyses: dict[str, OrderAnalysis]) -> None:
    assert drawn(recorder, analyses["A1"]) == drawn(recorder, analyses["A1"])


def test_colours_are_the_pages_and_text_is_text(recorder: Recorder, analyses: dict[str, OrderAnalysis]) -> None:
    schedule, price = drawn(recorder, analyses["A1"])

    for picture in (schedule, price):
        assert picture.startswith('<svg viewBox="')
        assert set(re.findall(r"#[0-9a-f]{6}\b", picture)) <= {"#000000", "#ffffff"}
    assert {"schedule", "filled", "OrderQty(38)", "13:31:00"} <= set(re.findall(r">([^<>\n]+)</text>", schedule))
    assert {"XLIT", "XDRK", "arrival mid", "interval VWAP"} <= set(re.findall(r">([^<>\n]+)</text>", price))
    assert "var(--venue-0)" in price
    assert "var(--venue-1)" in price


def test_two_pictures_on_one_page_share_no_id(recorder: Recorder, analyses: dict[str, OrderAnalysis]) -> None:
    ids = [name for each in ("A1", "B1") for svg in drawn(recorder, analyses[each]) for name in _ids(svg)]

    assert ids
    assert len(ids) == len(set(ids))


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
