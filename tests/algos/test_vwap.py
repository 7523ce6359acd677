"""VWAP: the curve over the window, corrected by the day, and what is said when there is no curve."""

from random import Random
from typing import ClassVar

import pytest
from msgspec import structs

from algos.schedule import ONE, Anchor
from algos.testing import AlgorithmContract, Conditions, Driver, Run, example_terms
from algos.volume import curve_of
from algos.vwap import VolumeCurve, Vwap, VwapParams
from router.api import PPM, SECOND, AlgoParams, Cause, OrderTerms, ParamRefusal, Remember, parse_params

MINUTE = 60 * SECOND
# Sixteen half hours; the example order's window, the third, holds one.
U_SHAPE = tuple(PPM // 16 + 10_000 * abs(2 * bin_ - 15) for bin_ in range(16))
STEADY = VwapParams(variance=0)


def whole_day(**changes: object) -> OrderTerms:
    terms = example_terms(qty=160_000, curve=U_SHAPE, curve_source="symbol")
    return structs.replace(terms, start=terms.session_open, end=terms.session_close, **changes)


def run(params: VwapParams = STEADY, terms: OrderTerms | None = None, conditions: Conditions | None = None) -> Run:
    return Driver(Vwap, params, terms or whole_day(), conditions or Conditions()).run()


class TestContract(AlgorithmContract):
    factory = Vwap
    params: ClassVar[AlgoParams] = VwapParams()

    def terms(self) -> OrderTerms:
        return example_terms(curve=U_SHAPE, curve_source="symbol", adv=5_000_000)


class TestContractWithoutACurve(AlgorithmContract):
    factory = Vwap
    params: ClassVar[AlgoParams] = VwapParams(completion="Complete")


class TestContractCapped(AlgorithmContract):
    factory = Vwap
    params: ClassVar[AlgoParams] = VwapParams(max_participation=150_000, min_participation=10_000)


def test_each_half_hour_gets_its_share_of_the_curve() -> None:
    terms = whole_day()

    cuts = run(terms=terms).cuts

    done = [0] * 16
    for cut in cuts:
        done[(cut.at - terms.start) // (30 * MINUTE)] += cut.slice.qty
    expected = [terms.qty * weight // sum(U_SHAPE) for weight in U_SHAPE]
    assert sum(done) == terms.qty
    assert all(abs(got - want) <= 100 for got, want in zip(done, expected, strict=True)), (done, expected)


def test_the_curve_is_restricted_to_the_window() -> None:
    terms = whole_day()
    half = structs.replace(terms, end=terms.session_open + 60 * MINUTE)

    points = Vwap.expected_schedule(VwapParams(interval=1800 * SECOND), half)

    first, second = U_SHAPE[0], U_SHAPE[1]
    assert [point.qty for point in points] == [0, terms.qty * first // (first + second) // 100 * 100, terms.qty]


def test_a_missing_curve_is_uniform_and_the_journal_says_so() -> None:
    log = run(terms=whole_day(curve=(), curve_source="uniform")).log

    remembered = [action for _, _, actions in log for action in actions if isinstance(action, Remember)]
    assert remembered[0] == Remember(
        "inputs", (("curve_source", "uniform"), ("curve_missing", "Y"), ("bins", "0"), ("curve_days", ""), ("adv", ""))
    )


def test_a_curve_of_the_clients_own_is_used() -> None:
    terms = whole_day()

    points = Vwap.expected_schedule(
        VwapParams(curve_source="Custom", curve=(PPM, 0, 0, PPM), interval=3600 * SECOND), terms
    )

    assert [point.qty for point in points] == [0, 40_000, 80_000, 80_000, 80_000, 80_000, 80_000, 120_000, 160_000]


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        (
            (("CurveSource", "Custom"),),
            "Curve: is required where CurveSource is Custom, with a sum above 0: got ''",
        ),
        ((("Curve", "0.5 0.5"),), "Curve: must be absent unless CurveSource is Custom: got 'Historical'"),
    ],
)
def test_a_curve_and_its_source_must_agree(pairs: tuple[tuple[str, str], ...], text: str) -> None:
    refused = parse_params(VwapParams, pairs, price_scale=10_000, lot=100)

    assert isinstance(refused, ParamRefusal)
    assert refused.text == text


def corrected(day_volume: int) -> int:
    """Where the plan of a flat curve stands at half time, after `day_volume` where the average day has 500,000."""
    terms = whole_day(curve=(), adv=1_000_000)
    half = (terms.start + terms.end) // 2
    driver = Driver(Vwap, STEADY, terms, Conditions(volume_per_second=0))
    driver._now = half
    view = driver._view(Cause.TIMER, Random(1))
    market = structs.replace(view.market, volume=day_volume, day_volume=day_volume)
    path = VolumeCurve(curve_of(terms, ()))
    return path.done(structs.replace(view, market=market), Anchor(terms.start, 0, 0), half)


def without_adv(day_volume: int, since_quarter: int) -> int:
    """Where the plan of a flat curve from a quarter of the day to its end stands at half time."""
    terms = whole_day(curve=(), adv=None)
    day = terms.end - terms.start
    terms = structs.replace(terms, start=terms.start + day // 4)
    at = terms.end - day // 2
    driver = Driver(Vwap, STEADY, terms, Conditions(volume_per_second=0))
    driver._now = at
    view = driver._view(Cause.TIMER, Random(1))
    market = structs.replace(view.market, volume=since_quarter, day_volume=day_volume)
    path = VolumeCurve(curve_of(terms, ()))
    return path.done(structs.replace(view, market=market), Anchor(terms.start, 0, 0), at)


def test_without_an_average_day_the_day_so_far_is_the_measure() -> None:
    # 600,000 in half a day make 1,200,000: 400,000 of the 1,000,000 since a quarter are done, not a third.
    assert without_adv(600_000, 400_000) == ONE * 4 // 10
    assert without_adv(600_000, 300_000) == ONE // 3


def test_without_an_average_day_a_silent_one_says_nothing() -> None:
    assert without_adv(0, 0) == ONE // 3


def test_an_average_day_leaves_the_plan_on_the_static_curve() -> None:
    assert corrected(500_000) == ONE // 2


def test_a_morning_of_more_volume_counts_for_more_of_the_day() -> None:
    # Half believed, the day is 1.5 times average: 1,000,000 done, 750,000 to come. More than a tenth is not followed.
    assert corrected(600_000) == 600_000 * ONE // (600_000 + 550_000)
    assert corrected(1_000_000) == 1_000_000 * ONE // 1_750_000
    assert corrected(3_000_000) == ONE * 6 // 10


def test_a_silent_tape_does_not_stop_the_plan() -> None:
    assert corrected(0) == ONE * 4 // 10
