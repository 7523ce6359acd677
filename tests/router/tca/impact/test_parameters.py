"""Parameters by date."""

import msgspec
import pytest

from router.tca.impact.parameters import ModelTables, in_force
from router.tca.impact.square_root import SquareRoot
from router.tca.impact.terms import ImpactInputError, Parameter

OLDER = SquareRoot(source="older", from_date="20100101", y=Parameter(0.8))
NEWER = SquareRoot(source="newer", from_date="20200101", y=Parameter(1.1))


def test_the_last_set_that_has_begun_is_in_force() -> None:
    days = ("20100101", "20191231", "20200101", "20261127")

    assert [in_force((NEWER, OLDER), "square_root", day).source for day in days] == ["older", "older", "newer", "newer"]


def test_before_the_first_there_is_none() -> None:
    with pytest.raises(ImpactInputError, match="square-root: parameters begin on 20100101: got a day of 20091231"):
        in_force((NEWER, OLDER), "square_root", "20091231")


def test_the_models_of_a_day_are_all_of_them(tables: ModelTables) -> None:
    assert [model.name for model in tables.on("20261127").all] == [
        "almgren-2005",
        "i-star",
        "square-root",
        "almgren-chriss",
        "almgren-2003",
        "obizhaeva-wang",
        "general",
    ]


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `z`"):
        msgspec.convert({"source": "x", "y": {"value": 1.0}, "z": 1.0}, SquareRoot)
