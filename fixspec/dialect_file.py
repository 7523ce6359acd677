"""Dialect files: TOML to `Dialect`, every mistake naming file, line and key. Must not know messages."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from fixspec.dialect import Dialect

MAP_ROWS_MAX: Final = 1_000_000
_AT: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_UNKNOWN: Final = re.compile(r"unknown field `(?P<key>[^`]+)`")
_HEADER: Final = re.compile(r"\s*\[{1,2}\s*(?P<name>[^\]]+?)\s*\]{1,2}")


class DialectError(ValueError):
    """A dialect file that cannot be used: `file:line: key: why`."""


def load_dialect(path: Path) -> Dialect:
    """The dialect in the file at `path`, its map file (relative to it) read in. Raises DialectError."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DialectError(f"{path}: cannot be read: {error}") from error
    dialect = parse_dialect(text, str(path))
    if not dialect.instrument.map_file:
        return dialect
    mapped = {**_read_map(path.parent / dialect.instrument.map_file), **dialect.instrument.map}
    return msgspec.structs.replace(dialect, instrument=msgspec.structs.replace(dialect.instrument, map=mapped))


def parse_dialect(text: str, source: str) -> Dialect:
    """The dialect in TOML `text`; `source` is what an error calls it. Raises DialectError."""
    try:
        return msgspec.convert(tomllib.loads(text), Dialect)
    except tomllib.TOMLDecodeError as error:
        raise DialectError(f"{source}: {error}") from None
    except msgspec.ValidationError as error:
        raise DialectError(_located(str(error), text, source)) from None


def _located(error: str, text: str, source: str) -> str:
    """`file:line: key: why` of a validation error, which tells a path such as `parameter[1].kind`."""
    at = _AT.search(error)
    unknown = _UNKNOWN.search(error)
    path = [part for part in re.split(r"[.\[\]]+", at.group("path") if at else "") if part]
    if unknown:
        path.append(unknown.group("key"))
    why = error[: at.start()] if at else error
    key = ".".join(path) or "file"
    return f"{source}:{_line_of(text, path)}: {key}: {why}"


def _line_of(text: str, path: list[str]) -> int:
    """The line where `path` stands in the TOML `text`, or the deepest part of it that stands there; 1 if none does."""
    best, best_depth = 1, 0
    for number, keys in _keys(text):
        depth = _common(keys, path)
        if depth > best_depth:
            best, best_depth = number, depth
    return best


def _keys(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and full key of every table header and every assignment; arrays of tables are numbered from 0."""
    table: list[str] = []
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header is None:
            yield number, [*table, line.partition("=")[0].strip().strip('"')]
            continue
        name = header.group("name")
        table = name.split(".")
        if line.lstrip().startswith("[["):
            table.append(str(counts[name]))
            counts[name] += 1
        yield number, table


def _common(left: list[str], right: list[str]) -> int:
    """How many parts the two paths share from the start; nothing if `left` goes another way."""
    shared = 0
    for ours, theirs in zip(left, right, strict=False):
        if ours != theirs:
            break
        shared += 1
    return shared


def _read_map(path: Path) -> dict[str, str]:
    """Two columns, theirs and ours, with a header row."""
    mapped: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                if len(row) != 2 or len(mapped) > MAP_ROWS_MAX:
                    raise DialectError(f"{path}: a map has two columns, theirs,ours, and at most {MAP_ROWS_MAX} rows")
                mapped[row[0]] = row[1]
    except OSError as error:
        raise DialectError(f"{path}: cannot be read: {error}") from error
    mapped.pop("theirs", None)
    return mapped
