"""A home directory of settings to change one line of, made from the shipped ones where these say nothing special."""

from pathlib import Path

import pytest

SESSIONS = """\
[DEFAULT]
SenderCompID=SLUICE
PersistMessages=Y

[SESSION]
ConnectionType=acceptor
BeginString=FIX.4.4
TargetCompID=EMS44
SocketAcceptHost=127.0.0.1
SocketAcceptPort=9878

[SESSION]
ConnectionType=initiator
BeginString=FIX.4.4
TargetCompID=XFIX
SocketConnectHost=127.0.0.1
SocketConnectPort=9880
"""
CLIENTS = """\
[[client]]
comp_id = "EMS44"
pending_new = true
"""
RISK = """\
[default]
max_qty = 5_000
max_notional = "none"

[client.EMS44]
max_qty = 700
"""
VENUES = """\
[[venues]]
mic = "XFIX"
kind = "lit"
plugin = "fix"
fees = [{ from_date = "20120101", add = -2_000, remove = 3_000 }]
"""
ENGINE = """\
[engine]
seed = 5

[journal]
durability = "power"
"""
INSTRUMENTS = """\
[[ticks.penny]]
bands = [{ from_px = "0", tick = "0.01" }]

[[instruments]]
symbol = "ABC"
calendar = "XNYS"
ticks = "penny"
"""
CALENDARS = """\
[calendars.XNYS]
timezone = "America/New_York"
open = "09:30"
close = "16:00"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A small, whole home directory."""
    home = tmp_path / "home"
    config = home / "config"
    config.mkdir(parents=True)
    (home / "sessions.cfg").write_text(SESSIONS)
    files = {
        "clients": CLIENTS,
        "risk": RISK,
        "venues": VENUES,
        "engine": ENGINE,
        "instruments": INSTRUMENTS,
        "calendars": CALENDARS,
    }
    for name, text in files.items():
        (config / f"{name}.toml").write_text(text)
    return home
