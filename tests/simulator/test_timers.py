"""What a venue means to do later, in order."""

from __future__ import annotations

from router.api import Ns, VenueSays
from simulator.timers import Timers


def test_deeds_run_in_order_and_what_they_ask_for_at_once_runs_too() -> None:
    timers, ran = Timers(), list[tuple[str, Ns]]()

    def note(name: str, at: Ns) -> list[VenueSays]:
        ran.append((name, at))
        return []

    def ask(at: Ns) -> list[VenueSays]:
        timers.at(at, lambda now: note("at once", now))
        return note("asks", at)

    timers.at(20, ask)
    timers.at(10, lambda now: note("sooner", now))
    timers.at(30, lambda now: note("not yet", now))

    assert timers.run(20) == []
    assert (ran, timers.next_at) == ([("sooner", 20), ("asks", 20), ("at once", 20)], 30)
