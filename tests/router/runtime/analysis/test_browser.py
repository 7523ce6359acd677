"""A page printed by whatever browser there is; where there is none, what was looked for is said."""

import stat
from pathlib import Path

import pytest

from router.runtime.analysis.browser import NAMES, BrowserError, find_browser, print_page

PAGE = "<!doctype html><title>T</title><p>Positive is a cost.</p>"


def program(folder: Path, name: str, body: str) -> Path:
    """A shell script that stands in for a browser."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_first_of_the_names_that_is_installed_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("microsoft-edge", "google-chrome"):
        program(tmp_path, name, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_browser() == str(tmp_path / "google-chrome")


def test_a_browser_is_asked_for_by_its_path(tmp_path: Path) -> None:
    mine = program(tmp_path, "mine", "exit 0")

    assert find_browser(str(mine)) == str(mine)


def test_without_a_browser_all_that_was_looked_for_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BrowserError, match=r"none of chromium, .*microsoft-edge on the PATH; --browser or") as refused:
        find_browser()

    assert all(name in str(refused.value) for name in NAMES)


def test_what_a_browser_prints_is_moved_to_where_it_is_wanted(tmp_path: Path) -> None:
    """The stand-in writes the page that it was given as its PDF."""
    copies = 'for a in "$@"; do case $a in --print-to-pdf=*) out=${a#*=};; file://*) page=${a#file://};; esac; done'
    browser = program(tmp_path, "browser", f'{copies}; cp "$page" "$out"')
    out = tmp_path / "new" / "page.pdf"

    print_page(str(browser), PAGE, out)

    assert out.read_text() == PAGE


def test_a_browser_that_prints_nothing_is_told_with_its_last_word(tmp_path: Path) -> None:
    browser = program(tmp_path, "browser", "echo starting >&2; echo no display >&2; exit 3")

    with pytest.raises(BrowserError, match=r"printed nothing \(status 3\): no display"):
        print_page(str(browser), PAGE, tmp_path / "page.pdf")

    assert not (tmp_path / "page.pdf").exists()


@pytest.mark.slow
def test_a_real_browser_prints_a_pdf(tmp_path: Path) -> None:
    try:
        browser = find_browser()
    except BrowserError as error:
        pytest.skip(str(error))

    print_page(browser, PAGE, tmp_path / "page.pdf")

    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
