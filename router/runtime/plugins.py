"""Plug-ins by entry point: algorithms in `sluice.algos`, venues in `sluice.venues`. Ours use the same door.

Knows how to find and name them; what one must be is said by `router.api`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from router.core.algo import AlgoFactory
from router.core.venue import VenueFactory

ALGOS_GROUP: Final = "sluice.algos"
VENUES_GROUP: Final = "sluice.venues"
FIX_PLUGIN: Final = "fix"
"""The plug-in name of a venue behind a FIX session; the others run in the simulator."""


class PluginError(Exception):
    """A plug-in cannot be loaded, is not what its group asks for, or two have one name."""


def load_algos() -> dict[str, AlgoFactory]:
    """Every installed algorithm by its canonical strategy name, in order of name."""
    found: dict[str, AlgoFactory] = {}
    for point, algo in _load(entry_points(group=ALGOS_GROUP)):
        name = getattr(algo, "name", None)
        if not isinstance(name, str) or not hasattr(algo, "Params") or not hasattr(algo, "expected_schedule"):
            raise PluginError(f"{ALGOS_GROUP}: {point.name} ({point.value}) is no algorithm: name, Params or schedule")
        if name in found:
            raise PluginError(f"{ALGOS_GROUP}: {point.name} ({point.value}): there is a strategy {name} already")
        found[name] = algo
    return dict(sorted(found.items()))


def load_venues() -> dict[str, VenueFactory]:
    """Every installed simulated venue by its entry point's name, in order of name; FIX links are not among them."""
    points = [point for point in entry_points(group=VENUES_GROUP) if point.name != FIX_PLUGIN]
    return dict(sorted((point.name, venue) for point, venue in _load(points)))


def _load(points: Iterable[EntryPoint]) -> Iterable[tuple[EntryPoint, Any]]:
    for point in points:
        try:
            yield point, point.load()
        except Exception as error:  # a stranger's code may fail in any way
            raise PluginError(f"{point.group}: {point.name} ({point.value}) cannot be loaded: {error}") from error
