"""The published schemas are the code's, and the documents keep to them."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.schema import SCHEMAS, schema, text


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_published_is_what_the_code_says(repo: Path, name: str) -> None:
    assert (repo / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8") == text(name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_documents_keep_to_their_schema(document: PreTrade, name: str) -> None:
    documents = {
        "execution-strategy": document.execution_strategy,
        "market-impact": document.market_impact,
        "pretrade": document,
    }
    rules = schema(name)
    jsonschema.Draft202012Validator.check_schema(rules)

    said = json.loads(msgspec.json.encode(documents[name]))
    assert list(jsonschema.Draft202012Validator(rules).iter_errors(said)) == []


def test_a_figure_without_its_unit_is_no_document(document: PreTrade) -> None:
    strategy = json.loads(msgspec.json.encode(document.execution_strategy))
    del strategy["cost"][0]["figure"]["unit"]

    with pytest.raises(jsonschema.ValidationError, match="'unit' is a required property"):
        jsonschema.Draft202012Validator(schema("execution-strategy")).validate(strategy)
