"""Sources as the world steps them: who is next, and strangers' sources among them."""

from hypothesis import given
from hypothesis import strategies as st

from router.api import Ns
from simulator.flow import Flow, Turns, flow_of
from simulator.source import MarketPort
from simulator.wires import NEVER
from support.fake_port import FakePort


class Listed(Flow):
    """Has its turns at given instants."""

    def __init__(self, number: int, instants: list[Ns]) -> None:
        super().__init__()
        self.number = number
        self._instants = sorted(instants)
        self._move()

    def turn(self, port: MarketPort, now: Ns) -> None:
        self._move()

    def _move(self) -> None:
        self.due = self._instants.pop(0) if self._instants else NEVER


class Stranger:
    """A `MarketSource` and nothing more."""

    def __init__(self, *instants: Ns) -> None:
        self._instants = list(instants)
        self.stepped: list[Ns] = []

    @property
    def next_at(self) -> Ns | None:
        return self._instants[0] if self._instants else None

    def step(self, port: MarketPort) -> None:
        self.stepped.append(self._instants.pop(0))


def asked(*flows: Flow, now: Ns = 0) -> Turns:
    turns = Turns()
    turns.ask([*flows], now)
    return turns


@given(st.lists(st.lists(st.integers(0, 20), max_size=6), max_size=9))
def test_turns_come_by_instant_and_then_by_number(days: list[list[Ns]]) -> None:
    turns = asked(*(Listed(number, instants) for number, instants in enumerate(days)))

    had = []
    while (at := turns.next_at()) != NEVER:
        first = turns.first()
        had.append((at, first.number))
        first.turn(FakePort(), at)
        turns.moved()

    assert had == sorted((at, number) for number, instants in enumerate(days) for at in instants)


def test_a_source_that_would_have_begun_earlier_begins_now() -> None:
    turns = asked(Listed(0, [10]), Listed(1, [40]), now=30)

    assert (turns.next_at(), turns.first().number) == (30, 0)


def test_where_all_have_ended_no_turn_comes() -> None:
    assert asked(Listed(0, []), flow_of(Stranger())).next_at() == NEVER


def test_a_strangers_source_is_stepped_at_its_instants() -> None:
    stranger = Stranger(10, 20)
    flow = flow_of(stranger)

    due = [flow.due]
    for at in (10, 20):
        flow.turn(FakePort(), at)
        due.append(flow.due)

    assert stranger.stepped == [10, 20]
    assert due == [10, 20, NEVER]


def test_a_flow_is_a_market_source() -> None:
    flow = Listed(0, [10])

    before = flow.next_at
    flow.step(FakePort())

    assert (before, flow.next_at, flow_of(flow)) == (10, None, flow)
