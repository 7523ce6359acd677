"""The example `venues-over-fix` as a home of its own: the shipped settings, what the example changes, free ports."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from router.runtime.settings import write_home

# A zone in which it is about noon, so that no midnight comes by.
ZONE = f"Etc/GMT{time.gmtime().tm_hour - 12:+d}"
MICS = ("XLIT", "XALT", "XINV", "XDRK", "XBLK", "XCRS", "XVWP")
FIRST_PORT = 9881


def make_home(repo: Path, folder: Path, ports: dict[str, int]) -> Path:
    """A router's home in `folder` by the steps of the documentation, calling the venues at `ports`."""
    home = folder / "router-home"
    write_home(home, source=repo)
    for path in (repo / "examples" / "venues-over-fix").iterdir():
        shutil.copyfile(path, home / path.name)
    text = (home / "sessions.cfg").read_text()
    for number, mic in enumerate(MICS):
        text = text.replace(f"SocketConnectPort={FIRST_PORT + number}\n", f"SocketConnectPort={ports[mic]}\n")
    (home / "sessions.cfg").write_text(text)
    calendars = home / "calendars.toml"
    calendars.write_text(calendars.read_text().replace('"UTC"', f'"{ZONE}"'))
    return home
