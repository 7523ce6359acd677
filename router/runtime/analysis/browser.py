"""A page printed to PDF by a browser of the Chromium family that is installed here. Knows nothing of the page.

The browser gets a profile of its own for each page, which is removed after it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

NAMES: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "brave-browser",
    "microsoft-edge",
)
"""Programs that are looked for, in this order."""
TIMEOUT_S: Final = 120
_QUIET: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
)


class BrowserError(Exception):
    """There is no browser, or it printed nothing; the text says what was looked for, or what it said."""


def find_browser(asked: str | None = None) -> str:
    """The path of the browser asked for, by name or path; else of the first of `NAMES` that is installed."""
    names = NAMES if asked is None else (asked,)
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        where = "on the PATH" if asked is None else "is no program here"
        what = f"none of {', '.join(names)} {where}" if asked is None else f"{asked} {where}"
        raise BrowserError(
            f"a PDF takes a browser of the Chromium family: {what}; --browser or SLUICE_BROWSER names one"
        )
    return found


def print_page(browser: str, page: str, out: Path) -> None:
    """Print an HTML page that fetches nothing into the file `out`. Raises BrowserError."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="sluice-pdf-") as folder:
        source, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [browser, *_QUIET, f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}"]
        if os.geteuid() == 0:
            # A browser refuses to run as root in its sandbox; the page is our own, and runs nothing but its sorter.
            command.append("--no-sandbox")
        try:
            done = subprocess.run(  # noqa: S603 - the program that the user named or has installed, and no shell
                [*command, source.as_uri()], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise BrowserError(f"{browser} has not printed the page in {TIMEOUT_S} s") from None
        if not printed.is_file():
            last = (done.stderr.strip().splitlines() or ["no word"])[-1]
            raise BrowserError(f"{browser} printed nothing (status {done.returncode}): {last}")
        shutil.copyfile(printed, out)
