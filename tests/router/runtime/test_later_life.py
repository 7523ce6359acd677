"""Ids of venues that were made anew with the process."""

from router.core.events import ChildAccepted, ChildBusted, ChildFilled, Event, TradePrint
from router.core.types import LastLiquidityInd, Ns
from router.runtime.later_life import LaterLife


class World:
    next_at: Ns | None = 5

    def step(self, until: Ns) -> list[tuple[Ns, Event]]:
        return [
            (5, ChildAccepted("XLIT", "C7", "XLIT-1", ahead=100)),
            (5, fill("XLIT-X1")),
            (5, ChildBusted("XLIT", "C7", "XLIT-X2", "XLIT-X1")),
            (until, TradePrint("XLIT", "ABC", 100_000, 100)),
        ]


def fill(exec_id: str) -> ChildFilled:
    return ChildFilled(
        venue="XLIT", child_id="C7", exec_id=exec_id, qty=100, px=100_000, liquidity=LastLiquidityInd.ADDED
    )


def test_each_life_marks_its_ids_and_nothing_else() -> None:
    market = LaterLife(World(), 2)

    assert market.next_at == 5
    assert list(market.step(9)) == [
        (5, ChildAccepted("XLIT", "C7", "XLIT-1-L2", ahead=100)),
        (5, fill("XLIT-X1-L2")),
        (5, ChildBusted("XLIT", "C7", "XLIT-X2-L2", "XLIT-X1-L2")),
        (9, TradePrint("XLIT", "ABC", 100_000, 100)),
    ]
