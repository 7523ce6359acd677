"""Scenario files on a command line: found by path or name, refused with file and line, and played."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.core.events import Genesis, VenueDown
from router.journal import decode_event
from router.runtime.assembly import make_days, make_market
from router.runtime.cli import main
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.scenario_files import Scenarios, read_scenarios, shipped
from router.runtime.settings import Settings, default_home, read_settings, write_home
from router.runtime.toml_file import SettingsError
from support.live_router import live_router, wait_for_the_market

DAY = "20260316"
CUT = 'name = "cut"\nseed = 1\n\n[[happening]]\nwhat = "venue-down"\nafter_open_s = 1\nvenues = ["XALT"]\n'


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(default_home())


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.toml"
    path.write_text(CUT)
    return path


def sluice(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, old
    path.write_text(text.replace(old, new))


def test_by_path_and_by_name_in_the_order_given(settings: Settings, cut: Path) -> None:
    found = read_scenarios(settings, [str(cut), "halt"])

    assert found.paths == (cut, settings.config / "scenarios" / "halt.toml")
    assert found.names == ", scenario cut, scenario halt"


def test_the_shipped_ones_are_named_as_their_files(settings: Settings) -> None:
    paths = shipped(settings)

    assert len(paths) >= 14
    assert [read_scenarios(settings, [path.stem]).files[0].name for path in paths] == [path.stem for path in paths]


def test_one_that_is_not_there_is_refused_with_those_that_are(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"--scenario flood: no such file, and none of .*: bust, crossed, fade,"):
        read_scenarios(settings, ["flood"])


def test_a_journal_s_first_line_names_them(settings: Settings, cut: Path) -> None:
    market = make_market(settings, "synthetic:7", DAY, read_scenarios(settings, [str(cut)]))

    assert market.spec == "synthetic:7, scenario cut"


def test_the_engine_knows_of_an_early_close(settings: Settings) -> None:
    whole = make_market(settings, "synthetic:7", DAY)

    half = make_market(settings, "synthetic:7", DAY, read_scenarios(settings, ["half-day"]))

    hours = [(day.close - day.open) // 1_000_000_000 for each in (whole, half) for day in each.config.calendars["XNYS"]]
    assert hours == [23_400, 12_600]


def test_nothing_can_happen_where_nothing_is_simulated(settings: Settings, cut: Path) -> None:
    with pytest.raises(SettingsError, match="nothing is simulated with --market none"):
        make_market(settings, "none", None, read_scenarios(settings, [str(cut)]))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"XALT"', '"XFOO"', "cut.toml:7: happening[0].venues: 'XFOO' is no simulated venue of this market"),
        ("after_open_s = 1", 'at = "17:00"', "cut.toml:6: happening[0].at: 17:00 is not within the session"),
    ],
)
def test_what_this_market_cannot_have_is_refused_with_file_and_line(
    settings: Settings, cut: Path, old: str, new: str, words: str
) -> None:
    edit(cut, old, new)

    with pytest.raises(SettingsError) as refused:
        make_market(settings, "synthetic:7", DAY, read_scenarios(settings, ["halt", str(cut)]))

    assert words in str(refused.value)


def test_a_date_that_the_market_does_not_have_is_refused(settings: Settings, cut: Path) -> None:
    edit(cut, "after_open_s", 'date = "20260317"\nafter_open_s')
    scenarios = read_scenarios(settings, [str(cut)])

    with pytest.raises(SettingsError, match="date: 20260317 is no trading date of this market: 20260316"):
        make_market(settings, "synthetic:1", DAY, scenarios)
    assert make_days(settings, "synthetic:1", DAY, 2, scenarios).config.calendars["XNYS"][1].day == "20260317"


def test_check_reads_those_of_a_home_and_refuses_what_no_market_can_have(tmp_path: Path) -> None:
    write_home(tmp_path / "home")
    edit(tmp_path / "home" / "scenarios" / "halt.toml", "lasts_s = 120", "lasts_s = -1")

    result = sluice("check", "--config", tmp_path / "home")

    assert result.exit_code == 1
    assert "scenarios/halt.toml:5: happening[0]: lasts_s = -1.0: above 0 and at most 86400 seconds" in result.output


def test_check_warns_of_what_could_not_happen_in_this_home(tmp_path: Path) -> None:
    write_home(tmp_path / "home")
    edit(tmp_path / "home" / "scenarios" / "fade.toml", 'what = "fade"', 'what = "fade"\nvenues = ["XFOO"]')

    result = sluice("check", "--config", tmp_path / "home")

    assert result.exit_code == 0
    warnings = [line for line in result.output.splitlines() if line.startswith("warning")]
    assert len(warnings) == 1
    assert "scenarios/fade.toml:7: happening[0].venues: 'XFOO' is no simulated venue of this market" in warnings[0]


@pytest.mark.fix
@pytest.mark.slow
def test_run_plays_them_and_its_journal_replays(tmp_path: Path) -> None:
    with live_router(tmp_path, "--scenario", str(_at_once(tmp_path)), "--scenario", "halt") as router:
        client = router.connect()
        # It has opened then, and what happens at the open has happened.
        wait_for_the_market(client, "A")
        client.close()
        assert router.stop() == 0

    router.check()
    reader = JournalReader(tmp_path / "state" / FILE_NAME)
    events = [decode_event(line.body) for line in reader.inputs()]
    reader.close()
    assert isinstance(events[0], Genesis)
    assert events[0].market == "synthetic:7, scenario cut, scenario halt"
    assert VenueDown("XLIT", "scenario: venue down") in events


def test_replay_of_a_log_plays_them_and_of_a_journal_refuses(tmp_path: Path) -> None:
    log = tmp_path / "client.log"
    head = "8=FIX.4.4|9=1|35=D|49=EMS44|56=SLUICE|34=2|52=20260316-14:00:00.000|"
    log.write_text(f"{head}11=A1|55=ACME|54=1|38=300|40=1|59=0|100=XLIT|60=20260316-14:00:00.000|10=000|\n")

    plain = sluice("replay", log, "--config", default_home())
    cut = sluice("replay", log, "--config", default_home(), "--scenario", _at_once(tmp_path))

    assert (plain.exit_code, cut.exit_code) == (0, 0), (plain.output, cut.output)
    assert "|150=F|" in plain.output
    assert "|150=F|" not in cut.output


def _at_once(folder: Path) -> Path:
    path = folder / "at-once.toml"
    path.write_text(CUT.replace("XALT", "XLIT").replace("after_open_s = 1", "after_open_s = 0"))
    return path


def test_no_scenarios_are_no_names() -> None:
    assert Scenarios().names == ""
