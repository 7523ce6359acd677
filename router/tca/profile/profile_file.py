"""Symbol profiles as one Parquet file: a row a symbol, in order of the symbols. Nothing here measures.

Columns are the fields of `SymbolProfile`; `sources` is a list of (name, sha256), `missing` a map. A file is written
whole and renamed into place, so that a reader never sees half of one; the same profiles give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from router.tca.profile.profile import SymbolProfile

VERSION: Final = "1"
"""Of the columns; a file of another version is refused, never guessed at."""
_KEY: Final = b"sluice.profiles"
_DOUBLES: Final = pa.list_(pa.float64())
_SCHEMA: Final = pa.schema(
    [
        pa.field("symbol", pa.string(), nullable=False),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("as_of", pa.string(), nullable=False),
        pa.field("days", pa.int64(), nullable=False),
        pa.field("price", pa.float64(), nullable=False),
        *(pa.field(name, pa.float64()) for name in ("adv", "adv_median", "sigma_daily", "sigma_intraday", "spread")),
        pa.field("curve", _DOUBLES),
        pa.field("volatility_curve", _DOUBLES),
        pa.field("open_auction", pa.float64()),
        pa.field("close_auction", pa.float64()),
        pa.field("autocorrelation", _DOUBLES),
        pa.field("sources", pa.list_(pa.struct([("name", pa.string()), ("sha256", pa.string())]))),
        pa.field("missing", pa.map_(pa.string(), pa.string())),
        pa.field("notes", pa.list_(pa.string())),
    ],
    metadata={_KEY: VERSION.encode()},
)
assert _SCHEMA.names == list(SymbolProfile.__struct_fields__), "a field of SymbolProfile has no column"


class ProfileFileError(ValueError):
    """The file is none of profiles, or not of that symbol; the text names file, symbol and value."""


def write_profiles(path: Path, profiles: Iterable[SymbolProfile]) -> None:
    """Write a file of `profiles`, and nothing else in it; ProfileFileError where a symbol comes twice."""
    rows: dict[str, dict[str, Any]] = {}
    for profile in profiles:
        if profile.symbol in rows:
            raise ProfileFileError(f"{path.name}: two profiles of {profile.symbol}, one a symbol is allowed")
        rows[profile.symbol] = _row(profile)
    table = pa.Table.from_pylist([rows[symbol] for symbol in sorted(rows)], schema=_SCHEMA)
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(path.name + ".tmp")
    pq.write_table(table, whole, compression="zstd")
    whole.replace(path)


def merge_profiles(path: Path, profiles: Iterable[SymbolProfile]) -> dict[str, SymbolProfile]:
    """Put `profiles` into the file at `path`, which may not be there yet; returns all that it then holds.

    A symbol's new profile takes the place of its old one, whatever their dates: a profile is measured from its sources
    as a whole, and a median of medians would be of nothing.
    """
    kept: Mapping[str, SymbolProfile] = read_profiles(path) if path.exists() else {}
    merged = {**kept, **{profile.symbol: profile for profile in profiles}}
    write_profiles(path, merged.values())
    return {symbol: merged[symbol] for symbol in sorted(merged)}


def read_profiles(path: Path) -> dict[str, SymbolProfile]:
    """All profiles of a file by symbol, in order of the symbols; ProfileFileError where it is no such file."""
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise ProfileFileError(f"{path.name}: no Parquet file ({error})") from None
    found = (table.schema.metadata or {}).get(_KEY, b"none").decode()
    if found != VERSION:
        raise ProfileFileError(f"{path.name}: profiles of version {found}, this version reads {VERSION}")
    return {row["symbol"]: _profile(path, row) for row in table.to_pylist(maps_as_pydicts="strict")}


def read_profile(path: Path, symbol: str) -> SymbolProfile:
    """One symbol's profile; ProfileFileError where the file has none, naming those that it has."""
    profiles = read_profiles(path)
    if symbol not in profiles:
        raise ProfileFileError(f"{path.name}: no profile of {symbol}; it has {', '.join(profiles) or 'none'}")
    return profiles[symbol]


def _row(profile: SymbolProfile) -> dict[str, Any]:
    row = msgspec.structs.asdict(profile)
    row["sources"] = [{"name": name, "sha256": digest} for name, digest in profile.sources]
    row["missing"] = list(profile.missing.items())
    return row


def _profile(path: Path, row: dict[str, Any]) -> SymbolProfile:
    row["sources"] = [(source["name"], source["sha256"]) for source in row["sources"]]
    try:
        return msgspec.convert(row, SymbolProfile)
    except msgspec.ValidationError as error:
        raise ProfileFileError(f"{path.name}: {row['symbol']}: {error}") from None
