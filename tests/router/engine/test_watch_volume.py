"""An algorithm that watches the market's volume is woken by the print that takes it past, once, and by no other."""

from typing import ClassVar

from router.core.algo import Action, AlgoView, Cause, OrderTerms, Remember, SchedulePoint, WakeAt, WatchVolume
from router.core.events import TradePrint
from router.core.params import AlgoParams
from router.core.types import PrintKind, Qty
from support.floor import ALGOS, CLOSE, order
from support.scripted import Scripted


class Watcher:
    """Watches for more than 500 shares, from its start on and whenever it has seen them; sends nothing."""

    name: ClassVar[str] = "WATCH"
    Params: ClassVar[type[AlgoParams]] = AlgoParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self._terms = terms

    def on_wake(self, view: AlgoView) -> list[Action]:
        volume = view.market.volume
        seen = Remember("woken", (("cause", view.cause), ("volume", str(volume))))
        return [seen, *([WatchVolume(500)] if view.cause is Cause.START else []), WakeAt(self._terms.end)]

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        """Nothing depends on either."""

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        assert isinstance(params, AlgoParams), params
        return SchedulePoint(terms.start, 0), SchedulePoint(terms.end, terms.qty)


def woken(*prints: tuple[Qty, PrintKind]) -> list[tuple[str, str]]:
    """Cause and volume of each wake-up of an order, after the prints."""
    floor = Scripted(algos={**ALGOS, "WATCH": Watcher})
    floor.say(order("A1", strategy="WATCH"))
    for qty, kind in prints:
        floor.say(TradePrint("XLIT", "ACME", 400_000, qty, kind=kind))
    return [(note["cause"], note["volume"]) for note in floor.notes("woken")]


def test_the_print_that_passes_the_mark_wakes_it_once() -> None:
    regular = PrintKind.REGULAR

    assert woken((500, regular), (1, regular), (100, regular)) == [("start", "0"), ("volume", "501")]


def test_what_is_no_eligible_volume_wakes_nobody() -> None:
    assert woken((10_000, PrintKind.CROSS), (10_000, PrintKind.CLOSING)) == [("start", "0")]


def test_an_order_whose_mark_is_passed_already_is_woken_in_the_same_event() -> None:
    class Late(Watcher):
        """Begins to watch when it has been told of enough."""

        def on_wake(self, view: AlgoView) -> list[Action]:
            seen = Remember("woken", (("cause", view.cause), ("volume", str(view.market.volume))))
            mark = -1 if view.cause is Cause.START else None
            return [seen, WatchVolume(mark), WakeAt(CLOSE)]

    floor = Scripted(algos={**ALGOS, "WATCH": Late})

    floor.say(order("A1", strategy="WATCH"))

    assert [note["cause"] for note in floor.notes("woken")] == ["start", "volume"]
