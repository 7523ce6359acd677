"""What the clock brings: days, phases, in order with the market."""

from router.core.events import DayEnd, DayStart, Event, PhaseChange, TradePrint
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, EngineConfig
from router.core.types import SECOND, Ns, Phase
from router.runtime.agenda import Agenda, plan_days

OPEN = 100_000 * SECOND
CLOSE = 120_000 * SECOND
CONFIG = EngineConfig(
    instruments=(Instrument("ABC"),),
    venues=(),
    clients=(),
    calendars={"XNYS": (CalendarDay("20120621", OPEN, CLOSE),)},
)
START = (OPEN - 1_800 * SECOND, DayStart("20120621"))
END = (CLOSE + 60 * SECOND, DayEnd("20120621"))


def phase(at: Ns, name: Phase) -> tuple[Ns, Event]:
    return at, PhaseChange("ABC", name)


class World:
    def __init__(self, *heard: tuple[Ns, Event]) -> None:
        self._heard = list(heard)
        self.asked: Ns = 0

    @property
    def next_at(self) -> Ns | None:
        return self._heard[0][0] if self._heard else None

    def step(self, until: Ns) -> list[tuple[Ns, Event]]:
        self.asked = until
        return [self._heard.pop(0)]


def told(agenda: Agenda) -> list[tuple[Ns, Event]]:
    heard: list[tuple[Ns, Event]] = []
    while agenda.next_at is not None:
        heard += agenda.step()
    return heard


def test_a_day_to_come_is_planned_whole() -> None:
    assert told(Agenda(plan_days(CONFIG, 0, phases=True))) == [
        START,
        phase(OPEN - 1_800 * SECOND, Phase.PRE_OPEN),
        phase(OPEN, Phase.CONTINUOUS),
        phase(CLOSE, Phase.CLOSED),
        END,
    ]


def test_where_the_market_says_its_phases_only_the_day_is_planned() -> None:
    assert told(Agenda(plan_days(CONFIG, 0, phases=False))) == [START, END]


def test_in_the_middle_of_a_day_it_is_told_first_and_then_the_phase_in_force() -> None:
    noon = OPEN + 1

    assert told(Agenda(plan_days(CONFIG, noon, phases=True))) == [
        (noon, DayStart("20120621")),
        phase(noon, Phase.CONTINUOUS),
        phase(CLOSE, Phase.CLOSED),
        END,
    ]


def test_a_day_that_is_over_is_left_out() -> None:
    assert plan_days(CONFIG, END[0], phases=True) == []


def test_at_one_instant_the_market_speaks_first() -> None:
    print_ = TradePrint("XLIT", "ABC", 100_000, 100)
    planned: list[tuple[Ns, Event]] = [(5, DayStart("20120621")), (7, DayEnd("20120621"))]

    assert told(Agenda(planned, World((5, print_), (6, print_)))) == [
        (5, print_),
        (5, DayStart("20120621")),
        (6, print_),
        (7, DayEnd("20120621")),
    ]


def test_the_world_may_go_on_in_silence_but_not_past_what_is_planned() -> None:
    print_ = TradePrint("XLIT", "ABC", 100_000, 100)
    world = World((OPEN - 2, print_), (OPEN - 1, print_))
    agenda = Agenda([phase(OPEN, Phase.CONTINUOUS)], world)

    agenda.step(OPEN + 10)
    within = world.asked
    agenda.step(OPEN - 1)

    assert (within, world.asked) == (OPEN - 1, OPEN - 1)
