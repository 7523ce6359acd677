"""Seconds and wall time become instants, names are looked up, and what cannot happen in a market is refused."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from router.api import SECOND, CalendarDay, Instrument, Ns, OrdType, Phase, Reason, SendChild, Side, VenueKind
from router.api import VenueProfile as Profile
from simulator.scenario_file import ScenarioError, ScenarioFile, parse_scenario
from simulator.scenario_plan import Place, plan_scenarios, shortened
from simulator.world import FACTORIES
from support.fake_port import FakePort

OPEN: Ns = 1_709_562_600 * SECOND
"""2024-03-04 09:30 in New York."""
CLOSE: Ns = OPEN + 23_400 * SECOND
PLACE = Place(
    day="20240304",
    open=OPEN,
    close=CLOSE,
    instruments={symbol: Instrument(symbol) for symbol in ("ABC", "GOOG")},
    reactive=("ABC",),
    lit=("XLIT", "XALT"),
    profiles={
        "XLIT": Profile("XLIT", VenueKind.LIT, "lit"),
        "XALT": Profile("XALT", VenueKind.LIT, "lit"),
        "XDRK": Profile("XDRK", VenueKind.DARK, "dark"),
    },
    factories=FACTORIES,
    seed=1,
)
ORDER = SendChild(
    venue="XLIT", child_id="c1", symbol="ABC", side=Side.BUY, qty=100, ord_type=OrdType.MARKET, reason=Reason.DIRECT
)


def written(happenings: str, **keys: str) -> ScenarioFile:
    head = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
    return parse_scenario(f'name = "test"\nseed = 1\n{head}\n{happenings}')


def down(when: str) -> ScenarioFile:
    return written(f'[[happening]]\nwhat = "venue-down"\nvenues = ["XLIT"]\ntext = "cut"\n{when}')


def deeds(*files: ScenarioFile, place: Place = PLACE) -> list[tuple[float, str]]:
    """What is done, with seconds since the open."""
    port, said = FakePort("XLIT", "XALT"), []
    for at in port.steps(plan_scenarios(files, place)):
        said += [((at - OPEN) / SECOND, deed) for deed in (*port.deeds, *port.phases)]
        port.deeds.clear()
        port.phases.clear()
    return said


@pytest.mark.parametrize(
    ("when", "seconds"),
    [("after_open_s = 0.5", 0.5), ('at = "09:30"', 0), ('at = "15:59:59"', 23_399)],
)
def test_an_instant_is_of_the_market_s_day(when: str, seconds: float) -> None:
    assert deeds(down(when)) == [(seconds, "XLIT down: cut")]


@pytest.mark.parametrize(("date", "happens"), [(PLACE.day, True), ("20991231", False)])
def test_a_happening_of_a_date_is_of_that_date_alone(date: str, *, happens: bool) -> None:
    assert deeds(down(f'date = "{date}"\nafter_open_s = 1')) == ([(1, "XLIT down: cut")] if happens else [])


def test_wall_time_is_of_the_scenario_s_own_zone() -> None:
    file = replace(down('at = "14:31"'), timezone="UTC")

    assert deeds(file) == [(60, "XLIT down: cut")]


def test_after_the_first_order_counts_from_it() -> None:
    scenario = plan_scenarios([down("after_first_order_s = 2.5")], PLACE)
    port = FakePort()
    port._now = OPEN + 7 * SECOND

    before = scenario.next_at
    scenario.on_own(port, ORDER, [])

    assert (before, scenario.next_at) == (None, OPEN + 9_500_000_000)


def test_several_files_share_what_they_hold() -> None:
    files = [down("after_open_s = 1\nlasts_s = 5"), down("after_open_s = 2\nlasts_s = 9")]

    assert [at for at, deed in deeds(*files) if deed == "XLIT up"] == [11]


def test_a_halt_without_names_is_of_every_symbol_everywhere() -> None:
    file = written('[[happening]]\nwhat = "halt"\nafter_open_s = 1\nlasts_s = 1\n')

    assert [deed for at, deed in deeds(file) if at == 1] == [Phase.HALTED, Phase.HALTED]


def test_news_without_names_is_of_what_can_be_moved() -> None:
    file = written('[[happening]]\nwhat = "news"\nafter_open_s = 1\njump_sigmas = 3\n')

    assert [deed for _, deed in deeds(file) if "jumps" in deed] == ["ABC jumps 3"]


def test_news_at_the_open_came_before_it_and_later_news_when_it_comes() -> None:
    files = [written(f'[[happening]]\nwhat = "news"\nafter_open_s = {when}\njump_sigmas = 3\n') for when in (0, 1)]

    assert [at for at, deed in deeds(*files) if "jumps" in deed] == [-1e-9, 1]


def refused(happening: str, place: Place = PLACE, **keys: str) -> ScenarioError:
    with pytest.raises(ScenarioError) as error:
        plan_scenarios([down("after_open_s = 1"), written(f"[[happening]]\n{happening}", **keys)], place)
    return error.value


@pytest.mark.parametrize(
    ("happening", "key", "words"),
    [
        (
            'what = "halt"\nat = "09:29"\nlasts_s = 1',
            "at",
            "09:29 is not within the session of 20240304, 09:30 to 16:00",
        ),
        ('what = "halt"\nafter_open_s = 23_400\nlasts_s = 1', "after_open_s", "23400.0 is not within the session"),
        ('what = "halt"\nafter_open_s = 1\nlasts_s = 1\nsymbols = ["XYZ"]', "symbols", "'XYZ' is not traded"),
        ('what = "halt"\nafter_open_s = 1\nlasts_s = 1\nvenues = ["XFOO"]', "venues", "'XFOO' is no simulated venue"),
        (
            'what = "news"\nafter_first_order_s = 1\njump_sigmas = 1\nsymbols = ["GOOG"]',
            "symbols",
            "GOOG is a recorded",
        ),
        ('what = "ping"\nafter_open_s = 1\nlasts_s = 1\nvenues = ["XLIT"]', "venues", "'XLIT' is no pool"),
        ('what = "fade"\nafter_open_s = 1\nlasts_s = 1\nvenues = ["XDRK"]', "venues", "'XDRK' has no displayed book"),
        (
            'what = "locked-market"\nafter_open_s = 1\nlasts_s = 1\noffering = "XDRK"\nbidding = "XLIT"',
            "offering",
            "'XDRK' has no displayed book",
        ),
        (
            'what = "settings"\nafter_open_s = 1\nvenues = ["XDRK"]\nsettings = { toxik_ppm = 1 }',
            "settings",
            "toxik_ppm",
        ),
    ],
)
def test_what_cannot_happen_here_is_refused_with_its_place(happening: str, key: str, words: str) -> None:
    error = refused(happening)

    assert (error.number, error.under) == (1, ("happening", 0, key))
    assert words in error.why


def test_a_time_zone_that_there_is_not() -> None:
    error = refused('what = "halt"\nat = "10:00"\nlasts_s = 1', timezone="Mars/Olympus")

    assert (error.under, error.why) == (("timezone",), "'Mars/Olympus' is no IANA time zone")


def test_nothing_can_be_moved_where_all_is_recorded() -> None:
    error = refused('what = "news"\nafter_open_s = 1\njump_sigmas = 1', place=replace(PLACE, reactive=()))

    assert "is a recorded day" in error.why


def test_an_early_close_shortens_the_day_and_no_other() -> None:
    other = CalendarDay("20240305", OPEN + 86_400 * SECOND, CLOSE + 86_400 * SECOND)
    file = written('[[happening]]\nwhat = "early-close"\nclose = "13:00"')

    days = shortened({"XNYS": [CalendarDay("20240304", OPEN, CLOSE), other]}, [file], "20240304")

    assert days == {"XNYS": (CalendarDay("20240304", OPEN, OPEN + 12_600 * SECOND), other)}


@pytest.mark.parametrize("close", ["09:30", "16:01"])
def test_a_day_can_only_be_shortened(close: str) -> None:
    file = written(f'[[happening]]\nwhat = "early-close"\nclose = "{close}"')

    with pytest.raises(ScenarioError, match=re.escape(f"happening[0].close: {close} is not within the session")):
        shortened({"XNYS": [CalendarDay("20240304", OPEN, CLOSE)]}, [file], None)
