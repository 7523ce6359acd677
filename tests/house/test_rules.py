"""Each house rule on a good sample and a bad one: a rule that cannot say no is worth nothing."""

import textwrap

import pytest

from support import house
from support.set_order import loops_over_sets


def test_a_file_of_600_lines_passes_and_601_does_not() -> None:
    assert house.file_too_long("x = 1\n" * 600) == []
    assert house.file_too_long("x = 1\n" * 601) == ["601 lines, over 600"]


def test_a_function_of_70_lines_passes_and_71_does_not() -> None:
    assert house.functions_too_long("def walk():\n" + "    x = 1\n" * 69) == []
    assert house.functions_too_long("def walk():\n" + "    x = 1\n" * 70) == ["1: walk has 71 lines, over 70"]


def test_methods_and_nested_functions_are_measured_too() -> None:
    source = "class Book:\n    async def enter(self):\n" + "        x = 1\n" * 70

    assert house.functions_too_long(source) == ["2: enter has 71 lines, over 70"]


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"])
def test_marks_of_unfinished_work_are_found_in_words_of_their_own(word: str) -> None:
    assert house.unfinished(f"x = 1\n# {word}: later\n") == [f"2: {word}"]
    assert house.unfinished(f"a{word}b = 1\n") == []


@pytest.mark.parametrize("folder", ["root", "home", "opt", "work", "Users"])
def test_a_path_of_somebodys_machine_is_found(folder: str) -> None:
    assert house.machine_paths(f'open("/{folder}/me/a.csv")') == [f"1: /{folder}/"]


@pytest.mark.parametrize("text", ["../shared/data", "https://example.com/home/page", "docs/work/", "tmp_path/home/"])
def test_relative_paths_and_addresses_are_not_paths_of_a_machine(text: str) -> None:
    assert house.machine_paths(text) == []


def test_a_package_registry_is_found() -> None:
    host = "files.python" + "hosted.org"

    assert house.registry_hosts(f"click @ https://{host}/click.whl") == ["1: python" + "hosted.org"]
    assert house.registry_hosts("pip install sluice") == []


@pytest.mark.parametrize(
    "comment",
    [
        "# no" + "qa",
        "# no" + "qa: S101",
        "# type: " + "ignore",
        "# type: " + "ignore[misc]",
        "# pragma: " + "no cover",
    ],
)
def test_an_excuse_without_reason_is_found(comment: str) -> None:
    assert house.excuses_without_reason(f"x = 1  {comment}\n") == [f"1: x = 1  {comment}"]


@pytest.mark.parametrize(
    "comment",
    [
        "# no" + "qa: BLE001 - an exception here would end the process",
        "# type: " + "ignore[no-untyped-call]  # SWIG has no types",
        "# pragma: " + "no cover - reached in the child process only",
    ],
)
def test_an_excuse_with_its_reason_passes(comment: str) -> None:
    assert house.excuses_without_reason(f"x = 1  {comment}\n") == []


def test_a_module_without_docstring_is_found() -> None:
    assert house.missing_docstring("x = 1\n") == ["1: no module docstring"]
    assert house.missing_docstring('"""What it is."""\n') == []


def test_a_test_that_asserts_nothing_is_found() -> None:
    source = textwrap.dedent("""
        def test_runs():
            Book().enter("a")

        def test_says():
            assert Book().best is None

        def test_refuses():
            with pytest.raises(ValueError):
                Book().enter("")

        def test_by_helper():
            assert_same(Book(), Book())

        def helper():
            Book()
    """)

    assert house.tests_that_cannot_fail(source) == ["2: test_runs asserts nothing"]


def test_a_changelog_starts_with_unreleased() -> None:
    assert house.changelog_problems("# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n") == []
    assert house.changelog_problems("## [0.1.0]\n") == ["the first section is ['0.1.0'], not ['Unreleased']"]


def test_a_decision_is_a_numbered_title_and_paragraphs() -> None:
    assert house.decision_problems("0007-ticks.md", "# 0007. Ticks are rules\n\nA midpoint breaks a tick.\n") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# 0008. Ticks\n\nBecause.", "the first line must be '# 0007. Title': '# 0008. Ticks'"),
        ("# 0007. Ticks", "no paragraph"),
        ("# 0007. Ticks\n\n- because", "not a paragraph: '- because'"),
        ("# 0007. Ticks\n\n| a | b |", "not a paragraph: '| a | b |'"),
        ("# 0007. Ticks\n\nunfinished sentence", "not a paragraph: 'unfinished sentence'"),
    ],
)
def test_a_decision_in_another_form_is_refused(text: str, problem: str) -> None:
    assert house.decision_problems("0007-ticks.md", text) == [problem]


@pytest.mark.parametrize(
    "source",
    [
        "for venue in {'A', 'B'}: route(venue)",
        "venues = set(names)\nfor venue in venues: route(venue)",
        "def f(open_ids: set[str]):\n    return [i for i in open_ids]",
        "def f(a: frozenset[str]):\n    return list(a)",
        "class B:\n    def __init__(self):\n        self.ids = set()\n    def f(self):\n        return tuple(self.ids)",
        "class B:\n    ids: set[str]\n    def f(self):\n        return ','.join(self.ids)",
        "live = set()\ndef f():\n    return live.pop()",
        "a = set(); b = set()\nfor x in a | b: f(x)",
        "a = set()\nfor x in a.union(c): f(x)",
        "a = {x for x in b}\nprint(*a)",
        "def f(s: set[str]):\n    yield from s",
    ],
)
def test_a_loop_over_a_set_is_found(source: str) -> None:
    assert len(loops_over_sets(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "venues = set(names)\nfor venue in sorted(venues): route(venue)",
        "venues = set(names)\nok = all(up(v) for v in venues)",
        "venues = set(names)\nup = {v for v in venues if v}",
        "if side in {'1', '2'}: f()",
        "for x in dict.fromkeys(names): f(x)",
        "def f():\n    ids = set()\n    ids.add(1)\ndef g(ids: list[str]):\n    return list(ids)",
        "stack = []\nstack.pop()",
    ],
)
def test_membership_and_sorted_sets_pass(source: str) -> None:
    assert loops_over_sets(source) == []
