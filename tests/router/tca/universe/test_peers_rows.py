"""An order among its like, in a report: ranked by what is known of it, or with the reason why it is not."""

from router.tca.cost.arrival_estimate import EstimateSection, arrival_estimate
from router.tca.universe.outcome import Outcome
from router.tca.universe.peers import Universe
from router.tca.universe.peers_rows import PeersSection, peers
from support.outcomes import outcome
from support.pretrade import impact_file
from support.twelve_trades import case


def past(count: int, cost: float = 0.0) -> list[Outcome]:
    """Orders of 0.05 % of ADV, a quarter of the volume, whose costs are 1 bp apart."""
    return [outcome(f"P{n}", q_adv=0.0005, pov=0.25, cost_bps=cost + n) for n in range(count)]


def test_the_cost_is_ranked_against_arrival_without_fees_and_z_is_of_the_estimate() -> None:
    """5.622 bps are dearer than 6 of the 20 that cost 0, 1, ... 19."""
    was = case("O1")
    estimate = arrival_estimate(was, impact_file())

    section = peers(was, Universe(past(20)), estimate)

    assert section.rank is not None
    assert section.rank.percentile.value == 6 / 20
    assert section.cost_bps is not None
    assert round(section.cost_bps, 3) == 5.622
    assert estimate.bare_bps is not None
    assert estimate.timing_risk is not None
    assert section.rank.z == (section.cost_bps - estimate.bare_bps) / estimate.timing_risk.value
    assert (section.universe, section.left_out) == (20, 0)


def test_without_an_estimate_there_is_a_rank_and_no_z() -> None:
    section = peers(case("O1"), Universe(past(20)), EstimateSection(reason="none"))

    assert section.rank is not None
    assert (section.rank.z, bool(section.rank.z_note)) == (None, True)


def test_a_universe_of_few_has_no_rank_and_says_how_few() -> None:
    section = peers(case("O1"), Universe([*past(3), outcome("Q", pov=None)]), EstimateSection(reason="none"))

    assert section == PeersSection(
        universe=3,
        left_out=1,
        reason="a percentile takes at least 20 past orders with all dimensions, there are 3 and 1 that lack one",
    )


def test_an_order_without_a_fill_has_none() -> None:
    was = case("O1")
    was.record.cum_qty, was.record.notional = 0, 0

    section = peers(was, Universe(past(20)), EstimateSection(reason="none"))

    assert section.reason == "O1: a cost takes a fill, there was none"
