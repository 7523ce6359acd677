"""What lasts: what each state tells the market when it begins and ends, and what two of one kind come to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from router.api import Phase
from simulator.conditions import Conditions
from simulator.scenario import Stage, State
from simulator.scenario_states import Down, Halted, Slow, Stale, Swayed, Tuned
from support.fake_port import FakePort


def held(states: Sequence[State]) -> tuple[list[str], list[str]]:
    """What is said as each begins, and as each ends in the same order."""
    port, stage = FakePort(), Stage()
    for state in states:
        stage.hold(port, state)
    begun = port.deeds[:]
    port.deeds.clear()
    for state in states:
        stage.release(port, state)
    return begun, port.deeds


@pytest.mark.parametrize(
    ("states", "begun", "ended"),
    [
        ([Down("XLIT", "cut")], ["XLIT down: cut"], ["XLIT up"]),
        (
            [Slow("XLIT", 10), Slow("XLIT", 3)],
            ["XLIT takes 10 times as long", "XLIT takes 30 times as long"],
            ["XLIT takes 3 times as long", "XLIT takes 1 times as long"],
        ),
        (
            [Stale("XLIT", 5), Stale("XLIT", 9), Stale("XLIT", None)],
            ["XLIT is 5 behind", "XLIT is 9 behind", "XLIT is cut behind"],
            ["XLIT is cut behind", "XLIT is cut behind", "XLIT is 0 behind"],
        ),
        (
            [Tuned("XLIT", {"a": 1, "b": 1}), Tuned("XLIT", {"b": 2})],
            ["XLIT has {'a': 1, 'b': 1}", "XLIT has {'a': 1, 'b': 2}"],
            ["XLIT has {'b': 2}", "XLIT has {}"],
        ),
        (
            [Swayed("ABC", Conditions(rate=2.0)), Swayed("ABC", Conditions(spread=3.0))],
            [f"ABC {Conditions(rate=2.0)}", f"ABC {Conditions(rate=2.0, spread=3.0)}"],
            [f"ABC {Conditions(spread=3.0)}", f"ABC {Conditions()}"],
        ),
    ],
)
def test_what_is_said_of_states_that_begin_and_end(states: list[State], begun: list[str], ended: list[str]) -> None:
    assert held(states) == (begun, ended)


def test_states_of_other_venues_are_other_states() -> None:
    assert held([Down("XLIT", "one"), Down("XALT", "other")]) == (
        ["XLIT down: one", "XALT down: other"],
        ["XLIT up", "XALT up"],
    )


def test_a_halt_ends_in_continuous_trading() -> None:
    port, stage = FakePort(), Stage()

    stage.hold(port, Halted("ABC"))
    stage.release(port, Halted("ABC"))

    assert port.phases == [Phase.HALTED, Phase.CONTINUOUS]


def test_a_halt_does_not_open_a_session_that_has_closed_meanwhile() -> None:
    port, stage = FakePort(), Stage()
    stage.hold(port, Halted("ABC"))
    port.phase("ABC", Phase.CLOSED)

    stage.release(port, Halted("ABC"))

    assert port.phases == [Phase.HALTED, Phase.CLOSED]


def test_two_halts_are_one_that_ends_with_the_later() -> None:
    port, stage = FakePort(), Stage()
    stage.hold(port, Halted("ABC"))
    stage.hold(port, Halted("ABC"))

    stage.release(port, Halted("ABC"))
    between = port.phases[:]
    stage.release(port, Halted("ABC"))

    assert between == [Phase.HALTED]
    assert port.phases == [Phase.HALTED, Phase.CONTINUOUS]


def test_nothing_is_halted_before_it_is_open() -> None:
    port, stage = FakePort(), Stage()
    port.phase("ABC", Phase.PRE_OPEN)

    stage.hold(port, Halted("ABC"))

    assert port.phases == [Phase.PRE_OPEN]
