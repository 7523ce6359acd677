"""Incidents come at their instants, in order, and a venue taken down comes back when it was told to."""

from __future__ import annotations

from router.api import Ns, Phase
from simulator.scenario import Scenario, SetPhase, TakeDown
from simulator.source import MarketSource


class Told:
    """What a scenario asked of the market, with its instant; the rest of `MarketPort` is not for it."""

    def __init__(self) -> None:
        self.now: Ns = 0
        self.deeds: list[tuple[Ns, str]] = []

    def phase(self, symbol: str, phase: Phase, venue: str | None = None) -> None:
        self.deeds.append((self.now, f"{symbol} {phase.value} on {venue or 'all'}"))

    def venue_down(self, venue: str, text: str) -> None:
        self.deeds.append((self.now, f"{venue} down: {text}"))

    def venue_up(self, venue: str) -> None:
        self.deeds.append((self.now, f"{venue} up"))


def play(scenario: Scenario) -> list[tuple[Ns, str]]:
    told = Told()
    while (at := scenario.next_at) is not None:
        told.now = at
        scenario.step(told)  # type: ignore[arg-type]  # it asks for no book, print or quote
    return told.deeds


def test_plays_in_order_of_time_and_given_order_between_equals() -> None:
    scenario = Scenario(
        [
            TakeDown(20, "XLIT", up_at=40, text="cut"),
            SetPhase(10, "ABC", Phase.HALTED),
            SetPhase(40, "ABC", Phase.CONTINUOUS, venue="XALT"),
        ]
    )

    assert play(scenario) == [
        (10, "ABC halted on all"),
        (20, "XLIT down: cut"),
        (40, "XLIT up"),
        (40, "ABC continuous on XALT"),
    ]


def test_a_venue_may_stay_down() -> None:
    assert play(Scenario([TakeDown(20, "XLIT")])) == [(20, "XLIT down: scenario: venue down")]


def test_is_a_market_source_and_ends() -> None:
    scenario = Scenario([])

    assert isinstance(scenario, MarketSource)
    assert scenario.next_at is None
