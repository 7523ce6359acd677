"""The engine: `handle(at, event) -> outputs`. Knows no FIX bytes and no IO."""

from router.engine.engine import Engine

__all__ = ["Engine"]
