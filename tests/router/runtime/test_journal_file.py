"""The journal on disk: what survives, what is refused, and with which words."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from router.core.events import Event, Genesis, VenueUp
from router.core.outputs import Note
from router.journal import JournalBrokenError, verify
from router.runtime.journal_file import FILE_NAME, Durability, JournalError, JournalFile, JournalReader, StateLock
from router.runtime.pipeline import Pipeline
from support.tiny_engine import TinyEngine

GENESIS = Genesis(instance="J1", config_json="{}")
UP = VenueUp("XFIX")
NOTE = Note(order_id="O1", what="why")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalFile]:
    journal = JournalFile(tmp_path)
    yield journal
    journal.close()


def write(journal: JournalFile, *events: Event) -> None:
    for event in events:
        journal.write_outputs(journal.append(journal.last_seq + 10, event), [NOTE, NOTE])
    journal.commit()


def test_what_was_committed_is_read_back_and_its_chains_hold(journal: JournalFile) -> None:
    write(journal, GENESIS, UP)

    reader = journal.reader()

    assert [(line.seq, line.at, line.kind) for line in reader.inputs()] == [(1, 10, "Genesis"), (2, 11, "VenueUp")]
    assert [(line.seq, line.n, line.kind) for line in reader.outputs(after=1)] == [(2, 0, "Note"), (2, 1, "Note")]
    assert verify(reader.inputs(), reader.outputs()) == journal.heads
    reader.close()


def test_outputs_may_wait_and_a_reader_can_tell_which_inputs_are_answered(journal: JournalFile) -> None:
    write(journal, GENESIS)
    journal.append(20, UP)
    journal.commit_inputs()
    journal.write_outputs(journal.append(21, UP), [NOTE])
    reader = journal.reader()
    assert ([line.seq for line in reader.inputs()], reader.extent().answered) == ([1, 2], 1)
    assert [line.seq for line in reader.outputs()] == [1, 1]

    journal.commit()

    assert ([line.seq for line in reader.inputs()], reader.extent().answered) == ([1, 2, 3], 3)
    assert [line.seq for line in reader.outputs()] == [1, 1, 3]
    reader.close()


@pytest.mark.parametrize("durability", ["process", "power"])
def test_a_journal_goes_on_where_it_stopped(tmp_path: Path, durability: Durability) -> None:
    first = JournalFile(tmp_path, durability=durability)
    write(first, GENESIS)
    first.mark_handed("EMS44", 1, 1)
    first.close()

    second = JournalFile(tmp_path, durability=durability)
    write(second, UP)

    assert (second.last_seq, second.handed()) == (2, {"EMS44": (1, 1)})
    with closing(second.reader()) as reader:
        assert verify(reader.inputs(), reader.outputs()) == second.heads
    second.close()


def test_what_was_not_committed_is_gone_whole(tmp_path: Path, journal: JournalFile) -> None:
    write(journal, GENESIS)
    journal.append(20, UP)

    copy = tmp_path / "copy.sqlite3"
    for suffix in ("", "-wal"):
        Path(f"{copy}{suffix}").write_bytes(Path(f"{journal.path}{suffix}").read_bytes())
    reader = JournalReader(copy)

    assert [line.seq for line in reader.inputs()] == [1]
    reader.close()


def test_a_tampered_line_is_found(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path)
    write(journal, GENESIS, UP)
    journal.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("UPDATE outputs SET body = replace(body, 'why', 'lie') WHERE seq = 2 AND n = 1")
    db.close()
    reader = JournalReader(tmp_path / FILE_NAME)

    with pytest.raises(JournalBrokenError, match="journal broken at outputs 2/1"):
        verify(reader.inputs(), reader.outputs())

    reader.close()


@pytest.mark.usefixtures("journal")
def test_a_second_process_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        StateLock(tmp_path)

    assert str(caught.value) == (f"{tmp_path} is in use by process {os.getpid()}: stop it, or give another --state")


def test_the_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib, router.runtime.journal_file as file;"
        "lock = file.StateLock(pathlib.Path(sys.argv[1])); os._exit(9)"
    )
    holder = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    lock = StateLock(tmp_path)

    assert holder.returncode == 9  # it had the lock when it died
    lock.release()


def test_a_full_disk_stops_the_journal_and_says_so(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path)
    write(journal, GENESIS)
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own stand-in for a full disk
    pipeline = Pipeline(TinyEngine(), lambda _: None, journal=journal)
    big = Genesis(instance="J2", config_json="x" * 100_000)

    with pytest.raises(JournalError, match=r"the disk is full .* free space, then start again; nothing answered"):
        pipeline.submit(1, [big])
    with pytest.raises(JournalError, match="nothing is accepted after a failed write"):
        pipeline.submit(2, [UP])
    journal.close()

    reader = JournalReader(tmp_path / FILE_NAME)
    assert [line.seq for line in reader.inputs()] == [1]
    reader.close()


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, and long enough to be taken for one" * 100)

    with pytest.raises(JournalError, match="the file is damaged"):
        JournalFile(tmp_path)


def test_an_empty_file_is_read_as_no_journal(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.touch()

    with pytest.raises(JournalError, match="no journal: its tables are not there"):
        JournalReader(path)


def test_a_journal_of_another_format_is_refused(tmp_path: Path) -> None:
    JournalFile(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("UPDATE about SET value = '99'")
    db.close()

    with pytest.raises(JournalError, match="journal format 99, this version reads 1"):
        JournalFile(tmp_path)


def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no such journal"):
        JournalReader(tmp_path / FILE_NAME)
