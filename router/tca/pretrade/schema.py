"""The JSON Schemas of the documents, as they are published: `python -m router.tca.pretrade.schema NAME`."""

from __future__ import annotations

import sys
from typing import Any, Final

import msgspec
from msgspec import Struct

from router.tca.json_schema import json_schema
from router.tca.pretrade.documents import ExecutionStrategy, MarketImpact, PreTrade

SCHEMAS: Final[dict[str, type[Struct]]] = {
    "execution-strategy": ExecutionStrategy,
    "market-impact": MarketImpact,
    "pretrade": PreTrade,
}
"""By the name of the file in docs/schemas, without `.json`."""


def schema(name: str) -> dict[str, Any]:
    """The schema of one document."""
    return {"title": name, **json_schema(SCHEMAS[name])}


def text(name: str) -> str:
    """The file."""
    return msgspec.json.format(msgspec.json.encode(schema(name))).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(text(sys.argv[1]))
