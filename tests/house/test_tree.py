"""The house rules, held against every tracked file. `test_rules.py` shows that each rule can say no."""

import pytest

from support import house
from support.set_order import loops_over_sets
from support.tree import Tree

PACKAGES = ("router/", "algos/", "fixspec/", "simulator/")
SHELL = "router/runtime/"

pytestmark = pytest.mark.untraced


def test_no_file_is_longer_than_600_lines(tree: Tree) -> None:
    assert tree.broken(house.file_too_long, tree.files(suffix=".py")) == {}


def test_no_function_is_longer_than_70_lines(tree: Tree) -> None:
    assert tree.broken(house.functions_too_long, tree.files(suffix=".py")) == {}


def test_nothing_is_left_for_later(tree: Tree) -> None:
    assert tree.broken(house.unfinished, tree.files(suffix=".py")) == {}


def test_no_file_names_a_path_of_somebodys_machine(tree: Tree) -> None:
    assert tree.broken(house.machine_paths, tree.files()) == {}


def test_no_file_names_a_package_registry(tree: Tree) -> None:
    assert tree.broken(house.registry_hosts, tree.files()) == {}


def test_a_checker_is_switched_off_only_with_a_reason(tree: Tree) -> None:
    assert tree.broken(house.excuses_without_reason, tree.files(suffix=".py")) == {}


def test_every_module_says_what_it_is(tree: Tree) -> None:
    assert tree.broken(house.missing_docstring, tree.files(suffix=".py")) == {}


def test_every_test_can_fail(tree: Tree) -> None:
    test_files = [name for name in tree.files("tests/", suffix=".py") if "/test_" in name]

    assert tree.broken(house.tests_that_cannot_fail, test_files) == {}


def test_no_order_comes_from_a_set(tree: Tree) -> None:
    engine = [name for name in tree.files(*PACKAGES, suffix=".py") if not name.startswith(SHELL)]

    assert tree.broken(loops_over_sets, engine) == {}


def test_the_changelog_has_an_unreleased_section(tree: Tree) -> None:
    assert tree.broken(house.changelog_problems, ["CHANGELOG.md"]) == {}


def test_decisions_are_told_in_paragraphs(tree: Tree) -> None:
    decisions = tree.files("docs/decisions/", suffix=".md")

    problems = {n: house.decision_problems(n.rpartition("/")[2], tree.text(n)) for n in decisions}

    assert decisions
    assert {name: found for name, found in problems.items() if found} == {}


def test_decisions_are_numbered_without_gap_or_repeat(tree: Tree) -> None:
    numbers = sorted(int(name.rpartition("/")[2][:4]) for name in tree.files("docs/decisions/", suffix=".md"))

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_ships_its_types(tree: Tree, package: str) -> None:
    assert f"{package}py.typed" in tree.names
