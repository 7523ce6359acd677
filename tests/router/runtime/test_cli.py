"""The commands, as they are typed."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from router.core.events import Genesis, VenueDown
from router.core.outputs import Alarm
from router.core.profiles import EngineConfig
from router.runtime.cli import main
from router.runtime.console import EXTRAS
from router.runtime.journal_file import FILE_NAME, JournalFile


def sluice(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def a_journal(state: Path) -> Path:
    """A journal of two inputs, and no outputs but an alarm that the engine would say."""
    journal = JournalFile(state)
    config = msgspec.json.encode(EngineConfig(instruments=(), venues=(), clients=(), calendars={})).decode()
    journal.append(1, Genesis("C1", config))
    journal.append(2, VenueDown("XFIX", "gone"))
    journal.close()
    return state / FILE_NAME


@pytest.mark.slow
def test_a_running_router_needs_nothing_of_an_analyst() -> None:
    """What `run`, `demo` and `report` import is there without the extra `analysis`."""
    program = f"""
import sys
for package in {list(EXTRAS)!r}:
    sys.modules[package] = None
import router.runtime.commands.run_command, router.runtime.commands.demo_command, router.runtime.analysis.journal_cases
import router.runtime.commands.profile_measure_command, router.runtime.commands.profile_show_command
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_help_names_every_command() -> None:
    shown = sluice("--help").output

    assert [name for name in ("check", "curves", "init", "replay", "run", "send") if f"\n  {name} " not in shown] == []


def test_an_unknown_command_is_refused() -> None:
    result = sluice("rum")

    assert (result.exit_code, "No such command 'rum'" in result.output) == (2, True)


def test_the_shipped_settings_are_in_order() -> None:
    result = sluice("check")

    assert result.exit_code == 0, result.output
    assert re.search(r"^strategies .*IS, POV, TWAP, VWAP", result.output, re.MULTILINE)


def test_init_writes_a_home_that_checks(tmp_path: Path) -> None:
    written = sluice("init", tmp_path / "mine")
    checked = sluice("check", "--config", tmp_path / "mine")
    again = sluice("init", tmp_path / "mine")

    assert (written.exit_code, checked.exit_code, again.exit_code) == (0, 0, 1)
    assert again.output.endswith("sessions.cfg: is there already; nothing is overwritten\n")


def test_a_wrong_setting_ends_the_check_with_one_line(home: Path) -> None:
    path = home / "config" / "risk.toml"
    path.write_text(path.read_text().replace("max_qty = 700", "max_quantity = 700"))

    result = sluice("check", "--config", home)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {path}:6: client.EMS44.max_quantity: Object contains unknown field")
    assert result.output.count("\n") == 1


def test_a_venue_whose_plug_in_is_not_installed_is_named(home: Path) -> None:
    path = home / "config" / "venues.toml"
    path.write_text(path.read_text().replace('plugin = "fix"', 'plugin = "moon"'))
    (home / "config" / "dialects").mkdir()
    (home / "config" / "dialects" / "standard.toml").write_text('name = "standard"\n')

    result = sluice("check", "--config", home)

    assert result.exit_code == 1
    assert f"{path}: XFIX: no plug-in 'moon'" in result.output


def test_check_shows_the_heads_of_a_whole_journal_and_names_the_line_of_a_broken_one(tmp_path: Path) -> None:
    path = a_journal(tmp_path)
    whole = sluice("check", "--state", tmp_path)
    journal = JournalFile(tmp_path)
    heads = journal.heads
    journal._db.execute("UPDATE inputs SET at = 3 WHERE seq = 2")
    journal.close()
    broken = sluice("check", "--state", path)

    assert whole.output.endswith(f"inputs    {heads.inputs.hex()}\noutputs   {heads.outputs.hex()}\n")
    assert (broken.exit_code, "journal broken at inputs 2: its hash does not cover it" in broken.output) == (1, True)


def test_replay_of_a_journal_says_that_it_is_the_same(tmp_path: Path) -> None:
    result = sluice("replay", a_journal(tmp_path))

    assert (result.exit_code, "the same, byte for byte" in result.output) == (0, True)


def test_replay_shows_where_a_journal_differs(tmp_path: Path) -> None:
    path = a_journal(tmp_path)
    journal = JournalFile(tmp_path)
    journal.write_outputs(journal.append(3, VenueDown("XALT", "gone")), [])
    journal.close()
    other = JournalFile(tmp_path / "other")
    config = msgspec.json.encode(EngineConfig(instruments=(), venues=(), clients=(), calendars={})).decode()
    other.append(1, Genesis("C1", config))
    line = other.append(2, VenueDown("XFIX", "gone"))
    other.write_outputs(line, [Alarm("something else")])
    other.close()

    same, differs = sluice("replay", path), sluice("replay", tmp_path / "other")

    assert same.exit_code == 0
    assert differs.exit_code == 1
    assert 'recorded {"type":"Alarm","text":"something else"}' in differs.output


def test_replay_of_a_folder_without_a_journal_says_so_in_one_line(tmp_path: Path) -> None:
    result = sluice("replay", tmp_path)

    assert (result.exit_code, result.output) == (1, f"Error: {tmp_path / FILE_NAME}: no such journal\n")


def test_replay_of_a_journal_refuses_what_is_for_a_log(tmp_path: Path) -> None:
    result = sluice("replay", a_journal(tmp_path), "--out", tmp_path / "out.log")

    assert (result.exit_code, "--out is for a FIX log" in result.output) == (2, True)


def test_a_place_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = sluice("init", tmp_path / "file" / "desk")

    assert (result.exit_code, result.output) == (1, f"Error: {tmp_path / 'file' / 'desk'}: Not a directory\n")


def test_curves_are_written_as_a_settings_file(tmp_path: Path) -> None:
    bars = tmp_path / "abc_volume.csv"
    starts = [f"{(570 + minute) // 60:02d}:{(570 + minute) % 60:02d}" for minute in range(0, 390, 195)]
    days = ["20120618", "20120619", "20120620"]
    volumes = ["600,600,900", "200,200,300"]
    rows = [f"{start},{volume}" for start, volume in zip(starts, volumes, strict=True)]
    bars.write_text("\n".join([",".join(["bin_start", *days]), *rows, ""]))
    out = tmp_path / "curves.toml"

    result = sluice("curves", bars, "--bins", 2, "--out", out)

    assert (result.exit_code, result.stdout) == (0, f"{out}: *, ABC\n")
    assert result.stderr.splitlines() == [
        f"warning: {symbol}: 3 days, fewer than 20: one day's habit may look like the symbol's"
        for symbol in ("ABC", "*")
    ]
    assert tomllib.loads(out.read_text()) == {
        "*": [750_000, 250_000],
        "ABC": [750_000, 250_000],
        "adv": {"ABC": 933},
        "days": {"*": 3, "ABC": 3},
    }


def test_a_file_that_holds_no_bars_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("a,b\n")

    result = sluice("curves", path)

    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "neither LEAN bars, nor timestamp...volume" in result.output


def test_send_refuses_a_parameter_that_is_none() -> None:
    result = sluice("send", "buy", "100", "ABC", "--param", "Interval")

    assert (result.exit_code, "'Interval' is not NAME=VALUE" in result.output) == (2, True)


@pytest.mark.parametrize("speed", ["0", "-1", "fast"])
def test_run_refuses_a_speed_that_is_none(speed: str) -> None:
    result = sluice("run", "--speed", speed)

    assert (result.exit_code, "is neither a number above 0 nor max" in result.output) == (2, True)


@pytest.mark.slow
@pytest.mark.fix
def test_run_serves_until_it_is_told_to_stop_and_send_finds_it(tmp_path: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    state = ["--state", str(tmp_path / "state"), "--market", "synthetic:1:0.1", "--speed", "20", "--port", "0"]
    run = subprocess.Popen(
        [sys.executable, "-m", "router.runtime", "run", *state],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert run.stdout
    ready = run.stdout.readline()
    found = re.fullmatch(r"ready EMS42=127\.0\.0\.1:(\d+) EMS44=127\.0\.0\.1:\1 market=synthetic:1:0\.1 .*\n", ready)
    assert found, (ready, run.stderr and run.stderr.read())
    order = ["send", "buy", "100", "NOPE", "--port", found[1], "--store", str(tmp_path / "client")]
    sent = subprocess.run(
        [sys.executable, "-m", "router.runtime", *order], capture_output=True, text=True, check=False, env=environment
    )
    run.send_signal(signal.SIGINT)
    _, logged = run.communicate(timeout=30)

    assert (run.returncode, sent.returncode) == (0, 1)
    assert "rejected cum 0 leaves 0" in sent.stdout
    assert '"event": "stopped"' in logged
    assert sluice("replay", tmp_path / "state").exit_code == 0


@pytest.mark.fix
def test_a_second_run_on_one_state_directory_is_refused_in_one_line(tmp_path: Path) -> None:
    held = JournalFile(tmp_path)

    second = subprocess.run(
        [sys.executable, "-m", "router.runtime", "run", "--state", str(tmp_path), "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    held.close()

    assert second.returncode == 1
    assert second.stderr == (
        f"Error: {tmp_path} is in use by process {os.getpid()}: stop it, or give another --state\n"
    )


@pytest.mark.fix
def test_a_port_in_use_is_refused_in_one_line_and_without_a_crash(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        run = ["run", "--state", str(tmp_path), "--market", "none", "--port", str(port)]
        refused = subprocess.run(
            [sys.executable, "-m", "router.runtime", *run], capture_output=True, text=True, check=False
        )

    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: FIX sessions cannot start: ")
    assert f"port {port}" in refused.stderr
