"""Incidents come at their instants, in order; states last as long as anybody holds them; ears hear what we do."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from router.api import ChildAccepted, Ns, OrdType, Phase, Reason, SendChild, Side, VenueCommand, VenueSays
from simulator.scenario import Begin, Incident, Scenario, SetPhase, State
from simulator.scenario_states import Down
from simulator.source import HearsOwn, MarketPort, MarketSource
from support.fake_port import FakePort

ORDER = SendChild(
    venue="XLIT", child_id="c1", symbol="ABC", side=Side.BUY, qty=100, ord_type=OrdType.MARKET, reason=Reason.DIRECT
)
ACCEPTED = [ChildAccepted("XLIT", "c1", "XLIT-1")]


class Echo(Struct, frozen=True):
    """A state that answers each of our commands with a venue that goes down."""

    @property
    def key(self) -> tuple[str, ...]:
        return ("echo",)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        """Nothing until we act."""

    def hear(self, now: Ns, command: VenueCommand, says: Sequence[VenueSays]) -> Sequence[Incident]:
        return (Begin(now + 5, Down("XALT", f"{command.child_id} {len(says)}")),)


def deeds(port: FakePort, scenario: Scenario, until: Ns | None = None) -> list[tuple[Ns, str]]:
    """What a scenario did, each with its instant."""
    said: list[tuple[Ns, str]] = []
    for at in port.steps(scenario, until):
        said += [(at, deed) for deed in (*port.deeds, *(phase.value for phase in port.phases))]
        port.deeds.clear()
        port.phases.clear()
    return said


def test_plays_in_order_of_time_and_given_order_between_equals() -> None:
    scenario = Scenario(
        [
            Begin(20, Down("XLIT", "cut"), until=40),
            SetPhase(10, "ABC", Phase.HALTED),
            SetPhase(20, "ABC", Phase.CONTINUOUS, venue="XALT"),
        ]
    )

    assert deeds(FakePort(), scenario) == [
        (10, "halted"),
        (20, "XLIT down: cut"),
        (20, "continuous"),
        (40, "XLIT up"),
    ]


def test_a_state_may_last_for_good() -> None:
    assert deeds(FakePort(), Scenario([Begin(20, Down("XLIT"))])) == [(20, "XLIT down: scenario: venue down")]


def test_a_state_that_two_hold_ends_with_the_later() -> None:
    scenario = Scenario([Begin(10, Down("XLIT", "one"), until=30), Begin(20, Down("XLIT", "other"), until=50)])

    up = [at for at, deed in deeds(FakePort(), scenario) if deed == "XLIT up"]

    assert up == [50]


def test_plans_after_the_first_order_begin_when_a_venue_has_it_and_only_then() -> None:
    port = FakePort()
    scenario = Scenario([], on_first_order=[lambda begin: [Begin(begin + 7, Down("XLIT", "cut"))]])
    before = scenario.next_at
    port._now = 100

    scenario.on_own(port, ORDER, ACCEPTED)
    scenario.on_own(port, ORDER, ACCEPTED)

    assert before is None
    assert deeds(port, scenario) == [(107, "XLIT down: cut")]


def test_an_ear_hears_what_we_did_while_its_state_is_held_and_not_after() -> None:
    port = FakePort()
    scenario = Scenario([Begin(10, Echo(), until=20)])
    deeds(port, scenario, until=10)

    scenario.on_own(port, ORDER, ACCEPTED)
    heard = deeds(port, scenario)
    scenario.on_own(port, ORDER, ACCEPTED)

    assert heard == [(15, "XALT down: c1 1")]
    assert scenario.next_at is None


def test_is_a_market_source_that_hears_us_and_ends() -> None:
    scenario = Scenario([])

    assert isinstance(scenario, MarketSource)
    assert isinstance(scenario, HearsOwn)
    assert scenario.next_at is None
