"""The contract catches what it is for: each broken promise below is one that a plug-in might break."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from msgspec import structs

from algos.testing import AlgorithmContract, Conditions, Driver, example_terms
from router.api import (
    SECOND,
    Action,
    AlgoFactory,
    AlgoParams,
    AlgoView,
    Cause,
    Done,
    OrderTerms,
    Reason,
    SchedulePoint,
    Slice,
    Urgency,
    WakeAt,
)

MINUTE = 60 * SECOND
TERMS = example_terms(qty=1_000, minutes=10, limit_px=1_000_100)
Decide = Callable[[AlgoView], list[Action]]


def cut(view: AlgoView, **changes: object) -> Slice:
    sound = Slice(
        qty=100, reason=Reason.SCHEDULE, urgency=Urgency.AGGRESSIVE, until=min(view.now + MINUTE, view.order.end)
    )
    return structs.replace(sound, **changes)


def sound(view: AlgoView) -> list[Action]:
    """Keeps every promise: a lot a minute."""
    if view.now >= view.order.end or not view.leaves:
        return [Done()]
    if view.now < view.order.start:
        return [WakeAt(view.order.start)]
    next_look = WakeAt(min(view.now + MINUTE, view.order.end))
    if view.market.phase != "continuous" or view.cause is not Cause.TIMER:
        return [] if view.cause is Cause.SLICE_DONE else [next_look]
    return [cut(view, qty=min(100, view.available)), next_look]


def algorithm(decide: Decide) -> AlgoFactory:
    """An algorithm that is its `on_wake`."""

    class Made:
        name: ClassVar[str] = "MADE"
        Params: ClassVar[type[AlgoParams]] = AlgoParams

        def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
            self.terms = terms

        def on_wake(self, view: AlgoView) -> list[Action]:
            return decide(view)

        def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
            self.terms = terms

        @staticmethod
        def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
            assert params == AlgoParams()
            return (SchedulePoint(terms.start, 0), SchedulePoint(terms.end, terms.qty))

    return Made


def drive(decide: Decide, conditions: Conditions | None = None) -> None:
    Driver(algorithm(decide), AlgoParams(), TERMS, conditions or Conditions()).run()


class TestASoundAlgorithmKeepsTheContract(AlgorithmContract):
    factory = algorithm(sound)
    params: ClassVar[AlgoParams] = AlgoParams()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"qty": 1_100}, "1000 available"),
        ({"qty": 0}, "1000 available"),
        ({"qty": 150}, "an odd lot before the last"),
        ({"until": TERMS.end + 1}, "end "),
        ({"until": TERMS.start}, "end "),
        ({"limit_px": 1_000_200}, "limit_px=1000200"),
    ],
)
def test_a_slice_that_no_engine_would_take_is_caught(changes: dict[str, object], text: str) -> None:
    def decide(view: AlgoView) -> list[Action]:
        return [cut(view, **changes), WakeAt(view.now + 1)] if view.now >= view.order.start else sound(view)

    with pytest.raises(AssertionError, match=text):
        drive(decide)


def test_a_slice_before_the_start_is_caught() -> None:
    with pytest.raises(AssertionError, match="window"):
        drive(lambda view: [cut(view), WakeAt(view.now + 1)])


def test_a_slice_in_a_halt_is_caught() -> None:
    def decide(view: AlgoView) -> list[Action]:
        return [cut(view), WakeAt(view.now + MINUTE)] if view.market.phase == "halted" else sound(view)

    with pytest.raises(AssertionError, match="halted"):
        drive(decide, Conditions(halts=((MINUTE, 5 * MINUTE),)))


def test_a_decision_that_is_not_a_function_of_what_was_seen_is_caught() -> None:
    asked: list[AlgoView] = []

    def decide(view: AlgoView) -> list[Action]:
        asked.append(view)
        return [WakeAt(view.now + len(asked))]

    with pytest.raises(AssertionError, match="the same view"):
        drive(decide)


def test_a_loop_is_caught() -> None:
    with pytest.raises(AssertionError, match="a loop"):
        drive(lambda view: [WakeAt(view.now + 1)])


def test_a_wake_up_in_the_past_and_two_at_once_are_caught() -> None:
    with pytest.raises(AssertionError, match="a wake-up at"):
        drive(lambda view: [WakeAt(view.now)])
    with pytest.raises(AssertionError, match="WakeAt"):
        drive(lambda view: [WakeAt(view.now + 1), Done()])


class _Sleeper(AlgorithmContract):
    factory = algorithm(lambda _view: [])
    params: ClassVar[AlgoParams] = AlgoParams()


def test_an_algorithm_that_never_says_done_is_caught() -> None:
    with pytest.raises(AssertionError):
        _Sleeper().test_it_bears_slow_venues()


def bolt(view: AlgoView) -> list[Action]:
    """Whatever comes back it sends again, at once."""
    if view.cause is Cause.SLICE_DONE and view.available:
        return [cut(view, qty=min(100, view.available))]
    return sound(view)


class _Bolter(AlgorithmContract):
    factory = algorithm(bolt)
    params: ClassVar[AlgoParams] = AlgoParams()


def test_an_algorithm_that_asks_without_end_is_caught() -> None:
    with pytest.raises(AssertionError, match="a loop"):
        _Bolter().test_a_market_that_refuses_every_slice_is_not_asked_without_end()
