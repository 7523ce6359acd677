"""The contract that every algorithm inherits, and what is the sniper's own."""

from typing import ClassVar

from sluice_sniper import Sniper, SniperParams

from algos.testing import AlgorithmContract, Conditions, Driver, Run, example_terms
from router.api import SECOND, AlgoParams, Urgency


class TestContract(AlgorithmContract):
    factory = Sniper
    params: ClassVar[AlgoParams] = SniperParams()


def run(params: SniperParams, conditions: Conditions) -> Run:
    return Driver(Sniper, params, example_terms(qty=1_250), conditions).run()


def test_it_takes_half_of_what_is_displayed_and_the_odd_lot_last() -> None:
    cuts = run(SniperParams(), Conditions()).cuts

    assert [cut.slice.qty for cut in cuts] == [500, 500, 250]
    assert {cut.slice.urgency for cut in cuts} == {Urgency.AGGRESSIVE}


def test_it_waits_while_the_spread_is_wide() -> None:
    wide_then_narrow = ((0, 1_000_000, 1_010_000), (60 * SECOND, 1_000_000, 1_000_100))

    cuts = run(SniperParams(), Conditions(quotes=wide_then_narrow)).cuts

    assert [(cut.at - example_terms().start) // SECOND for cut in cuts] == [60, 62, 64]
