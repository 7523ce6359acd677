"""The client of the venues that the documentation shows, on QuickFIX alone: every request must have its answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.live_venues import live_venues

pytestmark = [pytest.mark.fix, pytest.mark.slow]

PATIENCE_S = 90


def test_the_client_has_an_answer_to_every_request(repo: Path, tmp_path: Path) -> None:
    example = repo / "examples" / "venues"
    settings = (example / "trader.cfg").read_text(encoding="utf-8")
    with live_venues(tmp_path, "--speed", "4") as venues:
        mine = settings.replace("9881", str(venues.ports["XLIT"])).replace("fixspec/", f"{repo}/fixspec/")
        (tmp_path / "trader.cfg").write_text(mine, encoding="utf-8")

        ended = subprocess.run(
            [sys.executable, str(example / "trader.py"), "trader.cfg"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        status = venues.stop()

    heard = [dict(field.split("=", 1) for field in line.split("|") if field) for line in ended.stdout.splitlines()]
    reports = [(each["150"], each["39"], each["151"]) for each in heard if each["35"] == "8"]
    assert (ended.returncode, status) == (0, 0), (ended.stderr, ended.stdout[-2_000:])
    assert {each["35"] for each in heard} == {"A", "W", "X", "f", "8", "r"}
    assert reports[:4] == [("0", "0", "300"), ("5", "0", "200"), ("I", "0", "200"), ("4", "4", "0")]
    assert reports[-2:] == [("0", "0", "300"), ("4", "4", "0")]
    assert sum(int(each["32"]) for each in heard if each.get("150") == "F") == 100
