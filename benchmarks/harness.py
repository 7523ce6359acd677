"""What every benchmark prints: the machine, a table, and ratios measured in one run. It must not know what is timed.

Times are CPU time of this process (`time.process_time`), so that a neighbour's load shows less; the best of several
rounds is reported, as noise only ever adds.
"""

from __future__ import annotations

import gc
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from router.runtime.build import how_it_runs


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds of the best of `rounds` runs; garbage of one round is not charged to the next.

    Nor is what was there before, the input above all: it is frozen, or each collection would walk it again.
    """
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        gc.freeze()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
        gc.unfreeze()
    return best


def environment() -> str:
    """Where the figures come from: they mean nothing without."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{how_it_runs()}, {python}, {_cpu()}, {os.cpu_count()} cores"


def real_data() -> Path | None:
    """Recorded market data, where the tests find it too: SLUICE_REAL_DATA, or `shared/data` beside the repository."""
    named = os.environ.get("SLUICE_REAL_DATA")
    path = Path(named) if named else Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    return path if path.is_dir() else None


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        models = []
    return models[0] if models else platform.machine()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; the first column is text, the others figures."""
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    print(f"\n{title}  [{environment()}]")
    for row in (columns, ["-" * width for width in widths], *rows):
        cells = [
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells))
    sys.stdout.flush()


def rate(count: int, took: float) -> str:
    """`count` per second."""
    return f"{count / took:,.0f}/s"


def ratio(slow: float, fast: float) -> str:
    """How many times as fast."""
    return f"{slow / fast:.2f}x"
