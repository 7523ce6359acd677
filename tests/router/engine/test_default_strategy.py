"""A client's `default_strategy` works the orders that name neither a strategy nor a venue."""

import pytest

from router.core.outputs import ExecReport, SendChild
from router.core.profiles import ClientProfile
from router.core.types import TimeInForce
from support.floor import CLIENT, order
from support.scripted import SECOND, Scripted

CLIENTS = (ClientProfile(CLIENT, default_strategy="TWAP"),)


def arrival(**changes: object) -> dict[str, str]:
    floor = Scripted(clients=CLIENTS)
    floor.say(order("A1", qty=600, **changes))
    return floor.notes("arrival")[0]


@pytest.mark.parametrize(
    ("changes", "algorithm"),
    [
        ({}, "TWAP"),
        ({"params": (("Interval", "30"),)}, "TWAP"),
        ({"strategy": "VWAP"}, "VWAP"),
        ({"ex_destination": "XLIT"}, "DMA"),
    ],
)
def test_it_stands_in_where_nothing_else_is_named(changes: dict[str, object], algorithm: str) -> None:
    assert arrival(**changes)["algorithm"] == algorithm


def test_such_an_order_is_not_swept() -> None:
    floor = Scripted(clients=CLIENTS)

    floor.say(order("A1", qty=600))
    floor.wait(SECOND)

    assert sum(child.qty for child in floor.all(SendChild)) < 600


def test_an_order_that_no_strategy_can_work_is_refused_not_routed() -> None:
    floor = Scripted(clients=CLIENTS)

    floor.say(order("A1", qty=600, tif=TimeInForce.IOC))

    assert floor.states() == ["REJECTED REJECTED A1 0/0"]
    assert floor.last(ExecReport).text == "TimeInForce(59) 3 cannot be worked by a strategy: Day, GTC or GTD"
