"""The documents: parts that sum, figures that tie to the assessment, tags of what is to be sent."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.params import parse_params
from router.core.types import Side
from router.runtime.plugins import load_algos
from router.tca.pretrade.assess import Assessment
from router.tca.pretrade.documents import Named, PreTrade
from router.tca.pretrade.figure import Figure
from router.tca.pretrade.fill import fill
from router.tca.profile.profile import SymbolProfile
from support.pretrade import GIVEN, assessment

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example takes a tenth of a second: a failing one is shown as it was found."""


def named(entries: tuple[Named, ...]) -> dict[str, Figure]:
    return {each.name: each.figure for each in entries}


def test_the_cost_s_parts_sum_to_the_total_in_bps_and_in_money(document: PreTrade) -> None:
    cost = named(document.execution_strategy.cost)

    parts = sum(cost[name].value for name in ("spread", "temporary impact", "permanent impact", "drift", "fees"))
    total = cost["expected cost against arrival"]
    assert parts == pytest.approx(total.value)
    assert cost["expected cost in money"].value == pytest.approx(total.value * 8_000_000 / 10_000)


def test_every_model_s_parts_sum_to_its_total(document: PreTrade) -> None:
    for each in document.market_impact.models:
        parts = each.spread + each.temporary + each.permanent + each.drift + each.fees
        assert parts == pytest.approx(each.expected.value), each.model


def test_every_strategy_has_each_model_s_parts_and_its_middle_is_one_of_them(document: PreTrade) -> None:
    for each in document.strategies:
        middle = next(cost for cost in each.models if cost.model == each.middle_model)
        assert middle.total == pytest.approx(each.expected.value)
        for cost in each.models:
            assert cost.spread + cost.temporary + cost.permanent + cost.drift + each.fees == pytest.approx(cost.total)
            assert cost.low < cost.total < cost.high


def test_the_time_distribution_and_the_venues_are_the_whole_order(document: PreTrade) -> None:
    strategy = document.execution_strategy

    assert sum(slot.share.value for slot in strategy.time_distribution) == pytest.approx(100)
    assert [slot.start[-8:] for slot in strategy.time_distribution][:2] == ["14:30:00", "15:00:00"]
    assert sum(venue.share.value for venue in strategy.venues) == pytest.approx(100)


def test_parameters_carry_their_fix_tags(document: PreTrade) -> None:
    sent = {each.name: (each.tag, each.text) for each in document.execution_strategy.parameters}

    assert sent == {
        "StartTime": (168, "20261130-14:30:00"),
        "EndTime": (126, "20261130-17:45:00"),
        "Urgency": (848, "Medium"),
        "Volatility": (0, "0.020000"),
        "Adv": (0, "2000000"),
        "MaxParticipation": (0, "0.15"),
        "DarkPct": (0, "0.3"),
        "CrossPct": (0, "0.1"),
        "Completion": (0, "Price"),
    }


@pytest.mark.parametrize(
    "changed",
    [{}, {"urgency": "High"}, {"urgency": "Low", "qty": 5_000}, {"qty": 4_000_000}, {"curve": (), "qty": 30_000}],
)
def test_what_is_to_be_sent_the_algorithm_takes(changed: dict[str, object]) -> None:
    it = assessment(**changed)
    algo = load_algos()[it.choice.evaluation.candidate.strategy]

    sent = tuple((each.name, each.text) for each in fill(it, algo).execution_strategy.parameters)

    assert isinstance(parse_params(algo.Params, sent, price_scale=10_000, lot=100), algo.Params)


def test_a_limit_that_was_given_is_sent_as_given() -> None:
    it = assessment(overrides=replace(GIVEN, max_participation=0.2))

    sent = {each.name: each.source for each in fill(it, load_algos()["IS"]).execution_strategy.parameters}

    assert (sent["MaxParticipation"], sent["DarkPct"]) == ("given", "rule: [pretrade] of impact.toml")


def test_the_models_that_count_are_the_same_in_every_interval(assessed: Assessment, document: PreTrade) -> None:
    """At a tenth of ADV Almgren and Chriss are beyond the rate for which they hold, and four times as dear."""
    best = assessed.choice.evaluation
    totals, cost = named(document.market_impact.totals), named(document.execution_strategy.cost)

    assert (len(best.holding), len(best.estimates)) == (6, 7)
    assert totals["total impact"].high == pytest.approx(max(each.impact for each in best.holding))
    assert cost["temporary impact"].high == pytest.approx(max(each.temporary for each in best.holding))
    said = totals["distance between models"].source
    assert said == "standard deviation of the totals of the 6 of 7 that hold"


def test_on_a_day_of_little_volume_the_busiest_interval_is_busier(document: PreTrade) -> None:
    limits = named(document.execution_strategy.limits)

    mean, busiest = limits["expected participation"], limits["busiest interval"]
    assert busiest.low < busiest.value < busiest.high < 100
    assert busiest.low > mean.low
    assert busiest.high > mean.high


def test_a_rate_of_volume_is_what_it_is_whatever_the_volume() -> None:
    it = assessment(overrides=replace(GIVEN, max_participation=0.05))

    limits = named(fill(it, load_algos()["POV"]).execution_strategy.limits)

    assert limits["expected participation"].value == pytest.approx(5, abs=0.1)
    assert limits["expected participation"].high == pytest.approx(5)
    assert limits["busiest interval"].exact


def test_clips_are_slices_of_the_schedule(document: PreTrade) -> None:
    clips = named(document.execution_strategy.clips)

    assert clips["slice"].value == 60
    # 195 slices of a minute; at the open the path is steeper than its mean.
    assert clips["average clip"].value == pytest.approx(200_000 / 195)
    assert clips["average clip"].value < clips["maximum clip"].value < 3 * clips["average clip"].value
    assert clips["average clip"].high == pytest.approx(1.1 * clips["average clip"].value)


def test_a_clip_is_a_round_lot_at_least_and_the_order_at_most() -> None:
    small = assessment(qty=40)

    clips = named(fill(small, load_algos()[small.choice.evaluation.candidate.strategy]).execution_strategy.clips)

    assert (clips["average clip"].value, clips["maximum clip"].value) == (40, 40)


def test_what_is_assumed_widens_what_depends_on_it(assessed: Assessment) -> None:
    guessed = assessment(overrides=replace(GIVEN, sigma=None, spread=None))

    cost = named(fill(guessed, load_algos()["IS"]).execution_strategy.cost)

    risk, spread = cost["timing risk, one standard deviation"], cost["spread"]
    assert (risk.high / risk.value, risk.low / risk.value) == pytest.approx((2.0, 0.5))
    assert (spread.high / spread.value, spread.low / spread.value) == pytest.approx((2.0, 0.5))
    assert risk.value == pytest.approx(assessed.choice.evaluation.risk)


def test_assumptions_are_listed(document: PreTrade) -> None:
    assert document.execution_strategy.assumptions == (
        "continuous session's part of the volume: 1 part of the day's, assumed: all of it, no auctions",
        "session's part of the day's variance: 0.75 part of the day's, assumed: not measured",
        "volume curve: by hand",
        "variance curve: assumed: even over the session",
        "shares outstanding not known: taken as 200 days of volume",
        "part of the lit shares that pays half the spread: 0.5, rule: [pretrade] of impact.toml",
        "what trades at the midpoint pays no spread; impact is reckoned on the whole order, wherever it trades",
    )


def test_what_a_profile_could_not_measure_is_listed_and_that_it_knows_too_much() -> None:
    profile = SymbolProfile(
        symbol="ACME",
        as_of="20261130",
        days=30,
        price=40.0,
        missing={"spread": "no file has quotes"},
        notes=("the curve is pooled",),
    )
    it = assessment(profile=profile)

    said = fill(it, load_algos()[it.choice.evaluation.candidate.strategy]).execution_strategy.assumptions

    assert [each for each in said if "profile" in each] == [
        "the profile is of 20261130: it knows the day of the order, 20261130, or what came after",
        "profile: no spread: no file has quotes",
        "profile: the curve is pooled",
    ]


def test_the_general_template_s_terms_make_its_estimate(document: PreTrade) -> None:
    terms, numbers = named(document.market_impact.terms), named(document.market_impact.parameters)
    general = next(each for each in document.market_impact.models if each.model == "general")

    assert terms["temporary"].value == pytest.approx(general.temporary)
    moved = numbers["gamma"].value * 0.1 ** numbers["delta"].value / (1 + numbers["delta"].value)
    conditions = terms["volatility"].value * terms["regime"].value * terms["sector concentration"].value
    assert terms["permanent"].value == pytest.approx(moved * conditions)


def test_one_strategy_is_recommended(document: PreTrade) -> None:
    (best,) = [each for each in document.strategies if each.recommended]

    assert best.strategy == document.execution_strategy.algorithm
    assert best.expected == named(document.execution_strategy.cost)["expected cost against arrival"]


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None, phases=NO_SHRINKING)
@given(
    qty=st.integers(1, 3_000_000),
    sigma=st.floats(0.001, 0.5),
    spread=st.one_of(st.just(0.0), st.floats(0.0001, 5.0)),
    price=st.floats(6.0, 5_000.0),
    adv=st.floats(1_000.0, 1e9),
    side=st.sampled_from(Side),
    momentum=st.floats(-0.05, 0.05),
)
def test_any_order_has_documents_without_a_nan(
    qty: int, sigma: float, spread: float, price: float, adv: float, side: Side, momentum: float
) -> None:
    overrides = replace(GIVEN, price=price, adv=adv, sigma=sigma, spread=spread, momentum=momentum)

    it = assessment(qty=qty, side=side, overrides=overrides)
    text = msgspec.json.encode(fill(it, load_algos()[it.choice.evaluation.candidate.strategy]))

    # JSON has no NaN: msgspec writes null, which no field of the documents but a rate may be.
    document = msgspec.json.decode(text, type=PreTrade)
    assert text.count(b"null") == sum(each.rate is None for each in document.strategies)
