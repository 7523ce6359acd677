"""A setting that is wrong, unknown or missing is named by file, line and key, and nothing starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from router.runtime.cli import main
from support.live_router import run_sluice


@pytest.fixture
def home(tmp_path: Path, repo: Path) -> Path:
    """The shipped settings, to be spoilt."""
    shutil.copytree(repo / "config", tmp_path / "home" / "config")
    shutil.copy(repo / "sessions.cfg", tmp_path / "home")
    return tmp_path / "home"


def spoil(path: Path, good: str, bad: str) -> int:
    """Put `bad` for the first `good`; the number of its line."""
    before, found, after = path.read_text().partition(good)
    assert found, (path, good)
    path.write_text(before + bad + after)
    return before.count("\n") + 1


def check(home: Path) -> str:
    """The one line with which `sluice check` refuses."""
    done = CliRunner().invoke(main, ["check", "--config", str(home)])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    return line


@pytest.mark.parametrize(
    ("file", "good", "bad", "words"),
    [
        ("sessions.cfg", "SocketNodelay=Y", "SocketNodely=Y", "SocketNodely: no such setting"),
        ("sessions.cfg", "Port=9878", "Port=x", "SocketAcceptPort: a whole number is expected, got 'x'"),
        ("sessions.cfg", "Port=9878", "Port=99999", "SocketAcceptPort: a port is 0 to 65535, got 99999"),
        ("sessions.cfg", "[DEFAULT]", "[DEFALT]", "section [DEFALT]: only [DEFAULT] and [SESSION] are known"),
        ("sessions.cfg", "CheckLatency=Y", "CheckLatency=maybe", "CheckLatency: Y or N is expected, got 'maybe'"),
        ("sessions.cfg", "NonStopSession=Y", "StartTime=25:00:00", "StartTime: a time HH:MM:SS is expected, got"),
        ("sessions.cfg", "Precision=3", "Precision=77", "TimestampPrecision: digits of a second, 0 to 9, are expected"),
        ("sessions.cfg", "HeartBtInt=10", "HeartBtInt=-10", "HeartBtInt: a whole number is expected, got '-10'"),
        ("sessions.cfg", "TargetCompID=EMS42", "TargetCompID=", "TargetCompID: a value is expected"),
        ("config/clients.toml", "dialect =", "dialct =", "client[0].dialct: Object contains unknown field `dialct`"),
        ("config/clients.toml", "new = false", "new = 1", "client[0].pending_new: Expected `bool`, got `int`"),
        ("config/risk.toml", "max_qty =", "max_qt =", "default.max_qt: Object contains unknown field `max_qt`"),
        ("config/risk.toml", "qty = 1_000_000", 'qty = "many"', "default.max_qty: Expected `int | null`, got `str`"),
        ("config/risk.toml", "restricted = []", 'restricted = "A"', "default.restricted: Expected `array`, got `str`"),
        ("config/venues.toml", 'kind = "lit"', 'kind = "bright"', "venues[0].kind: Invalid enum value 'bright'"),
        ("config/instruments.toml", '"0.01"', "0.01", "tick: Expected `str`, got `float`"),
        ("config/engine.toml", '= "process"', '= "hope"', "journal.durability: Invalid enum value 'hope'"),
        (
            "config/engine.toml",
            "dark_first",
            "dark_last",
            "router.dark_last: Object contains unknown field `dark_last`",
        ),
        (
            "config/engine.toml",
            'model = "risk-averse"',
            'model = "powr"',
            "router.queue_model: Invalid enum value 'powr'",
        ),
        ("config/engine.toml", "slice = 16", "slice = 0", "router.max_children_per_slice: Expected `int` >= 1"),
        ("config/engine.toml", "min_qty = 100", "min_qty = -1", "router.dark_min_qty: Expected `int` >= 1"),
        ("config/engine.toml", "interval_ns = 250_000_000", "interval_ns = 0", "interval_ns: Expected `int` >= 1"),
        ("config/engine.toml", "timeout_ns = 2_", "timeout_ns = -2_", "child_reply_timeout_ns: Expected `int` >= 1"),
        ("config/engine.toml", '"20070705"', '"2007-07-05"', "rules[0].from_date: Expected `str` matching regex"),
        ("config/venues.toml", "jitter_ns = 5", "jitter_ns = -5", "venues[0].latency_jitter_ns: Expected `int` >= 0"),
        ("config/venues.toml", "cross_times = [", "cross_times = [86400, ", "Expected `int` <= 86399"),
        (
            "config/venues.toml",
            "window_ns =",
            "windw_ns =",
            "venues[5].settings.windw_ns: Object contains unknown field `windw_ns`",
        ),
        (
            "config/venues.toml",
            "noise_ppm = 200_000",
            'noise_ppm = "x"',
            "venues[4].settings.noise_ppm: Expected `int`, got `str`",
        ),
        (
            "config/venues.toml",
            'priority = "size"',
            "fault_rejekt_ppm = 1",
            "venues[4].settings.fault_rejekt_ppm: Object contains unknown field `fault_rejekt_ppm`",
        ),
        (
            "config/venues.toml",
            "enabled = false",
            "settings = { host = 1 }",
            "venues[7].settings.host: a venue behind FIX has no settings of its own",
        ),
        ("config/curves.toml", "83429", "-83429", "*[0]: Expected `int` >= 0"),
        ("config/curves.toml", '"BOLT" = [', '"BOLT" = [0.5,', "BOLT[0]: Expected `int`, got `float`"),
        ("config/dialects/standard.toml", "tag = 847", 'tag = "x"', "strategy.tag: Expected `int`, got `str`"),
        ("config/dialects/standard.toml", "group =", "grup =", "strategy.grup: Object contains unknown field `grup`"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(home: Path, file: str, good: str, bad: str, words: str) -> None:
    number = spoil(home / file, good, bad)

    line = check(home)

    # A table may be named by the line at which it starts; a key by its own.
    found = line.removeprefix(f"Error: {home / file}:").partition(":")
    assert int(found[0]) <= number
    assert words in found[2]


@pytest.mark.parametrize(
    ("file", "good", "bad", "words"),
    [
        ("config/clients.toml", '"standard"', '"nope"', "config/dialects/nope.toml: cannot be read"),
        (
            "config/clients.toml",
            '# default_strategy = "V',
            'default_strategy = "X',
            "EMS42.default_strategy: 'XWAP' is",
        ),
        ("config/risk.toml", "# [client.EMS44]", "[client.EMS99]", "client.EMS99: no such client in clients.toml"),
        ("config/risk.toml", "qty = 1_", "qty = -1_", 'default.max_qty: a limit is 0 or more, or "none": got -1000000'),
        ("config/venues.toml", '"XALT"', '"XLIT"', "venues[1].mic: XLIT is there twice"),
        ("config/venues.toml", 'plugin = "lit"', 'plugin = "nope"', "XLIT: no plug-in 'nope'; there are cross, dark"),
        ("config/instruments.toml", '"XNYS"', '"XXXX"', "ACME.calendar: 'XXXX' is none of XNYS"),
        ("config/instruments.toml", 'ticks = "us-nms"', 'ticks = "x"', "instrument ACME: no tick table 'x'"),
        ("config/instruments.toml", 'symbol = "BOLT"', 'symbol = "ACME"', "instrument ACME is there twice"),
        ("config/calendars.toml", "America/New_York", "Mars/Olympus", "'09:30' in 'Mars/Olympus' is not a local time"),
        ("config/calendars.toml", '"09:30"', '"25:00"', "'25:00' in 'America/New_York' is not a local time"),
        ("config/calendars.toml", '"09:30"', '"17:00"', "is not after its open"),
        ("config/market.toml", 'N = "XLIT"', 'N = "XNIL"', "exchanges.N: 'XNIL' is no venue of venues.toml"),
        ("config/market.toml", "XLIT = 45", "XNIL = 45", "default.shares: 'XNIL' is no venue of venues.toml"),
        ("config/market.toml", "[symbol.CRUX]", "[symbol.NIL]", "symbol.NIL: no such instrument in instruments.toml"),
        ("config/market.toml", "impact = true", 'impact = "yes"', "Expected `bool`, got `str`"),
        ("config/engine.toml", "[engine]", "[engine", "(at line 3, column 8)"),
    ],
)
def test_what_does_not_go_together_is_named(home: Path, file: str, good: str, bad: str, words: str) -> None:
    spoil(home / file, good, bad)

    line = check(home)

    assert line.startswith(f"Error: {home}")
    assert words in line


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ("restricted = []", 'restricted = ["ACME", "BLOT"]', "default.restricted: 'BLOT'"),
        ("# [client.EMS44]", '[client.EMS44]\nsymbols = ["ACMEE"]', "client.EMS44.symbols: 'ACMEE'"),
    ],
)
def test_a_limit_on_a_symbol_that_is_none_is_a_warning(home: Path, good: str, bad: str, place: str) -> None:
    path = home / "config" / "risk.toml"
    number = spoil(path, good, bad) + bad.count("\n")

    done = CliRunner().invoke(main, ["check", "--config", str(home)])

    assert done.exit_code == 0
    assert done.stderr == f"warning: {path}:{number}: {place} is no instrument of instruments.toml\n"


FILES = ("sessions.cfg", *(f"config/{name}.toml" for name in ("clients", "risk", "venues", "instruments", "calendars")))


@pytest.mark.parametrize("file", [*FILES, "config/engine.toml", "config/dialects/standard.toml"])
@pytest.mark.parametrize("how", ["missing", "a folder", "no text"])
def test_a_file_that_cannot_be_read_is_named(home: Path, file: str, how: str) -> None:
    path = home / file
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how == "no text":
        path.write_bytes(b"\xff\xfe\x00")

    assert check(home).startswith(f"Error: {path}: cannot be read: ")


@pytest.mark.fix
def test_run_refuses_as_check_does(home: Path, tmp_path: Path) -> None:
    number = spoil(home / "config" / "risk.toml", "max_qty =", "max_qt =")

    done = run_sluice("run", "--config", str(home), "--state", str(tmp_path / "state"), "--port", "0")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: {home / 'config' / 'risk.toml'}:{number}: default.max_qt: Object contains unknown field `max_qt`\n"
    )
    assert not (tmp_path / "state").exists()
