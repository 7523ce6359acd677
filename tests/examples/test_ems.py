"""The client that the README shows, against a router of its own: it must end with its order filled."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from router.runtime.journal_file import FILE_NAME, JournalReader

pytestmark = [pytest.mark.fix, pytest.mark.slow]

PATIENCE_S = 60


@contextmanager
def router(folder: Path) -> Iterator[int]:
    """A router with an open market, sixty times as fast as the wall; its port."""
    options = ["--state", str(folder / "state"), "--day", "20260316", "--speed", "60", "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "router.runtime", "run", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        found = re.search(r"EMS44=127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found is not None
        wait_for_a_trade(folder / "state" / FILE_NAME)
        yield int(found[1])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
        process.stdout.close()


def wait_for_a_trade(journal: Path) -> None:
    """Until the market is open: before, there is no price to hold an order against."""
    reader = JournalReader(journal)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not any(line.kind == "TradePrint" for line in reader.inputs()):
            assert time.monotonic() < deadline, "the market does not open"
            time.sleep(0.1)
    finally:
        reader.close()


def test_the_client_gets_its_order_filled_over_fix(repo: Path, tmp_path: Path) -> None:
    example = repo / "examples" / "ems"
    settings = (example / "ems.cfg").read_text(encoding="utf-8")
    with router(tmp_path) as port:
        (tmp_path / "ems.cfg").write_text(settings.replace("9878", str(port)), encoding="utf-8")

        ended = subprocess.run(
            [sys.executable, str(example / "ems.py"), "ems.cfg"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    reports = [dict(field.split("=", 1) for field in line.split("|") if field) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, ended.stderr
    assert (reports[0]["150"], reports[0]["151"]) == ("0", "2000")
    assert {key: reports[-1][key] for key in ("39", "14", "151")} == {"39": "2", "14": "2000", "151": "0"}
    assert sum(int(report.get("32", 0)) for report in reports) == 2000
