"""The pytest plug-in, as a desk uses it: by its entry point, in a pytest of its own."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from support.docs import FENCE

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

LOG = (
    "20260316-14:00:00.000 : 8=FIX.4.4|9=1|35=D|49=EMS44|56=SLUICE|34=2|52=20260316-14:00:00.000|11=A1|55=ACME|54=1|"
    "38=300|40=2|44=41.00|59=0|60=20260316-14:00:00.000|10=000|\n"
)


@pytest.fixture
def desk(pytester: pytest.Pytester, repo: Path) -> pytest.Pytester:
    """A folder with the page's example and a log of one order."""
    page = (repo / "docs" / "replay.md").read_text(encoding="utf-8")
    (example,) = (fence["text"] for fence in FENCE.finditer(page) if fence["kind"] == "python")
    pytester.makepyfile(test_desk=example)
    (pytester.path / "orders.log").write_text(LOG, encoding="utf-8")
    return pytester


def run(desk: pytest.Pytester, *options: str) -> pytest.RunResult:
    # In a process of its own: what a plug-in imports must not depend on what this process has imported already.
    return desk.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly", *options)


def test_it_is_found_by_its_entry_point() -> None:
    (point,) = entry_points(group="pytest11", name="sluice")

    assert point.value == "router.runtime.pytest_plugin"


def test_the_example_of_the_page_writes_its_golden_file_and_passes(desk: pytest.Pytester) -> None:
    run(desk, "--fix-log-update").assert_outcomes(passed=2)

    golden = (desk.path / "orders.golden.log").read_text(encoding="utf-8")
    assert re.findall(r"\|11=(\w+)\|.*\|39=0\|", golden) == ["A1"]
    run(desk, "--strict-markers").assert_outcomes(passed=2)


def test_a_changed_answer_fails_and_shows_where(desk: pytest.Pytester) -> None:
    run(desk, "--fix-log-update").assert_outcomes(passed=2)
    path = desk.path / "orders.golden.log"
    path.write_text(path.read_text(encoding="utf-8").replace("|39=0|", "|39=8|", 1), encoding="utf-8")

    result = run(desk)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*line 1 differs:*"])


def test_a_golden_file_that_is_not_there_says_how_to_write_it(desk: pytest.Pytester) -> None:
    result = run(desk)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*orders.golden.log is not there: pytest --fix-log-update writes it*"])


def test_a_fixture_without_a_log_says_what_it_needs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(fix_log): assert fix_log")

    result = run(pytester)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*needs @pytest.mark.fix_log("PATH"), with one path*'])


def test_nothing_of_the_engine_is_imported_before_a_test_asks(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it_is_loaded_and_light(pytestconfig):
            assert pytestconfig.pluginmanager.hasplugin("sluice")
            loaded = sorted(name for name in sys.modules if name.startswith(("router", "fixspec", "simulator")))
            assert loaded == ["router", "router.runtime", "router.runtime.pytest_plugin"]
        """
    )

    run(pytester).assert_outcomes(passed=1)
