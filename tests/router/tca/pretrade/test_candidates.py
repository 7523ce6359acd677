"""What is tried of each installed algorithm, ours and a stranger's, by its own parameters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import pytest

from router.core.algo import Action, AlgoFactory, AlgoView, OrderTerms, SchedulePoint
from router.core.params import AlgoParams, Kind, Param
from router.runtime.plugins import load_algos
from router.tca.pretrade.candidates import Bounds, Candidate, NotEstimated, candidates
from router.tca.pretrade.question import MINUTE
from router.tca.pretrade.rules import PretradeRules
from support.pretrade import CLOSE, LATER, OPEN, SESSION, dates


class Patient(AlgoParams, frozen=True, kw_only=True):
    """A stranger's parameters: none of its own."""


class AllAtTheEnd:
    """Waits for the end."""

    name: ClassVar[str] = "LAST"
    Params: ClassVar[type[AlgoParams]] = Patient

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self.terms = terms

    def on_wake(self, view: AlgoView) -> list[Action]:
        return []

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        self.terms = terms

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        assert isinstance(params, AlgoParams)
        return (
            SchedulePoint(terms.start, 0),
            SchedulePoint(terms.end - MINUTE, 0),
            SchedulePoint(terms.end, terms.qty),
        )


class Picky(AlgoParams, frozen=True, kw_only=True):
    """Parameters that ask for what nobody here knows."""

    mood: Annotated[str, Param(Kind.CHOICE, "How it feels.", choices=("Good", "Bad"))]


class Moody(AllAtTheEnd):
    """Cannot be tried without its mood."""

    name: ClassVar[str] = "MOOD"
    Params: ClassVar[type[AlgoParams]] = Picky


class Idle(AllAtTheEnd):
    """Trades nothing."""

    name: ClassVar[str] = "IDLE"

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        assert isinstance(params, AlgoParams)
        return (SchedulePoint(terms.start, 0), SchedulePoint(terms.end, 0))


def tried(
    rules: PretradeRules,
    algos: dict[str, AlgoFactory],
    *,
    limit: float = 0.15,
    numbers: tuple[int, ...] = (1,),
    **changed: object,
) -> tuple[tuple[Candidate, ...], tuple[NotEstimated, ...]]:
    bounds = Bounds(limit=limit, urgency="Medium")
    return candidates(dates(**changed), rules, bounds, algos, numbers)


def test_urgencies_and_horizons_are_tried_or_rates_where_one_is_asked_for(rules: PretradeRules) -> None:
    found, left_out = tried(rules, load_algos())

    by_name = {name: [each for each in found if each.strategy == name] for name in ("IS", "POV", "TWAP", "VWAP")}
    assert {name: len(each) for name, each in by_name.items()} == {"IS": 15, "POV": 5, "TWAP": 15, "VWAP": 15}
    assert [each.rate for each in by_name["POV"]] == [0.05, 0.1, 0.15, 0.2, 0.3]
    assert sorted({(each.end - OPEN) / MINUTE for each in by_name["TWAP"]}) == [11.7, 39, 97.5, 195, 390]
    assert left_out == ()


def test_the_limit_is_a_rate_too(rules: PretradeRules) -> None:
    found, _ = tried(rules, {"POV": load_algos()["POV"]}, limit=0.123456)

    assert [each.rate for each in found] == [0.05, 0.1, 0.123456, 0.15, 0.2, 0.3]
    assert dict(found[2].settings)["ParticipationRate"] == "0.123456"


def test_over_several_dates_each_is_alike_or_the_first_takes_all_that_the_limit_lets(rules: PretradeRules) -> None:
    several: dict[str, Any] = {"numbers": (2, 3), "later": LATER, "dates_most": 3}
    found, left_out = tried(rules, {name: load_algos()[name] for name in ("POV", "VWAP")}, **several)

    ways = {(each.strategy, each.urgency, each.rate, each.dates, each.day_schedule) for each in found}
    urgencies = ("Low", "Medium", "High")
    assert ways == {
        *(("POV", "Medium", rate, number, "All") for rate in (0.05, 0.1, 0.15) for number in (2, 3)),
        *(("VWAP", urgency, None, number, "Even") for urgency in urgencies for number in (2, 3)),
        *(("VWAP", urgency, None, 3, "All") for urgency in urgencies),
    }
    assert left_out == ()
    assert dict(found[0].settings)["DaySchedule"] == "All"


def test_dates_of_unlike_length_are_shared_by_the_volume_too(rules: PretradeRules) -> None:
    several: dict[str, Any] = {"numbers": (2,), "later": LATER, "dates_most": 3, "start": OPEN + 60 * MINUTE}
    found, _ = tried(rules, {"TWAP": load_algos()["TWAP"]}, **several)

    assert [each.day_schedule for each in found] == ["Even", "Volume"] * 3
    even, volume = (each.legs[0].qty for each in found[:2])
    # An hour of falling volume is gone: by volume the first date has less than a half.
    assert (even, volume < 0.9 * even) == (100_000, True)


def test_an_end_holds_on_each_date(rules: PretradeRules) -> None:
    noon = (OPEN + CLOSE) // 2
    found, _ = tried(rules, {"TWAP": load_algos()["TWAP"]}, numbers=(2,), later=LATER, dates_most=3, end=noon)

    first, second = found[0].legs
    assert ("EndTime", "20261130-17:45:00") in found[0].settings
    assert (first.end - SESSION.open, second.end - LATER[0].open) == (noon - OPEN, noon - OPEN)


def test_what_a_model_of_an_algorithm_takes_it_is_given(rules: PretradeRules) -> None:
    found, _ = tried(rules, load_algos())

    shortfall = next(each for each in found if each.strategy == "IS")
    assert shortfall.settings == (
        ("StartTime", "20261130-14:30:00"),
        ("EndTime", "20261130-21:00:00"),
        ("Urgency", "Low"),
        ("MaxParticipation", "0.15"),
        ("Volatility", "0.020000"),
        ("Adv", "2000000"),
    )
    assert (shortfall.interval_ns, shortfall.variance) == (MINUTE, 0.2)


def test_a_schedule_is_held_back_to_the_limit_that_is_sent_with_it(rules: PretradeRules) -> None:
    free, held = (
        next(each for each in tried(rules, {"IS": load_algos()["IS"]}, limit=limit)[0] if each.urgency == "High")
        for limit in (0.99, 0.12)
    )

    early = OPEN + 30 * MINUTE
    by_then = [next(point.qty for point in each.schedule if point.at >= early) for each in (free, held)]
    # CURVE's first half hour has 100 of 832 parts of two million; of that and our own 12 %.
    assert by_then[0] > by_then[1] == int(0.12 / 0.88 * 2_000_000 * 100 / 832)
    assert (free.schedule[-1].qty, held.schedule[-1].qty) == (200_000, 200_000)


def test_a_schedule_ends_when_it_is_done_or_has_done_what_it_can(rules: PretradeRules) -> None:
    found, _ = tried(rules, load_algos())

    quick, slow = (next(each for each in found if each.rate == rate) for rate in (0.3, 0.05))
    assert (quick.schedule[-1].qty, quick.schedule[-1].at < CLOSE) == (200_000, True)
    assert slow.schedule[-1].qty < 200_000


def test_a_stranger_s_algorithm_is_tried_like_ours(rules: PretradeRules) -> None:
    found, left_out = tried(rules, {"LAST": AllAtTheEnd})

    assert [(each.strategy, each.urgency) for each in found[::5]] == [
        ("LAST", "Low"),
        ("LAST", "Medium"),
        ("LAST", "High"),
    ]
    assert (found[0].interval_ns, found[0].variance) == (None, 0.0)
    assert left_out == ()


@pytest.mark.parametrize(
    ("algo", "why"),
    [(Moody, "Mood: is required: got ''"), (Idle, "its schedule trades nothing in the time there is")],
)
def test_what_cannot_be_estimated_is_said_once(rules: PretradeRules, algo: AlgoFactory, why: str) -> None:
    found, left_out = tried(rules, {algo.name: algo})

    assert (found, left_out) == ((), (NotEstimated(algo.name, why),))
