"""A synthetic year of orders in a TCA store: written, asked, in bounded memory; and the same sums a row at a time.

python -m benchmarks tca                                 3 days of 250: 12,000 parents, 600,000 fills
python -m benchmarks.bench_tca --scale 0.1               a tenth: 100,000 parents, 5,000,000 fills
python -m benchmarks.bench_tca --scale 0.1 --keep DIR    and leave the store in DIR; there already, it is only read

Writing and asking run in processes of their own, so that each peak (VmHWM) is its own. Questions are asked by one
thread (CPU time is then comparable), under DuckDB's memory limit. The baseline does one date's parents and fills with
the exact functions of router.tca, on rows that are read already and with their reading.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.harness import rate, ratio, seconds, table
from router.core.types import Side
from router.tca.costs import cost_against
from router.tca.store.costs import costs, fees, untied, venues
from router.tca.store.reader import Store
from router.tca.store.year import YEAR, Size, trading_days, write_year

SEED = 1
MEMORY_MB = 512
SHORT = 3 / YEAR.days
YEARS_FILLS = 50_000_000
QUESTIONS: dict[str, Callable[[Store], object]] = {
    "costs by algorithm": costs,
    "costs by participation": lambda store: costs(store, ("participation",)),
    "costs by date and symbol": lambda store: costs(store, ("date", "symbol")),
    "fill rates by venue": venues,
    "fees by venue, kind, reason": fees,
    "do all fills add up": untied,
}


def main(scale: float = SHORT, keep: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = keep or Path(scratch) / "store"
        days = max(round(YEAR.days * scale), 1)
        wrote = {} if root.is_dir() else _apart("write", root, days)
        asked = _apart("ask", root, days)
        _print(root, days, wrote, asked)


def _print(root: Path, days: int, wrote: dict[str, Any], asked: dict[str, Any]) -> None:
    counts, times = asked["counts"], asked["cpu"]
    total = sum(counts.values())
    year = YEARS_FILLS / counts["fills"]
    rows = [(name, f"{took:.2f}", f"{asked['wall'][name]:.2f}", rate(counts["fills"], took), f"{took * year:.0f}")
            for name, took in times.items()]  # fmt: skip
    peaks = [("asking", f"{asked['rss']:,.0f}", f"DuckDB limited to {MEMORY_MB} MB, one thread")]
    if wrote:
        written = ("write", f"{wrote['cpu']:.1f}", f"{wrote['wall']:.1f}", rate(total, wrote["cpu"]))
        rows.insert(0, (*written, f"{wrote['cpu'] * year:.0f}"))
        peaks.insert(0, ("writing", f"{wrote['rss']:,.0f}", "a date and symbol at a time"))
    table(_title(root, counts), ("what", "CPU s", "wall s", "fills (write: rows)", "a year, CPU s"), rows)
    table("peak resident memory", ("process", "MB", "limit"), peaks)
    _print_baseline(root, days, counts["fills"], times)


def _title(root: Path, counts: dict[str, int]) -> str:
    sizes = [path.stat().st_size for path in root.rglob("*.parquet")]
    rows = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return f"TCA store, {rows}: {sum(sizes) / 1e6:,.0f} MB in {len(sizes):,} files"


def _print_baseline(root: Path, days: int, fills: int, times: dict[str, float]) -> None:
    """CPU seconds a fill: the exact functions over the rows of the last date, and what the store took for the same."""
    day = list(trading_days(days))[-1]
    with Store(root, memory_mb=MEMORY_MB, threads=1) as store:
        start = time.process_time()
        parents = store.dicts("SELECT * FROM parents WHERE date = ?", (day,))
        trades = store.dicts("SELECT * FROM fills WHERE date = ?", (day,))
        reading = (time.process_time() - start) / len(trades)
    summing = seconds(lambda: _exact(parents, trades), rounds=1) / len(trades)
    stored = sum(times[name] for name in ("costs by algorithm", "fees by venue, kind, reason")) / fills
    ways = {
        "a row at a time, one date": reading + summing,
        "the same without the reading": summing,
        "the store, its reading included": stored,
    }
    rows = [(name, rate(1, took), ratio(reading + summing, took)) for name, took in ways.items()]
    table("the same costs and fees", ("how", "fills", "times as fast"), rows)


def _exact(parents: list[dict[str, Any]], trades: list[dict[str, Any]]) -> object:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for row in parents:
        side, qty, notional = Side(row["side"]), row["cum_qty"], row["notional"]
        arrival = cost_against(side, qty, notional, Fraction(row["arrival2"], 2))
        vwap = cost_against(side, qty, notional, Fraction(row["interval_notional"], row["interval_volume"]))
        for name, cost in (("arrival", arrival), ("vwap", vwap)):
            if cost is not None:
                sums[row["algorithm"] + name] += cost.quanta
    by_venue: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for fill in trades:
        total = by_venue[fill["venue"], fill["kind"], fill["reason"]]
        total[0] += fill["qty"]
        total[1] += fill["qty"] * fill["px"]
        total[2] += fill["fee"]
    return sums, by_venue


# --- in a process of its own


def _apart(what: str, root: Path, days: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.bench_tca",
        "--process",
        what,
        "--keep",
        str(root),
        "--days",
        str(days),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _peak_mb() -> float:
    """VmHWM, not ru_maxrss: that of a process that was forked begins with its parent's."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1_024


def _write(root: Path, days: int) -> dict[str, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    write_year(root, SEED, Size(days))
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "rss": _peak_mb()}


def _ask(root: Path) -> dict[str, Any]:
    cpu, wall = {}, {}
    with Store(root, memory_mb=MEMORY_MB, threads=1) as store:
        for name, question in QUESTIONS.items():
            start, began = time.process_time(), time.perf_counter()
            question(store)
            cpu[name], wall[name] = time.process_time() - start, time.perf_counter() - began
        counted = "SELECT (SELECT count(*) FROM parents), (SELECT count(*) FROM children), (SELECT count(*) FROM fills)"
        counts = dict(zip(("parents", "children", "fills"), store.rows(counted)[0], strict=True))
    return {"cpu": cpu, "wall": wall, "counts": counts, "rss": _peak_mb()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A synthetic year of orders in a TCA store.")
    parser.add_argument("--scale", type=float, default=SHORT, help="part of a year of 1,000,000 parents")
    parser.add_argument("--keep", type=Path, help="where the store is, or is to be left")
    parser.add_argument("--days", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--process", choices=("write", "ask"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    if given.process:
        print(json.dumps(_write(given.keep, given.days) if given.process == "write" else _ask(given.keep)))
    else:
        main(given.scale, given.keep)
