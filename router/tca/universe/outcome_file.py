"""Files of outcomes: Parquet (`.parquet`) and JSON (`.json`, `.jsonl`), by the name's ending.

Needs pyarrow, so that nothing of a running router may import it. Knows no statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from router.tca.universe.outcome import Outcome, OutcomeError, checked, decode_outcomes, encode_outcomes

_JSON: Final = (".json", ".jsonl")
SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("symbol", pa.string(), nullable=False),
        pa.field("side", pa.string(), nullable=False),
        pa.field("date", pa.string(), nullable=False),
        pa.field("algorithm", pa.string(), nullable=False),
        pa.field("q_adv", pa.float64(), nullable=False),
        pa.field("pov", pa.float64()),
        pa.field("sigma", pa.float64()),
        pa.field("spread_bps", pa.float64()),
        pa.field("cost_bps", pa.float64(), nullable=False),
        pa.field("estimate_bps", pa.float64()),
        pa.field("timing_risk_bps", pa.float64()),
        pa.field("qty", pa.int64()),
        pa.field("filled", pa.int64()),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("pair", pa.string(), nullable=False),
        pa.field("seed", pa.int64()),
    ]
)
"""Columns as the fields of `Outcome`, in their order."""


def read_outcomes(path: Path) -> tuple[Outcome, ...]:
    """Every outcome of a file, checked, in the file's order. Raises OutcomeError, which names the file."""
    try:
        return _read(path)
    except OutcomeError as error:
        raise OutcomeError(f"{path}: {error}") from None


def write_outcomes(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes that keep their rules, and no others. The same outcomes give the same bytes."""
    found = checked(outcomes)
    if path.suffix in _JSON:
        path.write_bytes(encode_outcomes(found))
    elif path.suffix == ".parquet":
        rows = [msgspec.to_builtins(outcome) for outcome in found]
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    else:
        raise OutcomeError(_unknown(path))


def _read(path: Path) -> tuple[Outcome, ...]:
    if path.suffix in _JSON:
        return decode_outcomes(path.read_bytes())
    if path.suffix != ".parquet":
        raise OutcomeError(_unknown(path))
    try:
        rows = pq.read_table(path).to_pylist()
    except pa.ArrowInvalid as error:
        raise OutcomeError(f"no Parquet file: {error}") from None
    return checked(_row(number, row) for number, row in enumerate(rows, 1))


def _row(number: int, row: dict[str, object]) -> Outcome:
    try:
        return msgspec.convert(row, Outcome)
    except msgspec.ValidationError as error:
        raise OutcomeError(f"outcome {number}: {error}") from None


def _unknown(path: Path) -> str:
    return f"outcomes are kept in .parquet, .json or .jsonl, not in {path.suffix or 'a file without an ending'}"
