"""A stranger's algorithm comes in by the entry point, as ours do, and keeps the same contract."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from algos.testing import Conditions, Driver, example_terms
from router.api import AlgoFactory, parse_params


@pytest.fixture(scope="module")
def site(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the plug-in is installed in, from a copy, without the network."""
    folder = tmp_path_factory.mktemp("plug-in")
    source, target = folder / "source", folder / "site"
    shutil.copytree(repo / "examples" / "sluice-sniper", source, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "install", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(target)]
    installed = subprocess.run([*pip, *offline, str(source)], capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr
    return target


@pytest.fixture
def factory(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AlgoFactory]:
    """The algorithm, found as the shell finds it: by the group of its entry point."""
    monkeypatch.syspath_prepend(str(site))
    points = [point for found in distributions(path=[str(site)]) for point in found.entry_points]
    (point,) = [point for point in points if point.group == "sluice.algos"]
    yield point.load()
    sys.modules.pop("sluice_sniper")


def test_it_is_found_by_its_entry_point_and_works_an_order(factory: AlgoFactory) -> None:
    params = parse_params(factory.Params, (("TakePct", "0.25"),), price_scale=10_000, lot=100)
    assert isinstance(params, factory.Params)

    run = Driver(factory, params, example_terms(qty=1_000), Conditions()).run()

    assert factory.name == "SNIPER"
    assert [cut.slice.qty for cut in run.cuts] == [200, 200, 200, 200, 200]
    assert run.filled == 1_000


def test_its_own_tests_pass_where_it_is_installed(site: Path, repo: Path) -> None:
    # Its tests stand alone: no conftest of ours, no settings of ours.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(site)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(repo)]), "PYTHONDONTWRITEBYTECODE": "1"}

    tests = str(repo / "examples" / "sluice-sniper" / "tests")
    ran = subprocess.run(
        [*command, tests], capture_output=True, text=True, check=False, env=environment, cwd=site, timeout=60
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "passed" in ran.stdout
