"""What every test gets: real data where there is any, Hypothesis profiles, and guards against reaching outside.

It must not know any part of the product: fixtures for one part live beside that part's tests.
"""

import importlib.util
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support.guards import LitterGuard, LoopbackGuard
from support.tracing import untraced

REPO = Path(__file__).resolve().parent.parent

# `ci` draws the same examples each run, so that a change is judged by what it changes and a red run is red again when
# repeated. `dev`, the default, draws new ones each run: that is where new failures are found, and the printed blob
# repeats one. No deadline in either: shared cores make time a poor witness.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, max_examples=100)
settings.register_profile("dev", deadline=None, print_blob=True, max_examples=50)
settings.register_profile(
    "deep", deadline=None, print_blob=True, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

_loopback = LoopbackGuard()
_litter = LitterGuard(REPO)
# An audit hook stays until the process ends; there is one of each for the whole run.
sys.addaudithook(_loopback)
sys.addaudithook(_litter)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files, and skip what cannot be run."""
    _end_with_untraced_files(items)
    _skip_what_needs_quickfix(items)


def _end_with_untraced_files(items: list[pytest.Item]) -> None:
    """What is imported first by an untraced test would count as never run. Of these files the longest come first.

    The workers take whole files, and would else not end together. How long a file takes is told by its longest timeout.
    """
    limits: dict[Path, int] = {}
    for item in items:
        if item.get_closest_marker("untraced"):
            limit = item.get_closest_marker("timeout")
            limits[item.path] = max(limits.get(item.path, 0), limit.args[0] if limit else 0)
    items.sort(key=lambda item: (item.path in limits, -limits.get(item.path, 0)))


def _skip_what_needs_quickfix(items: list[pytest.Item]) -> None:
    """Skip what needs a FIX engine where there is none, naming the extras that bring one."""
    if importlib.util.find_spec("quickfix") is not None:
        return
    reason = "needs QuickFIX: pip install 'sluice[quickfix-tls]' (prebuilt) or 'sluice[quickfix]' (built from source)"
    for item in items:
        if item.get_closest_marker("fix"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a long simulation, and what is built for it, without tracing, which makes it three to four times as long."""
    with untraced() if item.get_closest_marker("untraced") else nullcontext():
        return (yield)


@pytest.fixture(scope="session")
def repo() -> Path:
    """The repository's root."""
    return REPO


@pytest.fixture(scope="session")
def real_data_dir() -> Path:
    """Recorded market data and FIX logs: SLUICE_REAL_DATA, or `shared/data` beside the repository."""
    named = os.environ.get("SLUICE_REAL_DATA")
    path = Path(named) if named else REPO.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"no recorded data: {path} is not a folder (set SLUICE_REAL_DATA)")
    return path


@pytest.fixture(autouse=True)
def _stays_in_its_own_place() -> Iterator[None]:
    """Fail the test that reached beyond loopback, though it swallowed the refusal, or left a file in the repository."""
    _loopback.refused.clear()
    _litter.written.clear()
    yield
    assert _loopback.refused == [], _loopback.refused
    assert _litter.left() == [], _litter.left()
