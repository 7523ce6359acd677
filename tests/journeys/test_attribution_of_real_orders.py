"""Orders of the real engine in the simulated market, attributed: what every trader knows must come out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from router.core.types import SECOND
from router.tca.facts.case import Case, cases
from router.tca.facts.recorder import Recorder
from router.tca.footprint.leakage import Anchor, LeakageSpec, moves_before
from router.tca.footprint.predictability import Guesses, interval_predictability, sendings
from router.tca.universe.compare import paired
from router.tca.universe.outcome_of import outcome_of
from router.tca.venues.attribution import By, Group, Material, attribute, gather
from simulator.scenario_file import ScenarioFile
from support.scene import play, shipped

SEEDS = range(1, 5)
pytestmark = [pytest.mark.slow, pytest.mark.untraced]


def worked(strategy: str, seed: int, *scenarios: ScenarioFile) -> Case:
    """A buy of 6,000 in five minutes of one seed's market."""
    played = play(*scenarios, seed=seed, strategy=strategy, minutes=5)
    recorder = Recorder()
    recorder.follow(played.journal.inputs, played.journal.outputs)
    (found,) = cases(recorder)
    return found


@pytest.fixture(scope="module")
def parents() -> dict[str, list[Case]]:
    return {strategy: [worked(strategy, seed) for seed in SEEDS] for strategy in ("TWAP", "VWAP")}


@pytest.fixture(scope="module")
def material(parents: dict[str, list[Case]]) -> Material:
    return gather(parents["TWAP"])


def by_reason(material: Material) -> dict[str, Group]:
    return {group.key: group for group in attribute(material, By.REASON).groups}


def test_groups_sum_to_what_the_clients_reports_say(parents: dict[str, list[Case]], material: Material) -> None:
    records = [parent.record for parent in parents["TWAP"]]

    for by in By:
        found = attribute(material, by)

        assert sum(group.shares for group in found.groups) == sum(record.cum_qty for record in records)
        assert sum((group.notional for group in found.groups), Fraction(0)) == Fraction(
            sum(record.notional for record in records), 10_000
        )


def test_who_posts_keeps_the_spread_who_meets_in_a_pool_half_of_it_and_who_takes_pays_it(material: Material) -> None:
    found = by_reason(material)

    # A rest whose level moved within the reports' latency is held against the older quote.
    assert found["passive-post"].at_fill.capture == pytest.approx(1.0, abs=0.1)
    assert found["dark-rest"].at_fill.capture == pytest.approx(0.5, abs=0.1)
    taken = [group for key, group in found.items() if key in {"sweep", "escalate"}]
    assert taken
    assert all(group.at_fill.capture is not None and group.at_fill.capture <= 0.1 for group in taken)


def test_resting_orders_earn_the_rebate_and_are_adversely_selected(material: Material) -> None:
    posted = by_reason(material)["passive-post"]

    assert posted.fees + posted.rebates < 0
    second = posted.markouts[1].adverse
    assert second.low is not None
    assert second.low > 0


def test_twap_and_vwap_on_the_same_days_share_most_of_what_the_days_cost(parents: dict[str, list[Case]]) -> None:
    arms = [
        [outcome_of(parent, adv=2e6, seed=seed, pair="P") for seed, parent in zip(SEEDS, held, strict=True)]
        for held in parents.values()
    ]

    found = paired(*arms, names=("TWAP", "VWAP"))

    assert found.pairs == len(SEEDS)
    assert found.variance_kept is not None
    assert found.variance_kept < 0.5


def test_somebody_who_feels_for_us_in_the_pool_is_found_and_a_quiet_market_is_not_accused() -> None:
    """The scenario's prober finds a resting order, buys ahead of it, and the next fills come after the price ran."""
    spec = LeakageSpec(window=2 * SECOND, before=20 * SECOND)

    quiet, hunted = (
        moves_before([worked("TWAP", seed, *files) for seed in range(1, 9)], spec, Anchor.FILL)
        for files in ((), (shipped("pinger"),))
    )

    assert quiet.p_value is not None
    assert quiet.p_value > 0.05, quiet
    assert hunted.p_value is not None
    assert hunted.p_value < 0.001, hunted
    assert hunted.difference.low is not None
    assert hunted.difference.low > 0


def test_slices_on_the_clock_are_guessed_and_slices_at_random_times_hardly_more_than_by_chance() -> None:
    """Planted in the children: lit only, a slice each 15 seconds, to the instant or anywhere in its interval."""
    seeds = range(1, 4)

    clockwork, random = (
        [interval_predictability(sendings(_sliced(seed, variance))).guesses for seed in seeds]
        for variance in ("0", "0.5")
    )

    chance = clockwork[0].by_chance
    assert chance is not None
    assert min(_hit(clockwork)) > 2 * chance, f"seeds {seeds}: {_hit(clockwork)}"
    assert max(_hit(random)) < min(_hit(clockwork)), f"seeds {seeds}: {_hit(random)} against {_hit(clockwork)}"


def _sliced(seed: int, variance: str) -> Case:
    params = (("Interval", "15"), ("Variance", variance), ("Urgency", "High"), ("DarkPct", "0"))
    played = play(seed=seed, strategy="TWAP", minutes=10, params=params)
    recorder = Recorder()
    recorder.follow(played.journal.inputs, played.journal.outputs)
    (found,) = cases(recorder)
    return found


def _hit(guesses: Sequence[Guesses]) -> list[float]:
    return [each.hits.value or 0.0 for each in guesses]
