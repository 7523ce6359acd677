"""Run every benchmark here, one after the other: `python -m benchmarks [NAME ...]`, a name as in `bench_NAME.py`."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

OPTIONAL = {
    "hftbacktest": ("hftbacktest", "hftbacktest's backtest"),
    "nautilus": ("nautilus_trader", "nautilus_trader's"),
}
"""Benchmarks beside a package that is nobody's dependency here: left out where it is not installed."""


def main() -> None:
    names = sys.argv[1:] or sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
    )
    for name in names:
        package, whose = OPTIONAL.get(name, ("", ""))
        if package and find_spec(package) is None:
            print(f"\nbook beside {whose}: not installed here")
            continue
        import_module(f"benchmarks.bench_{name}").main()


if __name__ == "__main__":
    main()
