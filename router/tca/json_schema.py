"""The JSON Schema (2020-12) of a document, the same on every version of Python. Knows no document."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, Final

import msgspec
from msgspec import Struct

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(of: type[Struct]) -> dict[str, Any]:
    """The schema of `of`, its fields described by the docstrings of their structs."""
    described = _described(msgspec.json.schema(of))
    assert isinstance(described, dict), described
    return {"$schema": DIALECT, **described}


def _described(node: object) -> object:
    """From 3.13 on the compiler takes the indentation out of docstrings, before that nobody does."""
    if isinstance(node, dict):
        return {
            key: cleandoc(value) if key == "description" and isinstance(value, str) else _described(value)
            for key, value in node.items()
        }
    return [_described(each) for each in node] if isinstance(node, list | tuple) else node
