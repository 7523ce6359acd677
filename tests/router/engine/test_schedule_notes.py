"""The expected schedule stands in the journal, and again whenever the client changes what it is made from."""

from router.core.events import ReplaceRequest
from router.core.types import SECOND, OrdType, Side
from router.engine.plan import SCHEDULE_POINTS_MAX
from support.floor import CLIENT, CLOSE, OPEN, order
from support.scripted import Scripted


def schedules(floor: Scripted) -> list[tuple[str, str]]:
    """First and last point of each schedule noted."""
    notes = [note["points"].split() for note in floor.notes("schedule")]
    assert all(len(points) <= SCHEDULE_POINTS_MAX + 1 for points in notes)
    return [(points[0], points[-1]) for points in notes]


def test_an_amended_order_has_a_new_schedule_from_its_own_start() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=9_000, strategy="TWAP"))
    floor.wait(60 * SECOND)

    floor.say(
        ReplaceRequest(
            client=CLIENT,
            cl_ord_id="A2",
            orig_cl_ord_id="A1",
            symbol="ACME",
            side=Side.BUY,
            qty=12_000,
            ord_type=OrdType.MARKET,
        )
    )

    assert schedules(floor) == [
        (f"{OPEN}:0", f"{CLOSE}:9000"),
        (f"{OPEN}:0", f"{CLOSE}:12000"),
    ]


def test_direct_market_access_has_no_schedule() -> None:
    floor = Scripted()

    floor.say(order("A1", ex_destination="XLIT"))

    assert schedules(floor) == []
