"""The collector's settings are the process's, so they are looked at in one of its own."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import gc
from router.runtime.collector import settle

settle()
print(gc.isenabled(), gc.get_threshold(), gc.get_freeze_count() > 1_000)
"""


def test_settles_what_is_there_and_looks_seldom_at_what_comes() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "True (50000, 20, 200) True"
