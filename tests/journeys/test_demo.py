"""The demonstration from its command to its proofs, in its brief form: three processes, FIX between two of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.fix, pytest.mark.slow]

WALL_S = 100


def test_the_demonstration_ends_as_it_should_and_proves_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "router.runtime", "demo", "--brief", "--out", str(tmp_path)]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=WALL_S, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"replay +hash chains hold, [0-9,]+ inputs, outputs the same byte for byte", ended.stdout)
    assert re.search(r"EMS +agrees with the journal on every order", ended.stdout)
    (folder,) = tmp_path.iterdir()
    for name in ("state/journal.sqlite3", "ems/ems.fix.log", "report.html"):
        assert str(folder / name) in ended.stdout.replace("\n", "")
        assert (folder / name).stat().st_size > 0
    ends = {
        **dict.fromkeys(("VWAP-1", "TWAP-1", "IS-1", "IS-2", "NOW-1", "DMA-1"), "filled"),
        "BIG-1": "rejected",
        "TWAP-2": "canceled",
    }
    rows = {words[0]: words for line in ended.stdout.splitlines() if len(words := line.split()) > 6}
    assert {name: status for name, status in ends.items() if status not in rows[name]} == {}
    assert not re.search(r"https?:", (folder / "report.html").read_text())
