"""The reference of the algorithms (docs/algorithms.md), made from their structs and docstrings, so that it cannot lie.

    python -m algos.reference > docs/algorithms.md

It must not know any algorithm: it finds Sluice's own in the entry-point group, as everybody does.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points

from router.api import AlgoFactory, AlgoParams, describe

HEAD = """# Algorithms and their parameters

Made by `python -m algos.reference`; do not edit. Names are those of StrategyParametersGrp (957); a number in brackets
is the FIX tag that carries the parameter in the standard dialect. A client's dialect may use others.
"""
SHARED = """
## Parameters of every algorithm

Values are text: fractions as decimals (0.1 is a tenth), times in UTC (YYYYMMDD-HH:MM:SS), durations in seconds.
What is out of bounds, unknown, given twice or contradictory is refused, in words that name parameter, rule, limit and
value.
"""


def reference(factories: Iterable[AlgoFactory]) -> str:
    """The whole page: the shared parameters once, then each algorithm, in order of name."""
    shared = describe(AlgoParams)
    sections = [HEAD, SHARED, _table(shared)]
    for factory in sorted(factories, key=lambda factory: factory.name):
        own = [row for row in describe(factory.Params) if row not in shared]
        module = inspect.getmodule(factory)
        text = inspect.getdoc(module) or ""
        sections += [f"\n## {factory.name}\n\n{text}\n", _table(own)]
    return "".join(sections)


def _table(rows: Sequence[dict[str, str]]) -> str:
    lines = ["\n| parameter | type | values | default | meaning |\n", "|---|---|---|---|---|\n"]
    for row in rows:
        tag = f" ({row['tag']})" if row["tag"] else ""
        # A bar would end the cell.
        values = row["bounds"].replace(" | ", ", ")
        lines.append(f"| {row['name']}{tag} | {row['type']} | {values} | {row['default']} | {row['meaning']} |\n")
    return "".join(lines)


def main() -> None:
    """Write the page to standard output."""
    ours = [point for point in entry_points(group="sluice.algos") if point.value.startswith("algos.")]
    sys.stdout.write(reference(point.load() for point in ours))


if __name__ == "__main__":
    main()
