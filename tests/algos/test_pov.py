"""POV: its share of the volume with itself in the denominator, cumulative, never beyond its band."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from algos.pacer import participation_qty
from algos.pov import Pov, PovParams
from algos.testing import AlgorithmContract, Conditions, Driver, Run, example_terms
from router.api import PPM, SECOND, AlgoParams, OrderTerms, ParamRefusal, Reason, Urgency, parse_params

TENTH = PovParams(participation_rate=100_000)


def run(params: PovParams = TENTH, terms: OrderTerms | None = None, conditions: Conditions | None = None) -> Run:
    return Driver(Pov, params, terms or example_terms(qty=1_000_000), conditions or Conditions()).run()


class TestContract(AlgorithmContract):
    factory = Pov
    params: ClassVar[AlgoParams] = TENTH


class TestContractWithBand(AlgorithmContract):
    factory = Pov
    params: ClassVar[AlgoParams] = PovParams(
        participation_rate=100_000, min_participation=50_000, max_participation=200_000, completion="Complete"
    )


def test_a_share_of_all_volume_is_a_larger_share_of_the_others() -> None:
    assert participation_qty(100_000, 900) == 100
    assert participation_qty(500_000, 900) == 900
    assert participation_qty(100_000, 899) == 99


@given(rate=st.integers(1, 990_000), others=st.integers(0, 10**10))
def test_the_share_is_never_exceeded_and_never_a_share_short(rate: int, others: int) -> None:
    own = participation_qty(rate, others)

    assert own * PPM <= rate * (own + others)
    assert (own + 1) * PPM > rate * (own + 1 + others)


def test_at_the_end_it_was_its_share_of_the_volume() -> None:
    terms = example_terms(qty=1_000_000)

    filled = run(terms=terms).filled

    others = 1_000 * (terms.end - terms.start) // SECOND
    target = participation_qty(100_000, others)
    # What traded in the last slices' lifetime may still be missing.
    assert target - 5 * participation_qty(100_000, 1_000) - 100 <= filled <= target


def test_arrears_are_made_good_and_cost_more() -> None:
    cuts = run(conditions=Conditions(ignored=500_000)).cuts

    late = [cut.slice for cut in cuts if cut.slice.reason is Reason.CATCH_UP]
    assert late
    assert {cut.urgency for cut in late} <= {Urgency.NEUTRAL, Urgency.AGGRESSIVE}


def test_without_volume_it_sends_nothing() -> None:
    assert run(conditions=Conditions(volume_per_second=0)).cuts == ()


def test_open_and_filled_never_exceed_the_share_of_what_has_traded() -> None:
    terms = example_terms(qty=1_000_000)

    cuts = run(terms=terms, conditions=Conditions(filled=PPM)).cuts

    sent = 0
    for cut in cuts:
        sent += cut.slice.qty
        assert sent <= participation_qty(100_000, 1_000 * (cut.at - terms.start) // SECOND), cut


def test_after_a_halt_it_follows_the_volume_from_there() -> None:
    minute = 60 * SECOND
    terms = example_terms(qty=1_000_000)

    halted = run(terms=terms, conditions=Conditions(halts=((10 * minute, 20 * minute),)))

    first = next(cut for cut in halted.cuts if cut.at >= terms.start + 20 * minute)
    assert first.slice.qty <= participation_qty(100_000, 3_000)


def test_the_rate_is_required() -> None:
    assert parse_params(PovParams, (), price_scale=10_000, lot=100) == ParamRefusal(
        "ParticipationRate", "is required", "", ""
    )


@pytest.mark.parametrize(("adv", "last"), [(None, 1_000_000), (8 * 3600 * 1_000, 200_000)])
def test_the_forecast_is_what_an_average_day_lets_through(adv: int | None, last: int) -> None:
    terms = structs.replace(example_terms(qty=1_000_000), adv=adv)

    assert Pov.expected_schedule(TENTH, terms)[-1].qty == last


@pytest.mark.parametrize(("rate", "seconds"), [(200_000, 60), (300_000, 35)])
def test_a_small_order_s_forecast_is_as_fine_as_its_rate(rate: int, seconds: int) -> None:
    """15,000 shares at a fifth of a thousand a second take a minute: four times as many trade beside them."""
    terms = structs.replace(example_terms(qty=15_000), adv=8 * 3600 * 1_000)

    points = Pov.expected_schedule(PovParams(participation_rate=rate), terms)

    done = next(point.at for point in points if point.qty == 15_000)
    assert (done - terms.start) / SECOND == pytest.approx(seconds, rel=1e-6)
    assert (points[-1].at, points[-1].qty) == (terms.end, 15_000)
    assert len(points) >= 30


def test_a_forecast_of_one_share_is_done_by_the_first_look() -> None:
    terms = structs.replace(example_terms(qty=1), adv=8 * 3600 * 1_000)

    points = Pov.expected_schedule(TENTH, terms)

    assert [(point.at - terms.start, point.qty) for point in points[:2]] == [(0, 0), (SECOND, 1)]
