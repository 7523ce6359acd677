"""The demonstration from its command to its proofs, in its brief form: three processes, FIX between two of them."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from router.runtime.cli import main

pytestmark = [pytest.mark.fix, pytest.mark.slow]


@pytest.fixture
def _as_a_process_of_its_own() -> Iterator[None]:
    """The command is run in this process: what it sets for good is set back."""
    mask, handler = os.umask(0o077), signal.getsignal(signal.SIGTERM)
    yield
    os.umask(mask)
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.usefixtures("_as_a_process_of_its_own")
def test_the_demonstration_ends_as_it_should_and_proves_it(tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["demo", "--brief", "--out", str(tmp_path)])

    assert ended.exit_code == 0, ended.output
    assert re.search(r"replay +hash chains hold, [0-9,]+ inputs, outputs the same byte for byte", ended.output)
    assert re.search(r"EMS +agrees with the journal on every order", ended.output)
    (folder,) = tmp_path.iterdir()
    for name in ("state/journal.sqlite3", "ems/ems.fix.log", "report.html"):
        assert str(folder / name) in ended.output
        assert (folder / name).stat().st_size > 0
    ends = {
        **dict.fromkeys(("VWAP-1", "TWAP-1", "IS-1", "IS-2", "NOW-1", "DMA-1"), "filled"),
        "BIG-1": "rejected",
        "TWAP-2": "canceled",
    }
    rows = {words[0]: words for line in ended.output.splitlines() if len(words := line.split()) > 6}
    assert {name: status for name, status in ends.items() if status not in rows[name]} == {}
    assert not re.search(r"https?:", (folder / "report.html").read_text())
