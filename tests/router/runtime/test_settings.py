"""A home directory into what the engine is made of, and each error with its file, line and key."""

from pathlib import Path

import pytest

from router.core.instruments import Instrument, TickBand
from router.core.profiles import (
    CalendarDay,
    ClientProfile,
    EngineConfig,
    FeeRule,
    RiskLimits,
    VenueProfile,
)
from router.core.types import VenueKind
from router.runtime.settings import default_home, read_settings, write_home
from router.runtime.toml_file import SettingsError

OPEN = 1_340_285_400_000_000_000  # 2012-06-21 13:30 UTC


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, old
    path.write_text(text.replace(old, new))


def test_a_home_becomes_the_engine_s_configuration(home: Path) -> None:
    config = read_settings(home).engine_config("20120621")

    assert config == EngineConfig(
        instruments=(Instrument(symbol="ABC", ticks=(TickBand(0, 100),), calendar="XNYS"),),
        venues=(
            VenueProfile(
                mic="XFIX",
                kind=VenueKind.LIT,
                plugin="fix",
                fees=(FeeRule(from_date="20120101", add=-2_000, remove=3_000),),
            ),
        ),
        clients=(ClientProfile(comp_id="EMS44", limits=RiskLimits(max_qty=700, max_notional=None), pending_new=True),),
        calendars={
            "XNYS": (
                CalendarDay(
                    "20120621",
                    open=OPEN,
                    close=OPEN + 23_400 * 10**9,
                    previous_close=OPEN - 63_000 * 10**9,
                ),
            )
        },
        seed=5,
    )


def test_an_average_volume_from_bars_stands_where_the_instrument_has_none(home: Path) -> None:
    (home / "config" / "curves.toml").write_text("ABC = [600_000, 400_000]\n[adv]\nABC = 900\n[days]\nABC = 12\n")
    from_bars = read_settings(home).engine_config("20120621")
    edit(home / "config" / "instruments.toml", 'symbol = "ABC"', 'symbol = "ABC"\nadv = 1_000')
    from_its_table = read_settings(home).engine_config("20120621")

    assert [config.instruments[0].adv for config in (from_bars, from_its_table)] == [900, 1_000]
    assert (from_bars.curves, from_bars.curve_days) == ({"ABC": (600_000, 400_000)}, {"ABC": 12})


def test_an_average_volume_is_a_number_of_shares(home: Path) -> None:
    (home / "config" / "curves.toml").write_text("[adv]\nABC = 0\n")

    with pytest.raises(SettingsError, match=r"curves.toml: adv.ABC: must be at least 1: got 0"):
        read_settings(home)


def test_a_replayed_market_brings_its_own_session(home: Path) -> None:
    half_day = CalendarDay("20120621", open=1, close=2)

    config = read_settings(home).engine_config("20120621", sessions={"ABC": half_day})

    assert config.calendars == {"XNYS": (half_day,)}


def test_two_recordings_of_one_calendar_keep_a_session_each(home: Path) -> None:
    """ABC's file ends early, DEF's covers the calendar's day, GHI's an hour of it; JKL is not traded."""
    path = home / "config" / "instruments.toml"
    text = path.read_text()
    path.write_text("".join(text.replace('"ABC"', f'"{symbol}"') for symbol in ("ABC", "DEF", "GHI", "JKL")))
    settings = read_settings(home)
    (whole,) = settings.engine_config("20120621").calendars["XNYS"]
    early, hour = (
        CalendarDay("20120621", whole.open, whole.close - 1),
        CalendarDay("20120621", whole.open, whole.open + 1),
    )

    config = settings.engine_config("20120621", sessions={"ABC": early, "DEF": whole, "GHI": hour})

    assert {each.symbol: config.calendars[each.calendar] for each in config.instruments} == {
        "ABC": (early,),
        "DEF": (whole,),
        "GHI": (hour,),
        "JKL": (whole,),
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "venues",
            'plugin = "fix"',
            'plugin = "fix"\nlatency = 5',
            "venues.toml:5: venues[0].latency: Object contains",
        ),
        ("venues", 'kind = "lit"', 'kind = "lot"', "venues.toml:3: venues[0].kind: Invalid enum value 'lot'"),
        ("risk", "max_qty = 700", "max_qty = 7.5", "risk.toml:6: client.EMS44.max_qty: Expected `int | null`"),
        (
            "risk",
            "max_qty = 5_000",
            "max_quantity = 5_000",
            "risk.toml:2: default.max_quantity: Object contains unknown",
        ),
        ("risk", "client.EMS44", "client.EMS45", "client.EMS45: no such client in clients.toml"),
        ("clients", "pending_new", "pending_now", "clients.toml:3: client[0].pending_now: Object contains unknown"),
        ("engine", '"power"', '"disk"', "engine.toml:5: journal.durability: Invalid enum value 'disk'"),
        ("engine", "seed = 5", "seed = ", "engine.toml: Invalid value (at line 2"),
        ("calendars", "open", "opens", "calendars.toml:3: calendars.*.opens: Object contains unknown"),
        ("clients", "EMS44", "EMS43", "client.EMS44: no such client in clients.toml"),
    ],
)
def test_a_wrong_setting_is_named_by_file_line_and_key(home: Path, file: str, old: str, new: str, said: str) -> None:
    edit(home / "config" / f"{file}.toml", old, new)

    with pytest.raises(SettingsError) as caught:
        read_settings(home)

    assert said in str(caught.value)


def test_a_client_without_a_session_is_refused(home: Path) -> None:
    edit(home / "config" / "clients.toml", "[[client]]", '[[client]]\ncomp_id = "EMS42"\n\n[[client]]')

    with pytest.raises(SettingsError, match=r"client: EMS42 has no accepting session in sessions\.cfg"):
        read_settings(home)


def test_a_session_to_no_venue_is_refused(home: Path) -> None:
    edit(home / "sessions.cfg", "TargetCompID=XFIX", "TargetCompID=XFAX")

    with pytest.raises(SettingsError, match=r"sessions\.cfg:12: XFAX is no venue of venues\.toml"):
        read_settings(home)


def test_a_missing_file_is_named(home: Path) -> None:
    (home / "config" / "venues.toml").unlink()

    with pytest.raises(SettingsError, match=r"venues\.toml: cannot be read: .*No such file"):
        read_settings(home)


def test_a_day_that_is_no_date_is_refused(home: Path) -> None:
    with pytest.raises(SettingsError, match=r"calendars\.toml: calendar: '2012' is not a date"):
        read_settings(home).engine_config("2012")


def test_the_shipped_home_is_the_repository_when_editable(repo: Path) -> None:
    assert default_home() == repo


def test_a_home_is_copied_and_never_overwritten(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine"

    written = write_home(target, source=home)

    names = ["calendars", "clients", "engine", "instruments", "risk", "venues"]
    assert written == [target / "sessions.cfg", *(target / f"{name}.toml" for name in names)]
    assert read_settings(target).engine_config("20120621") == read_settings(home).engine_config("20120621")
    with pytest.raises(SettingsError, match=r"sessions\.cfg: is there already; nothing is overwritten"):
        write_home(target, source=home)
