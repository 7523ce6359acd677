"""A TOML file into a typed struct, or an error that names the file, the line and the key.

Knows TOML's layout well enough to find the line of a key again (the standard reader keeps none), and no setting.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final, TypeVar

import msgspec

Settings = TypeVar("Settings")

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_UNKNOWN: Final = re.compile(r"unknown field `(?P<field>[^`]+)`")
_STEP: Final = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<index>\d+|\.\.\.)\]")
_TABLE: Final = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"^\s*(?P<key>[A-Za-z0-9_.\"'*-]+)\s*=")


class SettingsError(Exception):
    """A setting is missing, unknown or wrong; the text is `file:line: key: what`."""


def read_toml(path: Path, kind: type[Settings]) -> Settings:
    """The file's settings as `kind`, strictly: no unknown key, no value of another type."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    return _convert(path, text, data, kind, ())


def convert_section(path: Path, under: tuple[str, ...], value: object, kind: type[Settings]) -> Settings:
    """`value`, which stands in the file under the key `under`, as `kind`; errors as those of `read_toml`."""
    return _convert(path, path.read_text(encoding="utf-8"), value, kind, under)


def refusal(path: Path, under: tuple[str | int, ...], message: str) -> SettingsError:
    """The error for what stands in the file under `under`, with its line; `message` may be msgspec's own."""
    return SettingsError(_located(path, path.read_text(encoding="utf-8"), message, under))


def key_line(path: Path, steps: tuple[str | int, ...]) -> int:
    """The line where a key stands in the file; 1 if it is nowhere."""
    return line_of(path.read_text(encoding="utf-8"), list(steps)) or 1


def _convert(path: Path, text: str, data: object, kind: type[Settings], under: tuple[str, ...]) -> Settings:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise SettingsError(_located(path, text, str(error), under)) from None


def _located(path: Path, text: str, message: str, under: tuple[str | int, ...]) -> str:
    found = _AT.match(message)
    assert found is not None, message
    what, steps = found["what"], [*under, *_steps(found["path"] or "$")]
    unknown = _UNKNOWN.search(what)
    if unknown:
        steps = [*steps, unknown["field"]]
    line = line_of(text, steps)
    place = f"{path}:{line}" if line else str(path)
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    return f"{place}: {key}: {what}" if key else f"{place}: {what}"


def _steps(path: str) -> list[str | int]:
    """`$.venue[2].fees` as its steps; `[...]` (some key of a table) stands for any."""
    steps: list[str | int] = []
    for step in _STEP.finditer(path.removeprefix("$")):
        index = step["index"]
        steps.append(step["key"] if index is None else "*" if index == "..." else int(index))
    return steps


def line_of(text: str, steps: list[str | int]) -> int | None:
    """The line (from 1) where the last of `steps` stands, or where its table starts; None if it is nowhere."""
    here: list[str | int] = []
    counts: dict[str, int] = {}
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if table := _TABLE.match(line):
            here = _table_steps(table["name"], counts, repeated=table["open"] == "[[")
            depth = _matched(here, steps)
        elif key := _KEY.match(line):
            depth = _matched([*here, *_names(key["key"])], steps)
        else:
            continue
        if depth and (best is None or depth > best[0]):
            best = (depth, number)
    return best[1] if best else None


def _table_steps(name: str, counts: dict[str, int], *, repeated: bool) -> list[str | int]:
    names = _names(name)
    if repeated:
        counts[name] = counts.get(name, -1) + 1
    steps: list[str | int] = []
    for position, part in enumerate(names, 1):
        steps.append(part)
        prefix = ".".join(names[:position])
        if prefix in counts:
            steps.append(counts[prefix])
    return steps


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _matched(place: list[str | int], steps: list[str | int]) -> int:
    """How many of `steps` lead to `place`; 0 when `place` lies elsewhere."""
    if len(place) > len(steps):
        return 0
    agrees = all(step in (here, "*") for here, step in zip(place, steps, strict=False))
    return len(place) if agrees else 0
