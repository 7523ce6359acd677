"""Schemas are the same on every version of Python."""

from msgspec import Struct

from router.tca.json_schema import DIALECT, json_schema


class Document(Struct):
    """One line.

    Another, indented as the source is.
    """

    description: str


def test_docstrings_are_without_their_indentation() -> None:
    assert json_schema(Document) == {
        "$schema": DIALECT,
        "$ref": "#/$defs/Document",
        "$defs": {
            "Document": {
                "title": "Document",
                "description": "One line.\n\nAnother, indented as the source is.",
                "type": "object",
                "properties": {"description": {"type": "string"}},
                "required": ["description"],
            }
        },
    }
