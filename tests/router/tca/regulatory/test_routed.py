"""Orders as venues received them: replaces, busts and refusals of the hand-made day."""

import pytest

from router.core.types import MILLISECOND, SECOND
from router.tca.facts.case import case_of
from router.tca.facts.record import Terms
from router.tca.facts.recorder import Recorder
from router.tca.regulatory.routed import RoutedOrder, month_of, routed
from support.sec_day import T0, sec_day
from support.tca_cases import at, case, child, fill, quotes
from support.tca_day import lines


@pytest.fixture(name="sec")
def recorded() -> Recorder:
    recorder = Recorder()
    recorder.follow(*lines(sec_day()))
    return recorder


def told(order: RoutedOrder) -> tuple[str, int, int, int, int, int | None]:
    ended = None if order.ended_at is None else order.ended_at - T0
    return order.child.child_id, order.at - T0, order.qty, order.executed, order.canceled, ended


def test_a_replace_ends_one_order_and_begins_another_for_what_was_left(sec: Recorder) -> None:
    orders = [told(order) for order in routed(sec.orders["O1"]) if order.child.child_id == "C2"]

    assert orders == [
        ("C2", 10 * SECOND, 400, 100, 300, 30 * SECOND),
        ("C2", 30 * SECOND, 200, 200, 0, 75 * SECOND),
    ]


def test_a_trade_heard_with_a_replace_is_of_the_order_before_it_and_of_no_other() -> None:
    terms = [Terms(at(0), 300, 400_000), Terms(at(5), 300, 400_100)]
    sent = child("C1", 0, 300, terms=terms)
    was = case(quotes([]), [sent], [fill("E1", 5, 400_000, sent)])

    first, second = routed(was.record)

    assert [(each.qty, each.executed, each.canceled) for each in (first, second)] == [(300, 100, 200), (200, 0, 0)]


def test_terms_are_kept_as_sent_and_as_each_replace_left_them(sec: Recorder) -> None:
    terms = [child.terms for child in sec.orders["O1"].children if child.child_id == "C2"]

    assert terms == [[Terms(T0 + 10 * SECOND, 400, 400_000), Terms(T0 + 30 * SECOND, 300, 400_100)]]


def test_a_busted_trade_is_neither_executed_nor_cancelled(sec: Recorder) -> None:
    (order,) = routed(sec.orders["O2"])

    assert told(order) == ("C8", 120 * SECOND, 600, 400, 0, 120 * SECOND + 20 * MILLISECOND)
    assert [(fill.qty, fill.px) for fill in order.fills] == [(400, 399_800)]


def test_an_order_that_its_venue_refused_was_not_received(sec: Recorder) -> None:
    assert list(routed(sec.orders["O3"])) == []
    assert list(routed(sec.orders["O5"])) == []


def test_an_open_order_has_no_end(sec: Recorder) -> None:
    assert [told(order) for order in routed(sec.orders["O4"])] == [("C10", 145 * SECOND, 100, 0, 0, None)]


def test_the_month_is_the_trading_dates_and_before_the_first_date_that_of_utc(sec: Recorder) -> None:
    case = case_of(sec, sec.orders["O1"])

    assert month_of(case, T0) == "202603"
    assert month_of(case, 0) == "197001"
