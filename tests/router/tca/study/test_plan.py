"""A study's file, and the cells that it comes to."""

from __future__ import annotations

import msgspec
import pytest

from router.core.types import Side
from router.tca.study.plan import OrderSpec, RunSpec, Study, StudyError, arms, canonical, cells

PLAIN = {
    "name": "s",
    "day": "20260316",
    "seeds": {"first": 4, "count": 2},
    "orders": [{"name": "A", "symbol": "ACME", "side": "sell", "size": 0.01, "start": 2, "minutes": 8}],
    "settings": [{"name": "TWAP", "strategy": "TWAP"}],
}


def study(**fields: object) -> Study:
    return msgspec.convert(PLAIN | fields, Study)


def test_a_grid_stands_for_every_combination_and_names_each() -> None:
    grid = {"ParticipationRate": [0.05, "0.1"], "Urgency": ["Low", "High"]}

    found = arms(study(settings=[{"name": "POV", "strategy": "POV", "params": {"Interval": 5}, "grid": grid}]))

    assert found == (
        (
            "POV ParticipationRate=0.05 Urgency=Low",
            "POV",
            (("Interval", "5"), ("ParticipationRate", "0.05"), ("Urgency", "Low")),
        ),
        (
            "POV ParticipationRate=0.05 Urgency=High",
            "POV",
            (("Interval", "5"), ("ParticipationRate", "0.05"), ("Urgency", "High")),
        ),
        (
            "POV ParticipationRate=0.1 Urgency=Low",
            "POV",
            (("Interval", "5"), ("ParticipationRate", "0.1"), ("Urgency", "Low")),
        ),
        (
            "POV ParticipationRate=0.1 Urgency=High",
            "POV",
            (("Interval", "5"), ("ParticipationRate", "0.1"), ("Urgency", "High")),
        ),
    )


def test_each_seed_has_every_setting_before_the_next_begins() -> None:
    two = [{"name": "TWAP", "strategy": "TWAP"}, {"name": "VWAP", "strategy": "VWAP"}]

    found = cells(study(settings=two))

    assert [(cell.number, cell.spec.seed, cell.spec.setting) for cell in found] == [
        (0, 4, "TWAP"),
        (1, 4, "VWAP"),
        (2, 5, "TWAP"),
        (3, 5, "VWAP"),
    ]


def test_a_cell_has_all_orders_with_the_settings_parameters_under_their_own() -> None:
    setting = {"name": "IS", "strategy": "IS", "params": {"Urgency": "Low", "MaxParticipation": 0.2}}
    orders = [*PLAIN["orders"], PLAIN["orders"][0] | {"name": "B", "params": {"Urgency": "High"}, "strategy": "VWAP"}]  # type: ignore[index]  # a test's tables

    found = cells(study(settings=[setting], orders=orders, after=1.5))[0].spec

    low, high = (("MaxParticipation", "0.2"), ("Urgency", "Low")), (("MaxParticipation", "0.2"), ("Urgency", "High"))
    first = OrderSpec(name="A", symbol="ACME", side=Side.SELL, size=0.01, start=2, minutes=8, strategy="IS", params=low)
    assert found == RunSpec(
        setting="IS",
        seed=4,
        day="20260316",
        minutes=11.5,
        orders=(first, msgspec.structs.replace(first, name="B", strategy="VWAP", params=high)),
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"settings": [{"name": "A", "strategy": "TWAP"}] * 2}, "settings: a name stands for one of them: 'A' comes 2"),
        ({"orders": [*PLAIN["orders"], *PLAIN["orders"]]}, "orders: a name stands for one of them: 'A' comes 2"),
        ({"against": "VWAP"}, "against: must be one of TWAP: got 'VWAP'"),
        ({"seeds": {"count": 100_001}}, "cells: at most 100000: got 100001"),
    ],
)
def test_a_study_that_cannot_be_says_why(fields: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        cells(study(**fields))


def test_one_question_has_one_text_whatever_the_order_of_its_keys() -> None:
    turned = msgspec.convert(dict(reversed((PLAIN | {"market": {"impact": True, "depth_ticks": 3.0}}).items())), Study)

    assert canonical(turned) == canonical(study(market={"depth_ticks": 3.0, "impact": True}))
