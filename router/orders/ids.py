"""Ids: counters that never repeat, under an instance name that never repeats.

Knows no clock and no randomness: a journal replayed gives the same ids (so a restarted engine goes on where it stopped,
and no ExecID(17) is used twice), and two engines differ by their instance.
"""

from __future__ import annotations


class Ids:
    """All ids that one engine gives out.

    `instance` is Genesis's; it must be unique for ever, or the ids are not.
    """

    def __init__(self, instance: str) -> None:
        assert instance, "an engine without an instance name would repeat another's ids"
        self._instance = instance
        self._orders = self._execs = self._children = self._requests = self._slices = 0

    def order(self) -> str:
        """OrderID(37) of a client's order."""
        self._orders += 1
        return f"{self._instance}-O{self._orders}"

    def execution(self) -> str:
        """ExecID(17) of one report to a client."""
        self._execs += 1
        return f"{self._instance}-E{self._execs}"

    def child(self) -> str:
        """ClOrdID(11) of one of our orders at a venue."""
        self._children += 1
        return f"{self._instance}-C{self._children}"

    def request(self) -> str:
        """ClOrdID(11) of our cancel or replace at a venue."""
        self._requests += 1
        return f"{self._instance}-R{self._requests}"

    def slice(self) -> int:
        """Number of one slice of an algorithm; never leaves the house."""
        self._slices += 1
        return self._slices
