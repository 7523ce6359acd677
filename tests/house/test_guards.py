"""The guards of tests/conftest.py, each tried on an instance of its own."""

import os
from pathlib import Path

import pytest

from support.guards import GuardError, LitterGuard, LoopbackGuard, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", ""])
def test_loopback_in_all_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "example.com", "localhost.example"])
def test_everything_else_is_beyond_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", (None, ("192.0.2.1", 9878))),
        ("socket.sendto", (None, ("2001:db8::1", 9878, 0, 0))),
        ("socket.getaddrinfo", ("example.com", 443, 0, 0, 0)),
        ("socket.gethostbyname", (b"example.com",)),
    ],
)
def test_reaching_beyond_loopback_is_refused_and_remembered(event: str, args: tuple[object, ...]) -> None:
    guard = LoopbackGuard()

    with pytest.raises(GuardError, match="tests stay on loopback"):
        guard(event, args)

    assert len(guard.refused) == 1


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", (None, ("127.0.0.1", 9878))),
        ("socket.connect", (None, "a-unix-socket")),
        ("socket.getaddrinfo", (None, 0, 0, 0, 0)),
        ("open", ("192.0.2.1", "r", 0)),
    ],
)
def test_loopback_and_other_events_pass(event: str, args: tuple[object, ...]) -> None:
    guard = LoopbackGuard()

    guard(event, args)

    assert guard.refused == []


def test_a_file_left_in_the_repository_is_told(tmp_path: Path) -> None:
    guard = LitterGuard(tmp_path)
    left, removed = tmp_path / "report.html", tmp_path / "scratch"
    left.touch()

    guard("open", (str(left), "w", os.O_WRONLY | os.O_CREAT))
    guard("open", (str(removed), "w", os.O_WRONLY | os.O_CREAT))

    assert guard.left() == [str(left)]


def test_reading_writing_elsewhere_and_the_tools_own_folders_are_no_litter(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (root / ".hypothesis").mkdir(parents=True)
    guard = LitterGuard(root)

    guard("open", (str(root / "config.toml"), "r", os.O_RDONLY))
    guard("open", (str(tmp_path / "elsewhere"), "w", os.O_WRONLY | os.O_CREAT))
    guard("os.mkdir", (str(root / ".hypothesis" / "examples"), 0o777, -1))
    guard("open", (str(root / "router" / "__pycache__" / "api.pyc"), "wb", os.O_WRONLY | os.O_CREAT))

    assert guard.written == []


def test_folders_databases_and_renames_are_watched_too(tmp_path: Path) -> None:
    guard = LitterGuard(tmp_path)

    guard("os.mkdir", (str(tmp_path / "a"), 0o777, -1))
    guard("sqlite3.connect", (str(tmp_path / "b.sqlite3"),))
    guard("os.rename", ("c.tmp", str(tmp_path / "c"), -1, -1))

    assert guard.written == [str(tmp_path / name) for name in ("a", "b.sqlite3", "c")]
