"""Whether this installation runs its hot modules compiled or plain. It must not import them: `--version` is quick."""

from __future__ import annotations

from importlib.util import find_spec


def how_it_runs() -> str:
    """`compiled` where `simulator.book` is a shared library, else `plain`: a build compiles all of its list or none."""
    spec = find_spec("simulator.book")
    return "plain" if spec is None or spec.origin is None or spec.origin.endswith(".py") else "compiled"
