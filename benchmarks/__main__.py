"""Run every benchmark here, one after the other: `python -m benchmarks [NAME ...]`, a name as in `bench_NAME.py`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    names = sys.argv[1:] or sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
    )
    for name in names:
        import_module(f"benchmarks.bench_{name}").main()


if __name__ == "__main__":
    main()
