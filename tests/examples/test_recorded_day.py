"""The example of a day at full speed, on a market that every installation has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.fix, pytest.mark.slow]


def trade(repo: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    commands = Path(sys.executable).parent
    assert (commands / "sluice").is_file(), f"no sluice beside {sys.executable}"
    return subprocess.run(
        [str(repo / "examples" / "recorded_day.sh"), *arguments],
        env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_example_trades_a_day_and_leaves_a_report(repo: Path, tmp_path: Path) -> None:
    done = trade(repo, "synthetic:1:0.02", "ACME", "buy", "1000", str(tmp_path / "day"))

    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "cum 1000 leaves 0" in done.stdout
    assert "the same, byte for byte" in done.stdout
    assert "</html>" in (tmp_path / "day" / "report.html").read_text()


def test_the_example_says_why_a_market_cannot_be_had(repo: Path, tmp_path: Path) -> None:
    done = trade(repo, "lobster:nowhere_message_1.csv", "GOOG", "buy", "100", str(tmp_path / "day"))

    assert done.returncode != 0
    assert "nowhere_message_1.csv: not a LOBSTER file name" in done.stderr
