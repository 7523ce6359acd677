"""Moods multiply, and one that does not chase is enough."""

from simulator.conditions import CALM, Conditions


def test_several_moods_at_once_multiply() -> None:
    both = Conditions.of_all([Conditions(rate=2.0, spread=4.0), Conditions(rate=3.0, depth=0.5, chases=False)])

    assert both == Conditions(rate=6.0, spread=4.0, depth=0.5, chases=False)


def test_no_mood_is_calm() -> None:
    assert Conditions.of_all([]) == CALM == Conditions(1.0, 1.0, 1.0, True)
