"""An order good till a date: its share of each trading date, carried over the night."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.events import CancelRequest, DayStart, NewOrder, PhaseChange, ReplaceRequest
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, ExecReport, SendChild
from router.core.params import AlgoParams
from router.core.profiles import CalendarDay
from router.core.types import SECOND, ExecRestatementReason, OrdType, Phase, Qty, Side, TimeInForce
from router.engine.days import Today, target_of_today, volume_share
from router.orders import Terms
from support.floor import CLIENT, engine_config, order
from support.scripted import TWO_LIT, Scripted

HOUR = 3_600 * SECOND
ACME = Instrument("ACME", adv=100_000)


def session(day: str, hours: float = 6.5) -> CalendarDay:
    """A session that opens at 13:30 UTC."""
    opens = int(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).timestamp()) * SECOND + 27 * HOUR // 2
    return CalendarDay(day, opens, opens + int(hours * HOUR))


WEEK = tuple(session(f"202603{day}") for day in (16, 17, 18, 19, 20))
"""Monday to Friday."""


def terms(qty: Qty = 9_000, until: int = 2, /, **changes: object) -> Terms:
    """An order good till the close of the `until`th day of the week."""
    fields: dict[str, object] = {
        "symbol": "ACME",
        "side": Side.BUY,
        "qty": qty,
        "ord_type": OrdType.MARKET,
        "px": None,
        "tif": TimeInForce.GTD,
        "strategy": "VWAP",
        "expire_time": WEEK[until].close,
    }
    return Terms(**(fields | changes))  # type: ignore[arg-type]  # a test's keywords


def target(
    asked: Terms, number: int = 0, params: AlgoParams | None = None, *, traded: Qty = 0, known: int = 5, late: int = 0
) -> Qty:
    """The target of the `number`th day, with `known` sessions of the week known and `late` hours of it gone."""
    day = WEEK[number]
    today = Today(day, day.open + late * HOUR, day.close, WEEK[:known])
    assert asked.expire_time is not None
    return target_of_today(asked, params or AlgoParams(), ACME, today, traded_before=traded, expiry=asked.expire_time)


def test_it_is_spread_evenly_over_the_days_that_remain() -> None:
    assert [target(terms(), number, traded=number * 3_000) for number in range(3)] == [3_000, 6_000, 9_000]


def test_what_a_day_left_undone_is_spread_over_the_others() -> None:
    assert target(terms(), 1, traded=1_000) == 5_000


def test_shares_are_whole_lots_rounded_up_and_the_last_day_has_the_rest() -> None:
    asked = terms(1_050)

    assert [target(asked, 0), target(asked, 1, traded=400), target(asked, 2, traded=800)] == [400, 800, 1_050]


def test_all_of_it_may_be_worked_each_day() -> None:
    assert target(terms(), 0, AlgoParams(day_schedule="All")) == 9_000


def test_by_volume_a_day_that_is_half_over_counts_half() -> None:
    half = terms(9_000, 1)
    day = WEEK[0]
    today = Today(day, day.open + (day.close - day.open) // 2, day.close, WEEK)
    params = AlgoParams(day_schedule="Volume")

    share = target_of_today(half, params, ACME, today, traded_before=0, expiry=WEEK[1].close)

    assert share == 3_000


def test_by_volume_a_short_day_counts_by_its_length() -> None:
    days = (WEEK[0], session("20260317", hours=3.25))
    today = Today(days[0], days[0].open, days[0].close, days)

    share = target_of_today(
        terms(9_000, 1), AlgoParams(day_schedule="Volume"), ACME, today, traded_before=0, expiry=days[1].close
    )

    assert share == 6_000


@pytest.mark.parametrize("params", [AlgoParams(max_participation=20_000), AlgoParams(participation_rate=20_000)])
def test_a_cap_on_participation_caps_the_day_at_so_much_of_an_average_one(params: AlgoParams) -> None:
    assert target(terms(), 0, params) == 2_000


def test_a_capped_day_is_made_up_by_the_days_after_it() -> None:
    assert target(terms(), 1, AlgoParams(max_participation=50_000), traded=2_000) == 2_000 + 3_500


def test_days_beyond_the_calendar_that_is_known_are_its_weekdays() -> None:
    next_tuesday = WEEK[4].close + 4 * 24 * HOUR

    assert target(terms(7_000, expire_time=next_tuesday), 0, known=1) == 1_000


@pytest.mark.parametrize(
    "changes", [{"tif": TimeInForce.DAY}, {"tif": TimeInForce.GTC}, {"strategy": None}], ids=["day", "gtc", "router"]
)
def test_any_other_order_is_worked_whole(changes: dict[str, object]) -> None:
    assert target(terms(**changes)) == 9_000


def test_a_part_of_a_day_s_volume_follows_the_curve() -> None:
    day = WEEK[0]
    quarter = (day.close - day.open) // 4

    shares = [volume_share((3, 1), day, day.open, day.open + number * quarter) for number in range(5)]

    assert shares == [0, Fraction(3, 8), Fraction(3, 4), Fraction(7, 8), 1]


@given(
    qty=st.integers(1, 50_000),
    until=st.integers(0, 4),
    schedule=st.sampled_from([None, "All", "Even", "Volume"]),
    cap=st.none() | st.integers(1_000, 200_000),
    fills=st.lists(st.fractions(0, 1), min_size=5, max_size=5),
)
def test_no_day_has_less_than_it_had_or_more_than_the_order(
    qty: Qty, until: int, schedule: str | None, cap: int | None, fills: list[Fraction]
) -> None:
    asked, params, traded = terms(qty, until), AlgoParams(day_schedule=schedule, max_participation=cap), 0

    for number in range(until + 1):
        aim = target(asked, number, params, traded=traded)
        assert traded <= aim <= qty
        assert aim > traded or traded == qty
        if number == until and cap is None:
            assert aim == qty
        traded += int((aim - traded) * fills[number])


# --- in the engine

THREE = WEEK[:3]


def floor_of_three_days() -> Scripted:
    return Scripted(config=replace(engine_config(venues=TWO_LIT), calendars={"XNYS": THREE}))


def vwap(qty: Qty = 9_000, **changes: object) -> NewOrder:
    own: dict[str, object] = {"strategy": "VWAP", "tif": TimeInForce.GTD, "expire_time": THREE[2].close, "qty": qty}
    return order("A1", **(own | changes))


def trade(floor: Scripted, ns: int) -> None:
    """Let time pass; whatever is sent is filled at once, and the touch stays."""
    end, done = floor.at + ns, len(floor.all(SendChild))
    while floor.at < end:
        floor.wait(60 * SECOND)
        for mic in ("XLIT", "XALT"):
            floor.quote(mic, bid=400_000, ask=400_100)
        sent = floor.all(SendChild)
        while done < len(sent):
            floor.fill(sent[done], px=400_100)
            done, sent = done + 1, floor.all(SendChild)


def next_day(floor: Scripted, day: CalendarDay) -> None:
    """The close, the night, and the next morning up to the open."""
    floor.say(PhaseChange("ACME", Phase.CLOSED))
    for command in floor.all(CancelChild):
        floor.canceled(command)
    floor.at = day.open
    floor.say(DayStart(day.day))
    floor.say(PhaseChange("ACME", Phase.CONTINUOUS))
    for mic in ("XLIT", "XALT"):
        floor.quote(mic, bid=400_000, ask=400_100)


def test_each_day_s_share_is_done_and_the_rest_is_carried_over_the_night() -> None:
    floor = floor_of_three_days()
    floor.say(vwap())
    trade(floor, 6 * HOUR + HOUR // 2)
    first = floor.last(ExecReport)
    next_day(floor, THREE[1])
    renewed = next(out for out in reversed(floor.all(ExecReport)) if out.restatement_reason is not None)
    trade(floor, 6 * HOUR + HOUR // 2)
    second = floor.last(ExecReport)
    next_day(floor, THREE[2])
    trade(floor, 6 * HOUR + HOUR // 2)

    assert floor.states()[-1] == "TRADE FILLED A1 9000/0"
    assert (first.cum_qty, first.leaves, first.text) == (3_000, 6_000, "today's share is done, 3000 of 9000 in all")
    assert renewed.restatement_reason is ExecRestatementReason.GT_RENEWAL
    assert (renewed.day_order_qty, renewed.day_cum_qty) == (6_000, 0)
    assert (second.cum_qty, second.day_order_qty, second.day_cum_qty) == (6_000, 6_000, 3_000)


def test_the_schedule_of_each_day_goes_from_what_is_done_to_its_target() -> None:
    floor = floor_of_three_days()
    floor.say(vwap())
    trade(floor, 6 * HOUR + HOUR // 2)

    next_day(floor, THREE[1])

    ends = [(note["points"].split()[0], note["points"].split()[-1]) for note in floor.notes("schedule")]
    assert ends == [
        (f"{THREE[0].open}:0", f"{THREE[0].close}:3000"),
        (f"{THREE[1].open}:3000", f"{THREE[1].close}:6000"),
    ]


def test_a_replace_to_less_lowers_today_s_share_too() -> None:
    floor = floor_of_three_days()
    floor.say(vwap())
    floor.say(
        ReplaceRequest(
            client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.BUY, qty=3_000,
            ord_type=OrdType.MARKET,
        )
    )  # fmt: skip

    trade(floor, 6 * HOUR + HOUR // 2)

    assert floor.states()[-1] == "DONE_FOR_DAY DONE_FOR_DAY A2 1000/2000"


def test_an_order_done_for_the_day_can_be_cancelled_in_the_night() -> None:
    floor = floor_of_three_days()
    floor.say(vwap())
    trade(floor, 6 * HOUR + HOUR // 2)
    floor.say(PhaseChange("ACME", Phase.CLOSED))

    floor.say(CancelRequest(client=CLIENT, cl_ord_id="C1", orig_cl_ord_id="A1", symbol="ACME", side=Side.BUY))

    assert floor.states()[-1] == "CANCELED CANCELED C1 3000/0"


def test_a_window_of_its_first_date_is_one_of_every_date() -> None:
    floor = floor_of_three_days()
    params = (("EndTime", "20260316-15:30:00"), ("StartTime", "20260316-14:30:00"))
    floor.say(vwap(params=params))

    next_day(floor, THREE[1])

    assert floor.notes("not-renewed") == []
    assert floor.notes("schedule")[-1]["points"].split()[0] == f"{THREE[1].open + HOUR}:0"
    assert floor.notes("schedule")[-1]["points"].split()[-1] == f"{THREE[1].open + 2 * HOUR}:4500"


@pytest.mark.parametrize("schedule", ["Even", "Volume"])
def test_days_cannot_share_an_order_that_has_no_last_day(schedule: str) -> None:
    floor = floor_of_three_days()

    floor.say(vwap(tif=TimeInForce.GTC, expire_time=None, params=(("DaySchedule", schedule),)))

    text = f"DaySchedule: {schedule} needs TimeInForce(59) 6, which says the last day: got '1'"
    assert floor.last(ExecReport).text == text


def test_without_a_strategy_there_is_nothing_to_share() -> None:
    floor = floor_of_three_days()

    floor.say(vwap(strategy=None, params=(("DaySchedule", "Even"),)))

    assert floor.last(ExecReport).text == "DaySchedule: needs a strategy; without one the order is routed at once"
