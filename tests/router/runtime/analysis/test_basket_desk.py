"""A basket's client and its desk in one process: lists in as FIX, reports back, staged names let go by a person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from router.basket.fills import BasketFill, filled
from router.basket.names import BasketError
from router.basket.orders import BasketOrder, staged, window_order
from router.basket.sorting import HardLimits, advise
from router.core.events import NewList, NewOrder
from router.core.types import SECOND, HandlInst, OrdStatus, Side
from router.journal import decode_event
from router.market.calendar import local_instant
from router.runtime.analysis.basket_desk import AFTER_NS, BasketDesk, Release
from router.runtime.analysis.invented_names import InventedName, invented_home
from router.runtime.assembly import make_market
from router.runtime.journal_file import FILE_NAME, JournalReader
from support.baskets import name

DAY = "20260427"
OPENS = local_instant(DAY, 34_200, "America/New_York")
WINDOW = (OPENS, OPENS + 120 * SECOND)
NAMES = (name("AAA", Side.BUY, 2_000), name("BBB", Side.SELL, 1_000))
ADVICE = advise(NAMES)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[BasketDesk]:
    market = [
        InventedName(symbol=each.symbol, px=each.px, adv=each.adv, sigma=each.sigma, spread=each.spread)
        for each in NAMES
    ]
    settings = invented_home(tmp_path / "home", market, pace=2.0)
    made = BasketDesk(settings, make_market(settings, "synthetic:3", DAY), tmp_path / "state")
    yield made
    made.close()


def orders() -> list[BasketOrder]:
    return [
        window_order(each, advice, each.qty, start=WINDOW[0], end=WINDOW[1], participation=0.5)
        for each, advice in zip(NAMES, ADVICE, strict=True)
    ]


def test_a_window_is_one_list_and_says_what_was_done(desk: BasketDesk, tmp_path: Path) -> None:
    done = desk.execute(orders())

    assert desk.now >= WINDOW[1]
    assert {symbol: each.qty for symbol, each in done.items()} == {"AAA": 2_000, "BBB": 1_000}
    assert done == filled(desk.fills)
    assert desk.messages["E"] == 1
    reader = JournalReader(tmp_path / "state" / FILE_NAME)
    came = [(line.at, event) for line in reader.inputs() if isinstance(event := decode_event(line.body), NewList)]
    reader.close()
    ((at, listing),) = came
    assert at == WINDOW[0] + AFTER_NS
    taken = [(order.symbol, order.qty, order.strategy) for order in listing.orders if isinstance(order, NewOrder)]
    assert taken == [("AAA", 2_000, ADVICE[0].algorithm), ("BBB", 1_000, ADVICE[1].algorithm)]


def test_nothing_to_send_is_no_list(desk: BasketDesk) -> None:
    assert desk.execute([]) == {}
    assert desk.messages == {}


def test_a_staged_name_waits_until_the_desk_lets_it_go(desk: BasketDesk) -> None:
    hard = staged(NAMES[:1], advise(NAMES[:1], HardLimits(of_adv=1e-6)))
    desk.run(WINDOW[0] + AFTER_NS)
    desk.send(hard, list_id="STAGED")
    desk.plan_releases([Release(WINDOW[0] + 60 * SECOND, "AAA", "TWAP", (("EndTime", "20260427-13:33:00"),))])

    desk.run(WINDOW[0] + 59 * SECOND)
    waiting = desk.sent["STAGED-1"]
    assert (waiting.order.handl_inst, waiting.status, waiting.done.qty) == (HandlInst.MANUAL, OrdStatus.NEW, 0)
    desk.run(WINDOW[0] + 200 * SECOND)

    assert desk.done("STAGED")["AAA"].qty == 2_000
    assert desk.alarms == []


def test_what_is_open_at_the_end_of_a_window_is_withdrawn(desk: BasketDesk) -> None:
    hard = staged(NAMES[:1], advise(NAMES[:1], HardLimits(of_adv=1e-6)))
    desk.run(WINDOW[0] + AFTER_NS)
    desk.send(hard, list_id="STAGED")

    desk.finish("STAGED")

    assert (desk.sent["STAGED-1"].status, desk.messages["K"]) == (OrdStatus.CANCELED, 1)


def again(desk: BasketDesk) -> None:
    desk.send(orders(), list_id="L1")


def two_windows(desk: BasketDesk) -> None:
    late = window_order(NAMES[0], ADVICE[0], 100, start=WINDOW[1], end=WINDOW[1] + SECOND, participation=0.5)
    desk.execute([*orders(), late])


def unknown_list_id(desk: BasketDesk) -> None:
    desk.send(orders(), list_id="x" * 300)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (again, "list L1 was refused"),
        (two_windows, "a list is worked in one window: got 2"),
        (unknown_list_id, "was refused"),
    ],
)
def test_what_is_not_taken_is_an_error(desk: BasketDesk, act: Callable[[BasketDesk], None], words: str) -> None:
    desk.run(WINDOW[0] + AFTER_NS)
    desk.send(orders(), list_id="L1")

    with pytest.raises(BasketError, match=words):
        act(desk)


def test_a_refused_order_is_told(desk: BasketDesk) -> None:
    bad = window_order(NAMES[0], ADVICE[0], 100, start=WINDOW[0], end=WINDOW[0] + SECOND, participation=0.5)
    desk.run(WINDOW[1])

    desk.send([bad], list_id="L1")

    assert len(desk.rejected) == 1
    assert "EndTime" in desk.rejected[0]


def test_the_same_market_and_lists_fill_the_same(tmp_path: Path) -> None:
    market = [InventedName(symbol="AAA", px=500_000, adv=1e6, sigma=0.02, spread=0.01)]
    settings = invented_home(tmp_path / "home", market, pace=2.0)
    filled_by: list[list[BasketFill]] = []

    for life in ("one", "two"):
        desk = BasketDesk(settings, make_market(settings, "synthetic:3", DAY), tmp_path / life)
        desk.execute(orders()[:1])
        desk.close()
        filled_by.append(desk.fills)

    assert filled_by[0]
    assert filled_by[0] == filled_by[1]
