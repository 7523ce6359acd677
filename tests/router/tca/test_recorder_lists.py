"""Orders that came in lists, and staged ones, as the journal tells of them."""

from router.core.events import Event, OperatorRelease
from router.core.types import OrdType, Side
from router.engine.hold import STAGED
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder
from support.floor import OPEN, order
from support.lists import execute, in_list, listed
from support.scripted import SECOND, Scripted

REST = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300}


class Told(Scripted):
    """The scripted floor, read by a recorder as its journal would be."""

    def tell(self, *events: Event) -> dict[str, OrderRecord]:
        recorder = Recorder()
        for event in events:
            recorder.observe(self.at, event, self.say(event))
            self.wait(SECOND)
        return {each.cl_ord_id: each for each in recorder.orders.values()}


def test_an_order_of_a_list_arrives_when_the_list_does() -> None:
    orders = Told().tell(listed(in_list("A1", 1, **REST), in_list("A2", 2, symbol="NONE"), in_list("A3", 3, **REST)))

    assert [(name, each.algorithm, each.arrival_mid2, len(each.children)) for name, each in orders.items()] == [
        ("A1", "SOR", 800_100, 1),
        ("A2", "", None, 0),
        ("A3", "SOR", 800_100, 1),
    ]


def test_fragments_arrive_with_the_last_of_them() -> None:
    one, two = in_list("A1", 1, **REST), in_list("A2", 2, **REST)

    orders = Told().tell(listed(one, total=2, last=False), listed(two, total=2))

    assert {name: each.arrived_at for name, each in orders.items()} == {"A1": OPEN + SECOND, "A2": OPEN + SECOND}


def test_each_direct_child_is_its_own_order_s() -> None:
    orders = Told().tell(
        listed(
            in_list("A1", 1, ex_destination="XALT", **REST),
            in_list("A2", 2, ex_destination="XLIT", **(REST | {"qty": 300})),
            waits=True,
        ),
        execute(),
    )

    assert {name: [(child.venue, child.qty) for child in each.children] for name, each in orders.items()} == {
        "A1": [("XALT", 600)],
        "A2": [("XLIT", 300)],
    }


def test_a_staged_order_arrives_at_its_receipt_and_is_worked_as_the_desk_chose() -> None:
    orders = Told().tell(
        order("A1", manual=True, qty=60_000),
        OperatorRelease("T1-O1", "TWAP", (("EndTime", "20260316-15:00:00"),)),
    )

    staged = orders["A1"]
    assert (staged.arrived_at, staged.algorithm, staged.end) == (OPEN, "TWAP", OPEN + 5_400 * SECOND)
    assert staged.plans[-1].points[0].at == OPEN + SECOND


def test_a_released_order_no_longer_says_that_it_waits() -> None:
    staged = order("A1", manual=True, qty=60_000)
    release = OperatorRelease("T1-O1", "TWAP", (("EndTime", "20260316-15:00:00"),))

    waits, released = (Told().tell(*events)["A1"] for events in ([staged], [staged, release]))

    assert (waits.text, released.text) == (STAGED, "")
