"""A state directory that cannot be trusted, cannot be written or is another's: said in one line, and nothing lost.

`sluice run` as it ships. What it cannot go on with it names, and ends with a status that is not zero and no traceback.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from signal import SIGKILL

import pytest

from router.journal import decode_event
from router.runtime.journal_file import FILE_NAME, JournalReader
from support.live_router import (
    DAY,
    MARKET,
    live_router,
    order_fields,
    run_sluice,
    summary,
    wait_for_the_market,
)

pytestmark = [pytest.mark.fix, pytest.mark.slow]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with a little of a day in it."""
    folder = tmp_path_factory.mktemp("lived")
    with live_router(folder) as router:
        client = router.connect()
        wait_for_the_market(client, "L")
        client.close()
        assert router.stop() == 0
    return folder / "state"


def refused(state: Path, *options: str) -> str:
    """The line with which `sluice run` refuses to go on from a state directory."""
    done = run_sluice("run", "--state", str(state), "--port", "0", *MARKET, *options)
    assert done.returncode in {1, 2}, (done.returncode, done.stdout, done.stderr)  # 2 is click's, for an option
    assert "Traceback" not in done.stderr
    assert "ready" not in done.stdout
    return done.stderr.strip().splitlines()[-1]


def flip_a_bit(path: Path) -> None:
    """In the text of an input in the middle of the journal, so that the database itself stays whole."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        (seq, body), *_ = db.execute("SELECT seq, body FROM inputs WHERE kind = 'LevelUpdate' ORDER BY seq LIMIT 1")
        digit = body.rindex(":") + 1
        flipped = body[:digit] + chr(ord(body[digit]) ^ 1) + body[digit + 1 :]
        db.execute("UPDATE inputs SET body = ? WHERE seq = ?", (flipped, seq))


def cut_in_half(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def write_over_a_page(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(raw)


def empty(path: Path) -> None:
    path.write_bytes(b"not a database, and long enough to be taken for one" * 100)


def of_another_time(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE about SET value = '99'")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flip_a_bit, "journal broken at inputs "),
        (cut_in_half, "the file is damaged"),
        (write_over_a_page, "the file is damaged"),
        (empty, "the file is damaged"),
        (of_another_time, "journal format 99, this version reads 1"),
    ],
)
def test_a_damaged_journal_is_refused(lived: Path, tmp_path: Path, damage: Callable[[Path], None], words: str) -> None:
    state = tmp_path / "state"
    shutil.copytree(lived, state)
    damage(state / FILE_NAME)

    line = refused(state)

    assert words in line


def test_a_journal_without_its_last_lines_is_refused(tmp_path: Path) -> None:
    with live_router(tmp_path) as router:
        client = router.connect()
        wait_for_the_market(client, "W")
        client.close()
        router.stop(SIGKILL)
    wal = tmp_path / "state" / f"{FILE_NAME}-wal"
    kept = wal.rename(tmp_path / "kept")

    line = refused(tmp_path / "state")
    kept.rename(wal)

    assert line.startswith(f"Error: {wal} is gone, and with it the last lines of the journal: restore it")
    with live_router(tmp_path) as router:
        assert router.stop() == 0
        router.check()


def test_a_state_directory_in_use_is_refused(tmp_path: Path) -> None:
    with live_router(tmp_path) as router:
        line = refused(tmp_path / "state")

        assert (
            line == f"Error: {tmp_path / 'state'} is in use by process {router.pid}: stop it, or give another --state"
        )
        assert router.stop() == 0


@pytest.mark.parametrize("place", ["a file", "under a file", "a journal that is a directory"])
def test_a_state_directory_that_cannot_be_one_is_refused(tmp_path: Path, place: str) -> None:
    state = tmp_path / "state"
    if place == "a journal that is a directory":
        (state / FILE_NAME).mkdir(parents=True)
    else:
        state.write_text("")
    if place == "under a file":
        state /= "deeper"

    assert str(state) in refused(state)


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with live_router(tmp_path) as router:
        line = refused(tmp_path / "other", "--port", str(router.port))
        assert router.stop() == 0

    assert str(router.port) in line


def test_after_a_kill_a_cl_ord_id_is_still_used_and_its_order_still_known(tmp_path: Path) -> None:
    with live_router(tmp_path) as router:
        client = router.connect()
        wait_for_the_market(client, "K")
        client.send("D", *order_fields("K1", {44: "37.00"}))
        order_id = client.receive_message().get(37)
        number = client.number
        client.close()
        router.stop(SIGKILL)

    with live_router(tmp_path) as router:
        client = router.connect(number=number)
        answers: list[str] = []
        for msg_type, fields in (
            ("D", order_fields("K1", {44: "37.00"})),
            ("H", [(11, "K1"), (55, "ACME"), (54, 1)]),
            ("F", [(11, "K2"), (41, "K1"), (55, "ACME"), (54, 1), (60, f"{DAY}-13:30:00")]),
        ):
            client.send(msg_type, *fields)
        while not answers or answers[-1] != "8 4 4":
            message = client.receive_message()
            if message.get(37) == order_id and message.get(97) != "Y":
                answers.append(summary(message))
        client.close()
        assert router.stop() == 0
        router.check()

    assert answers[0].startswith("8 8 0 6 ClOrdID(11) K1 was used before")
    assert answers[1:] == ["8 I 0", "8 6 6", "8 4 4"]


def test_a_full_disk_ends_the_router_and_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, resource.RLIM_INFINITY))

    answered: list[str] = []
    with live_router(tmp_path, before=small_files) as router:
        client = router.connect()
        wait_for_the_market(client, "W")
        number = 0
        while True:
            number += 1
            client.send("D", *order_fields(f"F{number}", {44: "37.00", 58: "x" * 1_000}))
            message = client.receive()
            if message is None or message.msg_type == "5":
                break
            answered.append(message.get(11))
        client.close()
        assert router.wait() == 1
        # A file size limit is to SQLite a disk that fails; a full one is tried in tests/router/runtime.
        assert "nothing answered is lost" in router.log()
        assert "Traceback" not in router.log()

    reader = JournalReader(tmp_path / "state" / FILE_NAME)
    recorded = {getattr(decode_event(line.body), "cl_ord_id", "") for line in reader.inputs()}
    reader.close()
    assert set(answered) <= recorded
    with live_router(tmp_path) as router:
        assert router.stop() == 0
        router.check()
