"""A pytest plug-in: a FIX log of your own as a regression test of your own.

    @pytest.mark.fix_log("orders.log", golden="orders.golden.log", seed=7)
    def test_the_desk_answers_as_before(fix_log):
        assert fix_log.difference is None

Paths are relative to the test's file. `--fix-log-update` writes the golden files anew. It must not import the engine
before a test asks for it: pytest loads plug-ins first of all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fixspec.logs import Garbage

UPDATE = "--fix-log-update"


class FixLog:
    """What came of the log: its reports as lines, and the first difference to the golden file (None: the same)."""

    def __init__(self, lines: list[str], requests: int, garbage: list[Garbage], difference: str | None) -> None:
        self.lines = lines
        self.requests = requests
        self.garbage = garbage
        self.difference = difference


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that writes golden files."""
    parser.addoption(UPDATE, action="store_true", help="write the golden files of fix_log tests anew")


def pytest_configure(config: pytest.Config) -> None:
    """The marker, so that strict markers know it."""
    config.addinivalue_line(
        "markers",
        "fix_log(path, *, golden=None, seed=1, client=None, dialect=None, config=None): the FIX log that the fixture "
        "`fix_log` replays, and what to compare its reports with",
    )


@pytest.fixture
def fix_log(request: pytest.FixtureRequest) -> FixLog:
    """The marked log, replayed."""
    marker = request.node.get_closest_marker("fix_log")
    if marker is None or len(marker.args) != 1:
        raise pytest.UsageError('the fixture fix_log needs @pytest.mark.fix_log("PATH"), with one path')
    return replayed(request.path.parent, marker.args[0], update=request.config.getoption(UPDATE), **marker.kwargs)


def replayed(
    folder: Path,
    path: str,
    *,
    update: bool,
    golden: str | None = None,
    seed: int = 1,
    client: str | None = None,
    dialect: str | None = None,
    config: str | None = None,
) -> FixLog:
    """Replay `path` and compare with `golden`, both relative to `folder`; `config` is a settings folder."""
    from router.runtime.log_replay import first_difference, replay_log  # noqa: PLC0415 - see the module
    from router.runtime.settings import default_home, read_settings  # noqa: PLC0415 - see the module

    settings = read_settings(folder / config if config else default_home())
    result = replay_log(
        folder / path, settings, seed=seed, client=client, dialect=folder / dialect if dialect else None
    )
    difference = None
    if golden is not None and update:
        (folder / golden).write_text("\n".join(result.lines) + "\n")
    elif golden is not None and not (folder / golden).is_file():
        difference = f"{folder / golden} is not there: pytest --fix-log-update writes it"
    elif golden is not None:
        difference = first_difference(result.lines, (folder / golden).read_text().splitlines())
    return FixLog(result.lines, result.requests, result.garbage, difference)
