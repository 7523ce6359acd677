"""What the documentation promises, read out of Markdown: links, commands, options, files, tables of settings.

It must not know what is true of them; tests/house/test_docs.py compares.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

FENCE: Final = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK: Final = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
ROW: Final = re.compile(r"^\| `(?P<key>\w+)` \| (?P<default>[^|]*?) \|", re.MULTILINE)
TREE_PATH: Final = re.compile(r"(?:router|algos|fixspec|simulator|tests|docs|examples|benchmarks)/[\w./-]*\w/?")
ITSELF: Final = "left out"


class Typed(NamedTuple):
    """A `sluice` command as the documentation has a reader type it."""

    command: str
    options: tuple[str, ...]


def relative_links(text: str) -> list[str]:
    """Where the document's links within the repository lead, without their anchors."""
    prose = FENCE.sub("", text)
    targets = [found["target"] for found in LINK.finditer(prose)]
    return [target.partition("#")[0] for target in targets if not re.match(r"https?:|#", target)]


def code(text: str) -> Iterator[str]:
    """Every line of shell that the document shows, and every code span."""
    for fence in FENCE.finditer(text):
        if fence["kind"] in {"", "sh", "console"}:
            yield from (line.strip().removeprefix("$ ") for line in fence["text"].splitlines())
    yield from SPAN.findall(FENCE.sub("", text))


def typed_commands(text: str) -> list[Typed]:
    """The `sluice COMMAND --option ...` lines and spans of a document, in order."""
    found = []
    for line in code(text):
        if re.match(r"(?:\S*/)?sluice(?: |$)", line):
            words = shlex.split(line, comments=True, posix=False)[1:]
            if words and not words[0].startswith("-") and words[0].islower():
                options = tuple(word.partition("=")[0] for word in words if re.match(r"--\w", word))
                found.append(Typed(words[0], options))
    return found


def make_targets(text: str) -> list[str]:
    """The `make TARGET` lines and spans of a document."""
    words = [line.split() for line in code(text) if line.startswith("make ")]
    return [line[1] for line in words if re.fullmatch(r"[a-z-]+", line[1])]


def tree_paths(text: str) -> list[str]:
    """Files and folders of the repository that code spans name."""
    return [span for span in SPAN.findall(FENCE.sub("", text)) if TREE_PATH.fullmatch(span)]


def section(text: str, title: str) -> str:
    """What stands under the heading `title`, up to the next heading. Asserts that there is one of it."""
    parts = [part for part in re.split(r"^#{2,3} ", text, flags=re.MULTILINE) if part.startswith(f"{title}\n")]
    assert len(parts) == 1, f"{len(parts)} sections {title!r}"
    return parts[0]


def documented_settings(text: str) -> dict[str, str]:
    """Key and default of each row of a settings table."""
    return {row["key"]: row["default"] for row in ROW.finditer(text)}


def settings_of(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Key and default of each field of `kind`, as the documentation should show them."""
    fields = msgspec.structs.fields(kind)
    return {field.encode_name: _shown(field) for field in fields}


def _shown(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value: Any = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    match value:
        case None:
            return ITSELF
        case bool():
            return f"`{str(value).lower()}`"
        case int():
            return f"`{value:_}`"
        case str():
            return f'`"{value}"`'
        case tuple():
            return f"`{list(value)}`"
        case _:
            return f"`{value}`"
