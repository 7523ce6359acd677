"""Several trading dates of one market: prices carry over the night, books and ids do not."""

import pytest

from router.api import BookSnapshot, CalendarDay, ChildFilled, ChildStatus, LevelUpdate, PhaseChange, Px, TradePrint
from router.core.outputs import QueryChild, SendChild
from router.core.types import SECOND, Ns, OrdType, Phase, Reason, Side
from simulator.several_days import SeveralDays, date_of
from simulator.world import Delivered
from support.floor import CLOSE, OPEN
from support.several_days import DAYS, market


def hear(world: SeveralDays, until: Ns) -> list[tuple[Ns, Delivered]]:
    heard: list[tuple[Ns, Delivered]] = []
    while (at := world.next_at) is not None and at <= until:
        heard += world.step(until)
    return heard


def buy(child_id: str, qty: int = 100) -> SendChild:
    return SendChild(
        venue="XLIT", child_id=child_id, symbol="ACME", side=Side.BUY, qty=qty, ord_type=OrdType.MARKET,
        reason=Reason.DIRECT,
    )  # fmt: skip


def prints(heard: list[tuple[Ns, Delivered]], day: CalendarDay) -> list[Px]:
    return [event.px for at, event in heard if isinstance(event, TradePrint) and day.open <= at <= day.close + SECOND]


def test_each_day_opens_where_the_day_before_it_closed() -> None:
    world = market(volatility_ppm=200_000)

    heard = hear(world, DAYS[2].close)

    for before, after in ((DAYS[0], DAYS[1]), (DAYS[1], DAYS[2])):
        last, first = prints(heard, before)[-1], prints(heard, after)[0]
        assert abs(first - last) <= 1_000, (last, first)
    assert abs(prints(heard, DAYS[2])[-1] - prints(heard, DAYS[0])[0]) > 1_000


def test_the_days_differ() -> None:
    heard = hear(market(), DAYS[1].close)

    first, second = (
        [at - day.open for at, event in heard if isinstance(event, TradePrint) and day.open <= at <= day.close]
        for day in DAYS[:2]
    )
    assert first != second


def test_the_same_market_says_the_same_again() -> None:
    assert hear(market(), DAYS[2].close) == hear(market(), DAYS[2].close)


def test_each_day_has_its_phases_and_the_night_is_silent() -> None:
    heard = hear(market(), DAYS[1].close)

    phases = [(at, event.phase) for at, event in heard if isinstance(event, PhaseChange)]
    assert phases == [
        (OPEN - 60 * SECOND, Phase.PRE_OPEN),
        (DAYS[0].open, Phase.CONTINUOUS),
        (DAYS[0].close, Phase.CLOSED),
        (DAYS[1].open - 60 * SECOND, Phase.PRE_OPEN),
        (DAYS[1].open, Phase.CONTINUOUS),
        (DAYS[1].close, Phase.CLOSED),
    ]
    assert not [at for at, _ in heard if DAYS[0].close + 120 * SECOND < at < DAYS[1].open - 60 * SECOND]


def test_in_the_morning_the_books_are_told_whole_and_are_empty() -> None:
    world = market()
    hear(world, DAYS[0].close + 120 * SECOND)

    heard = hear(world, DAYS[1].open - 30 * SECOND)

    books = [event for _, event in heard if isinstance(event, BookSnapshot)]
    assert books == [BookSnapshot("XLIT", "ACME", (), ()), BookSnapshot("XALT", "ACME", (), ())]
    assert not [event for _, event in heard if isinstance(event, LevelUpdate)]


def test_no_exec_id_comes_twice() -> None:
    world = market()
    fills = []
    for day in DAYS:
        hear(world, day.open + 60 * SECOND)
        world.send(day.open + 60 * SECOND, buy(f"C-{day.day}"))
        fills += [event for _, event in hear(world, day.open + 62 * SECOND) if isinstance(event, ChildFilled)]

    ids = [fill.exec_id for fill in fills]
    assert len(ids) >= 3
    assert len(ids) == len(set(ids))


def test_an_order_of_yesterday_is_not_known_today() -> None:
    world = market()
    hear(world, DAYS[1].open)

    world.send(DAYS[1].open, QueryChild(venue="XLIT", child_id="OLD", symbol="ACME", side=Side.BUY))
    heard = hear(world, DAYS[1].open + SECOND)

    assert [event.known for _, event in heard if isinstance(event, ChildStatus)] == [False]


def test_after_the_last_day_nothing_more_is_planned() -> None:
    world = market(days=1)

    hear(world, CLOSE)

    assert (world.day, world.next_at) == (DAYS[0].day, None)


def test_days_that_overlap_are_a_mistake() -> None:
    date = date_of(DAYS[0].day, [DAYS[0]], lambda _: pytest.fail("not to be made"))

    with pytest.raises(AssertionError):
        SeveralDays([date, date], [])
