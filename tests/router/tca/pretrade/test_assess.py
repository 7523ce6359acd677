"""The whole estimate: every algorithm by every model, the same for both sides, the same bytes again."""

import msgspec
import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.runtime.plugins import load_algos
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.assess import Assessment, assess
from router.tca.pretrade.fill import fill
from router.tca.pretrade.question import MINUTE, Overrides
from router.tca.profile.events import EventKind, EventTime, MarketDate
from router.tca.profile.profile import SymbolProfile
from support.pretrade import CLOSE, GIVEN, LATER, OPEN, SESSION, assessment, impact_file, question

TONIGHT = MarketDate(
    date="20261130", kind=EventKind.EARNINGS, symbol="ACME", when=EventTime.AFTER_CLOSE, volatility=2.0
)
EXPIRY = MarketDate(date="20261201", kind=EventKind.EXPIRY, volume=1.6)


def test_every_installed_algorithm_is_estimated_by_every_model(assessed: Assessment) -> None:
    models = [model.name for model in assessed.models.all]

    assert {each.candidate.strategy for each in assessed.evaluations} == set(load_algos())
    assert all([estimate.model for estimate in each.estimates] == models for each in assessed.evaluations)
    assert len(models) == 7


def test_a_large_order_of_no_urgency_is_worked_by_shortfall(assessed: Assessment) -> None:
    choice = assessed.choice

    assert (choice.rule, choice.urgency, choice.evaluation.candidate.strategy) == ("large", "Medium", "IS")
    assert choice.evaluation.left == 0


def test_a_sale_is_estimated_as_a_purchase(assessed: Assessment) -> None:
    sale = assessment(side=Side.SELL)

    assert [each.estimates for each in sale.evaluations] == [each.estimates for each in assessed.evaluations]


def test_on_its_own_model_no_strategy_is_below_the_frontier(assessed: Assessment) -> None:
    for name, points in assessed.frontiers.items():
        for each in assessed.evaluations:
            # The frontier is drawn for the recommended placement: others pay another part of the spread, and other
            # fees.
            if each.left or each.path.taken != pytest.approx(assessed.placement.taken):
                continue
            cost = next(it.total for it in each.estimates if it.model == name) + each.fees.value
            for point in points:
                bound = point.cost + point.risk_aversion * point.risk**2
                assert cost + point.risk_aversion * each.risk**2 >= bound - 0.05, (name, each.candidate.settings)


def test_without_a_spread_almgren_and_chriss_have_no_frontier() -> None:
    tight = assessment(overrides=replace(GIVEN, spread=0.0))

    assert list(tight.frontiers) == ["almgren-2005"]
    assert all(each.middle.spread == 0 for each in tight.evaluations)


def test_an_event_tonight_makes_it_urgent_and_early() -> None:
    choice = assessment(qty=20_000, events=(TONIGHT,)).choice

    assert (choice.rule, choice.urgency, choice.evaluation.candidate.strategy) == ("event-ahead", "High", "IS")
    assert any("earnings of ACME" in reason for reason in choice.reasons)


def test_an_event_that_only_brings_volume_is_said_and_makes_nobody_hurry() -> None:
    choice = assessment(qty=30_000, events=(EXPIRY,)).choice

    assert (choice.rule, choice.urgency) == ("ordinary", "Medium")
    assert "Ahead, and no reason for haste: expiry, 20261201 session." in choice.reasons


def test_a_participation_limit_that_is_given_bounds_the_choice() -> None:
    it = assessment(overrides=replace(GIVEN, max_participation=0.05))

    assert (it.choice.rule, it.choice.evaluation.candidate.rate) == ("does-not-fit", 0.05)
    assert it.choice.evaluation.left > 0


def test_a_rate_of_volume_is_placed_as_urgently_as_the_order_and_pays_what_that_takes() -> None:
    """The parameters that are sent with it are of that urgency, and so must be the spread that it is told to pay."""
    it = assessment(urgency="High", overrides=replace(GIVEN, max_participation=0.05))

    best = it.choice.evaluation
    assert (best.candidate.strategy, best.candidate.urgency) == ("POV", "High")
    assert best.path.taken == pytest.approx(it.placement.taken)


def test_the_reasons_name_the_currency(assessed: Assessment) -> None:
    assert any("80,000,000 USD traded a day" in reason for reason in assessed.choice.reasons)


def test_a_shorter_window_costs_more_and_risks_less() -> None:
    whole, hour = (assessment(qty=50_000, end=end).choice.evaluation for end in (CLOSE, OPEN + 60 * MINUTE))

    assert hour.cost > whole.cost
    assert hour.risk < whole.risk


def test_a_short_day_has_its_part_of_the_volume_and_of_the_variance() -> None:
    noon = (OPEN + CLOSE) // 2
    short = assessment(session=replace(SESSION, close=noon), end=noon, session_part=0.5, qty=20_000)
    whole = assessment(qty=20_000, end=noon, curve=())

    path, morning = (
        next(each.path for each in it.evaluations if each.candidate.strategy == "TWAP") for it in (short, whole)
    )
    assert sum(path.days) == sum(morning.days) == pytest.approx(0.5)
    assert sum(path.variance) == pytest.approx(sum(morning.variance))
    assert sum(path.volume) == pytest.approx(sum(morning.volume))
    said = fill(short, load_algos()[short.choice.evaluation.candidate.strategy]).execution_strategy.assumptions
    assert "a short day: 0.5 of an ordinary session, with as much of its volume and variance" in said


def test_the_same_question_has_the_same_answer_to_the_byte() -> None:
    answers = [
        msgspec.json.encode(fill(it, load_algos()[it.choice.evaluation.candidate.strategy]))
        for it in (assessment(), assessment())
    ]

    assert answers[0] == answers[1]


def test_without_an_algorithm_there_is_no_recommendation() -> None:
    numbers = impact_file()

    with pytest.raises(ImpactInputError, match="strategies: at least one installed algorithm"):
        assess(question(), numbers.on("20261130"), numbers.pretrade, {})


def test_an_order_too_small_to_have_an_impact_is_done_soon() -> None:
    """A single lot goes out in the last slice of its window, so the window is what counts."""
    best = assessment(qty=100).choice.evaluation.candidate

    assert (best.end - OPEN) / MINUTE == 11.7


def test_what_does_not_fit_in_a_day_says_how_many_it_would_take_and_what_they_cost() -> None:
    """A tenth of ADV at urgency Low is 200,000 a date."""
    it = assessment(qty=600_000, later=LATER, urgency="Low")

    told = next(each for each in it.choice.reasons if each.startswith("Under the limit it would fit"))
    best = min(it.longer, key=lambda each: each.adjusted(it.rules.risk_aversion.low))
    assert told.startswith("Under the limit it would fit in 3 trading dates: ")
    assert f"to 20261202, {best.cost:.1f} bps expected, risk {best.risk:.1f} bps." in told
    assert (it.situation.dates_needed, it.choice.rule) == (3, "does-not-fit")


def test_with_the_dates_that_it_needs_it_is_done_within_the_limit_on_each() -> None:
    it = assessment(qty=600_000, later=LATER, urgency="Low", dates_most=3)

    best = it.choice.evaluation
    assert (it.choice.rule, best.left, len(best.parts)) == ("ordinary", 0, 3)
    assert best.busiest <= 0.10
    assert it.longer == ()


def test_an_event_makes_the_date_that_it_moves_riskier_and_the_night_before_it() -> None:
    """Results after the close of the first date move the second, by twice its volatility."""
    profile = SymbolProfile(symbol="ACME", as_of="20261127", days=30, price=40.0, adv=2e6, sigma_daily=0.02)
    quiet, loud = (
        assessment(
            qty=600_000, later=LATER, urgency="Low", dates_most=3, profile=profile, overrides=Overrides(), **more
        )
        for more in ({}, {"events": (TONIGHT,)})
    )

    assert [date.night for date in loud.clock.dates[:3]] == [0.25, 1.0, 0.25]
    assert [date.clock.variance_days for date in loud.clock.dates[:3]] == [0.75, 3.0, 0.75]
    assert loud.choice.evaluation.risk > 1.3 * quiet.choice.evaluation.risk


def test_what_a_strategy_leaves_is_compared_as_if_it_were_finished_after_it() -> None:
    """POV at the limit on one date, and finished at it, is worth what the dates that it takes are."""
    it = assessment(qty=600_000, later=LATER, urgency="Low")
    left = it.choice.evaluation

    over_dates = min(it.longer, key=lambda each: each.adjusted(it.rules.risk_aversion.low))
    assert left.left > 0
    assert left.cost < 0.6 * left.finished_cost
    assert left.finished_cost == pytest.approx(over_dates.cost, rel=0.1)
    assert left.finished_risk == pytest.approx(over_dates.risk, rel=0.1)


def test_a_price_that_is_expected_to_run_away_makes_it_dearer_and_faster() -> None:
    still, against = (assessment(overrides=replace(GIVEN, momentum=momentum)) for momentum in (0.0, 0.05))

    assert "The price is expected to move by 500.0 bps to the cost of the order in a day." in against.choice.reasons
    assert against.choice.evaluation.cost > still.choice.evaluation.cost + 50
    assert (against.choice.rule, against.choice.evaluation.candidate.urgency) == ("urgent", "High")
    assert against.choice.evaluation.risk < still.choice.evaluation.risk
