"""The order in which things happen: recorded, then handled, then delivered; ties by a stated rule."""

from collections.abc import Sequence

from router.core.events import Event, Genesis, NewOrder, TimerFired, TradePrint, VenueUp
from router.core.outputs import Alarm, BusinessReject, ExecReport, Note, Output, SendChild, SetTimer
from router.core.types import Ns, OrdType, Side
from router.journal import Heads, InputLine, input_line
from router.runtime.pipeline import Batch, Pipeline
from support.tiny_engine import POISON, WAKE, TinyEngine

SECOND = 1_000_000_000
PRINT = TradePrint("XLIT", "ABC", 100_000, 100)


def order(cl_ord_id: str, symbol: str = "ABC") -> NewOrder:
    return NewOrder(
        client="EMS44", cl_ord_id=cl_ord_id, symbol=symbol, side=Side.BUY, qty=100, ord_type=OrdType.LIMIT, px=100_000
    )


class Story:
    """A journal, an engine and a delivery that write one common story of what was done, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.last_seq = 0
        self._head = Heads().inputs
        self._engine = TinyEngine()

    def append(self, at: Ns, event: Event) -> InputLine:
        self.last_seq += 1
        line = input_line(self._head, self.last_seq, at, event)
        self._head = line.hash
        self.told.append(f"record {line.seq} {line.kind} at {at}")
        return line

    def write_outputs(self, cause: InputLine, outputs: Sequence[Output]) -> None:
        self.told.append(f"outputs of {cause.seq}: {len(outputs)}")

    def commit_inputs(self) -> None:
        self.told.append("commit inputs")

    def commit(self) -> None:
        self.told.append("commit")

    def handle(self, at: Ns, event: Event) -> list[Output]:
        self.told.append(f"handle {type(event).__name__}")
        return self._engine.handle(at, event)

    def deliver(self, batch: Batch) -> None:
        self.told.append(f"deliver {[type(output).__name__ for output in batch.outputs]}")


class Listener:
    """An engine that answers every input with a note of it, and NewOrder with timers."""

    def __init__(self, *timers: SetTimer) -> None:
        self.heard: list[tuple[Ns, Event]] = []
        self._timers = timers

    def handle(self, at: Ns, event: Event) -> list[Output]:
        self.heard.append((at, event))
        return list(self._timers) if isinstance(event, NewOrder) else []


class World:
    def __init__(self, *deliveries: tuple[Ns, Event]) -> None:
        self._deliveries = list(deliveries)

    @property
    def next_at(self) -> Ns | None:
        return self._deliveries[0][0] if self._deliveries else None

    def step(self, until: Ns) -> list[tuple[Ns, Event]]:
        return [self._deliveries.pop(0)]


def test_a_batch_is_committed_before_the_engine_sees_it_and_before_anything_leaves() -> None:
    story = Story()
    pipeline = Pipeline(story, story.deliver, journal=story)

    pipeline.submit(5, [Genesis(instance="P1", config_json="{}"), VenueUp("XFIX"), order("one")])
    pipeline.flush()

    assert story.told == [
        "record 1 Genesis at 5",
        "record 2 VenueUp at 5",
        "record 3 NewOrder at 5",
        "commit inputs",
        "handle Genesis",
        "outputs of 1: 0",
        "handle VenueUp",
        "outputs of 2: 0",
        "handle NewOrder",
        "outputs of 3: 2",
        "deliver ['ExecReport', 'SendChild']",
        "commit",
    ]


def test_without_a_journal_the_same_is_handled_and_delivered() -> None:
    delivered: list[Batch] = []
    pipeline = Pipeline(TinyEngine(), delivered.append)

    pipeline.submit(5, [Genesis(instance="P1", config_json="{}"), VenueUp("XFIX"), order("one")])

    assert [(batch.seq, batch.at, [type(output) for output in batch.outputs]) for batch in delivered] == [
        (3, 5, [ExecReport, SendChild])
    ]


def test_a_poisoned_input_is_answered_and_the_next_is_handled() -> None:
    delivered: list[Batch] = []
    pipeline = Pipeline(TinyEngine(), delivered.append)

    pipeline.submit(1, [order("bad", POISON), order("good")])

    assert [[type(output) for output in batch.outputs] for batch in delivered] == [
        [BusinessReject, Alarm],
        [ExecReport],
    ]


def test_time_never_runs_backwards() -> None:
    engine = Listener()
    pipeline = Pipeline(engine, lambda _: None, at=100)

    pipeline.submit(90, [PRINT])
    pipeline.submit(110, [PRINT])
    pipeline.submit(105, [PRINT])

    assert [at for at, _ in engine.heard] == [100, 110, 110]


def test_at_one_instant_the_market_speaks_before_the_timers_and_these_in_order_of_id() -> None:
    engine = Listener(SetTimer(2, 50), SetTimer(1, 50), SetTimer(9, 40))
    pipeline = Pipeline(engine, lambda _: None, world=World((50, PRINT), (50, VenueUp("XLIT")), (60, PRINT)))

    pipeline.submit(10, [order("one")])
    done = pipeline.run_until(50)

    assert done
    assert engine.heard[1:] == [
        (40, TimerFired(9)),
        (50, PRINT),
        (50, VenueUp("XLIT")),
        (50, TimerFired(1)),
        (50, TimerFired(2)),
    ]
    assert pipeline.next_at == 60


def test_a_timer_set_for_the_past_fires_now() -> None:
    engine = Listener(SetTimer(1, 3))
    pipeline = Pipeline(engine, lambda _: None)

    pipeline.submit(10, [order("one")])

    assert pipeline.next_at == 10


def test_a_timer_comes_back_as_an_input_and_its_words_are_delivered() -> None:
    delivered: list[Batch] = []
    pipeline = Pipeline(TinyEngine(), delivered.append)

    pipeline.submit(10, [order("later", WAKE)])
    pipeline.run_until(10 + SECOND)

    assert delivered == [Batch(2, 10 + SECOND, [Note(order_id="", what="woken", data=(("timer", "7"),))])]


def test_a_run_of_steps_is_bounded_and_says_so() -> None:
    pipeline = Pipeline(Listener(), lambda _: None, world=World(*((n, PRINT) for n in range(10))))

    assert not pipeline.run_until(100, steps_max=9)
    assert pipeline.run_until(100, steps_max=9)


def test_the_world_is_let_go_on_in_silence_up_to_the_next_timer() -> None:
    asked: list[Ns] = []

    class Silent(World):
        def step(self, until: Ns) -> list[tuple[Ns, Event]]:
            asked.append(until)
            super().step(until)
            return []

    engine = Listener()
    world = Silent((10, PRINT), (20, PRINT), (40, PRINT))
    pipeline = Pipeline(engine, lambda _: None, world=world, timers=[(30, 1)])

    pipeline.run_until(50)

    assert (asked, engine.heard) == ([30, 30, 50], [(30, TimerFired(1))])


def test_with_nothing_due_a_step_does_nothing() -> None:
    pipeline = Pipeline(Listener(), lambda _: None)

    assert (pipeline.next_at, pipeline.step()) == (None, False)


def test_timers_pending_before_a_restart_still_come_due() -> None:
    engine = Listener()
    pipeline = Pipeline(engine, lambda _: None, at=100, timers=[(300, 4), (200, 6)])

    pipeline.run_until(300)

    assert engine.heard == [(200, TimerFired(6)), (300, TimerFired(4))]
