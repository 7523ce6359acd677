"""A fitted model as a table that reads back."""

from __future__ import annotations

import tomllib

import msgspec
import pytest
from msgspec.structs import replace

from router.tca.fit.tables import toml_table
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ParametricModel


@pytest.mark.parametrize("name", Models.__struct_fields__)
def test_a_table_reads_back_as_the_model(models: Models, name: str) -> None:
    model: ParametricModel = getattr(models, name)

    (table,) = tomllib.loads(toml_table(model))[model.name]

    assert msgspec.convert(table, type(model)) == model


def test_quotes_in_a_source_are_escaped(models: Models) -> None:
    model = replace(models.square_root, source='a "fit" with a \\')

    (table,) = tomllib.loads(toml_table(model))["square-root"]

    assert table["source"] == model.source
