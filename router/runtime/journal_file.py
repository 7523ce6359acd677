"""The journal on disk: one SQLite file in WAL mode, one writer, batch transactions, one process per state directory.

Knows lines and their order (`router.journal`), not what they say. An input is committed before the engine sees it; its
outputs are held and committed now and then, many at a time: they follow from the inputs, so a stop in between loses
nothing (recovery writes them again).

Durability: `process` survives the death of the process (synchronous=NORMAL: the WAL is written, not fsynced, at each
commit); `power` survives the machine's (synchronous=FULL: one fsync a batch).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar

from router.core.events import Event
from router.core.outputs import Output
from router.core.types import Ns
from router.journal import FORMAT, Extent, Heads, InputLine, OutputLine, input_line, output_line

Durability: TypeAlias = Literal["process", "power"]
Result = TypeVar("Result")

FILE_NAME: Final = "journal.sqlite3"
LOCK_NAME: Final = "lock"
_OPEN: Final = "open"
ROWS_MAX: Final = 32
"""Rows in one statement; one order's outputs are five to ten."""
CHECKPOINT_PAGES: Final = 16_384
"""64 MiB of WAL between checkpoints, each of which flushes the disk and holds an order up: once in some ten thousand
orders instead of once in a hundred and fifty."""
HELD_MAX: Final = 2_500
"""Values of outputs held for the next commit, five a row: 500 outputs, some 3 ms of work; then they are committed."""
_EVER: Final = 2**63 - 1
_SYNCHRONOUS: Final[dict[Durability, str]] = {"process": "NORMAL", "power": "FULL"}
_SCHEMA: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE inputs (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
                     hash BLOB NOT NULL);
CREATE TABLE outputs (seq INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
                      hash BLOB NOT NULL, PRIMARY KEY (seq, n)) WITHOUT ROWID;
CREATE TABLE handed (peer TEXT PRIMARY KEY, seq INTEGER NOT NULL, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE received (peer TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""
_EXTENT: Final = """
SELECT (SELECT value FROM about WHERE key = 'answered'), (SELECT value FROM about WHERE key = 'last_output'),
       (SELECT max(seq) FROM inputs),
       (SELECT CAST(seq AS INTEGER) || '/' || CAST(n AS INTEGER) FROM outputs ORDER BY seq DESC, n DESC LIMIT 1)
"""


class JournalError(Exception):
    """The journal cannot be opened, read or written. The text names the file and the way out."""


class StateLock:
    """Holds a state directory for this process; a second process is refused with a line that names the first.

    The kernel drops the lock when the process dies, however it dies, so there is never a stale one to remove.
    """

    def __init__(self, state: Path) -> None:
        try:
            state.mkdir(parents=True, exist_ok=True)
            self._file = (state / LOCK_NAME).open("a+", encoding="ascii")
        except OSError as error:
            raise JournalError(f"{state} cannot hold the state: {error.strerror}: give another --state") from None
        self._file.seek(0)
        words = self._file.read().split()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            holder = words[0] if words else "unknown"
            raise JournalError(f"{state} is in use by process {holder}: stop it, or give another --state") from None
        self.left_open = _OPEN in words
        """Whether the last holder died with the journal open: then its last lines are in the -wal beside it."""
        self.note_journal(is_open=False)

    def note_journal(self, *, is_open: bool) -> None:
        """Say that the journal has a -wal from now on, or that it will need none."""
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n{_OPEN if is_open else ''}\n")
        self._file.flush()

    def release(self) -> None:
        """Let the directory go; calling it again changes nothing."""
        self._file.close()


class JournalReader:
    """Reads a journal, in use or not, without writing a byte to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise JournalError(f"{path}: no such journal")
        self._db = _guard(path, lambda: sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))
        try:
            _check_format(self._db, path)
        except JournalError:
            self._db.close()
            raise

    def inputs(self, after: int = 0, until: int = _EVER) -> Iterator[InputLine]:
        """Inputs numbered above `after`, up to `until`, in order."""
        rows = self._rows(
            "SELECT seq, CAST(at AS INTEGER), kind, CAST(body AS BLOB), CAST(hash AS BLOB) FROM inputs "
            "WHERE seq > ? AND seq <= ? ORDER BY seq",
            (after, until),
        )
        return (InputLine(*row) for row in rows)

    def outputs(self, after: int = 0, until: int = _EVER) -> Iterator[OutputLine]:
        """Outputs of inputs numbered above `after`, up to `until`, in order."""
        rows = self._rows(
            "SELECT seq, CAST(n AS INTEGER), kind, CAST(body AS BLOB), CAST(hash AS BLOB) FROM outputs "
            "WHERE seq > ? AND seq <= ? ORDER BY seq, n",
            (after, until),
        )
        return (OutputLine(*row) for row in rows)

    def extent(self) -> Extent:
        """How far the outputs go, by what the writer noted and by the rows that are there.

        JournalError where both cannot be of one journal.
        """
        answered, noted, last, there = _guard(self.path, lambda: self._db.execute(_EXTENT).fetchone())
        last = last or 0
        written, found = self._place(noted), self._place(there)
        until = self._place(answered)[0]
        if found[0] > until or (noted is not None and found > written):
            raise JournalError(
                f"{self.path}: it has outputs of input {found[0]:,}, and says that it was answered up to {until:,}: "
                "its tables are not of one moment, restore a whole copy"
            )
        if found[0] > last:
            raise JournalError(
                f"{self.path}: inputs end at {last:,}, and outputs go up to input {found[0]:,}: the end of the inputs "
                "was cut off, restore a whole copy"
            )
        # Of the last input that has outputs some may be gone, too.
        whole = until if found >= written else max(found[0] - 1, 0)
        whole = min(whole, last)
        return Extent(whole, self._at(whole), max(last, until))

    def _place(self, text: str | None) -> tuple[int, int]:
        """What `about` says of a line: `SEQ` or `SEQ/N`; (0, 0) where it says nothing."""
        seq, _, n = (text or "0").partition("/")
        if not (seq.isdecimal() and (n or "0").isdecimal()):
            raise JournalError(f"{self.path}: about: {text!r} is not the number of a line")
        return int(seq), int(n or 0)

    def _at(self, seq: int) -> Ns:
        row = _guard(self.path, lambda: self._db.execute("SELECT at FROM inputs WHERE seq = ?", (seq,)).fetchone())
        if row is None and seq:
            raise JournalError(f"{self.path}: input {seq:,} is missing, and later ones are there: restore a whole copy")
        return int(row[0]) if row else 0

    def _rows(self, query: str, span: tuple[int, int]) -> Iterator[tuple[int, int, str, bytes, bytes]]:
        try:
            for row in self._db.execute(query, span):  # noqa: UP028 - a delegated cursor is closed twice
                yield row
        except sqlite3.DatabaseError as error:
            raise _explained(self.path, error) from error

    def close(self) -> None:
        self._db.close()


class JournalFile:
    """The one writer of a journal. Lines are held in memory, in order; `commit` writes them and makes them last.

    After the first failed write nothing more is accepted: what was not committed was not answered either, so the
    clients' engines send it again to the next process.
    """

    def __init__(self, state: Path, *, durability: Durability = "process") -> None:
        self.path = state / FILE_NAME
        self._failed = False
        # What the next commit writes: rows of inputs and outputs laid end to end, and the latest mark of each peer.
        self._inputs: list[object] = []
        self._outputs: list[object] = []
        self._received: dict[str, int] = {}
        self._handed: dict[str, tuple[int, int]] = {}
        self._answered: int | None = None
        self._said: tuple[int, int] | None = None
        """The last output that is held."""
        self._lock = StateLock(state)
        try:
            if self._lock.left_open:
                _need_wal(self.path)
            self._db = _guard(self.path, lambda: _connect(self.path, durability))
            self._last, heads = _guard(self.path, lambda: _end_of(self._db))
            self._lock.note_journal(is_open=True)
        except BaseException:
            self._lock.release()
            raise
        self._input_hash, self._output_hash = heads.inputs, heads.outputs

    @property
    def last_seq(self) -> int:
        """Number of the last input; 0 for an empty journal."""
        return self._last.seq if self._last else 0

    @property
    def heads(self) -> Heads:
        return Heads(self._input_hash, self._output_hash)

    def append(self, at: Ns, event: Event) -> InputLine:
        """Give `event` the next number; it is written by the next `commit`."""
        line = input_line(self._input_hash, self.last_seq + 1, at, event)
        self._inputs += (line.seq, line.at, line.kind, line.body.decode(), line.hash)
        self._last, self._input_hash = line, line.hash
        return line

    def write_outputs(self, cause: InputLine, outputs: Sequence[Output]) -> None:
        """Keep what the engine said to `cause`, be it nothing, for the next `commit`."""
        self._answered = cause.seq
        for n, output in enumerate(outputs):
            line = output_line(self._output_hash, cause, n, output)
            self._output_hash = line.hash
            self._outputs += (line.seq, line.n, line.kind, line.body.decode(), line.hash)
            self._said = line.seq, n
        if len(self._outputs) >= HELD_MAX:
            self.commit()

    def mark_handed(self, peer: str, seq: int, n: int) -> None:
        """Outputs to `peer` up to (seq, n) have been handed to its FIX session's store."""
        self._handed[peer] = (seq, n)

    def handed(self) -> dict[str, tuple[int, int]]:
        """The last (seq, n) handed over, by peer."""
        rows = _guard(self.path, lambda: self._db.execute("SELECT peer, seq, n FROM handed").fetchall())
        return {peer: (seq, n) for peer, seq, n in rows} | self._handed

    def mark_received(self, peer: str, number: int) -> None:
        """What `peer` sent up to MsgSeqNum(34) `number` is taken in, with the inputs of the same transaction."""
        self._received[peer] = number

    def received(self) -> dict[str, int]:
        """The last MsgSeqNum(34) taken in, by peer."""
        rows = _guard(self.path, lambda: self._db.execute("SELECT peer, number FROM received").fetchall())
        return dict(rows) | self._received

    def commit_inputs(self) -> None:
        """Make the inputs given so far last: outputs follow from them, and can wait for `commit`."""
        self._commit(self._write_inputs, needed=bool(self._inputs))

    def commit(self) -> None:
        """Make everything given so far last, as far as the durability setting promises."""
        needed = self._inputs or self._answered is not None or self._handed or self._received
        self._commit(self._write_all, needed=bool(needed))

    def _commit(self, write: Callable[[], None], *, needed: bool) -> None:
        """One transaction, and in it one statement per table and chunk of rows.

        SQLite runs without Python's lock, and every statement (and every row of `executemany`) lets it go.
        """
        if self._failed:
            raise JournalError(f"{self.path}: nothing is accepted after a failed write; start again")
        if not needed:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            write()
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._failed = True
            raise _explained(self.path, error) from error

    def _write_inputs(self) -> None:
        _insert(self._db, "INSERT INTO inputs VALUES ", 5, self._inputs)
        received = [value for row in self._received.items() for value in row]
        _insert(self._db, "INSERT OR REPLACE INTO received VALUES ", 2, received)
        self._inputs.clear()
        self._received.clear()

    def _write_all(self) -> None:
        self._write_inputs()
        _insert(self._db, "INSERT INTO outputs VALUES ", 5, self._outputs)
        handed = [value for peer, mark in self._handed.items() for value in (peer, *mark)]
        _insert(self._db, "INSERT OR REPLACE INTO handed VALUES ", 3, handed)
        # How far the outputs go, so that a reader can tell an end that was cut off from one at which nothing was said.
        about = [] if self._answered is None else ["answered", str(self._answered)]
        about += [] if self._said is None else ["last_output", f"{self._said[0]}/{self._said[1]}"]
        _insert(self._db, "INSERT OR REPLACE INTO about VALUES ", 2, about)
        self._outputs.clear()
        self._handed.clear()
        self._answered = self._said = None

    def reader(self) -> JournalReader:
        return JournalReader(self.path)

    def close(self) -> None:
        """Commit, close the file and let the state directory go; the lock goes even where the commit fails."""
        try:
            if not self._failed:
                self.commit()
        finally:
            self._lock.note_journal(is_open=False)
            self._db.close()
            self._lock.release()


def _insert(db: sqlite3.Connection, statement: str, width: int, values: Sequence[object]) -> None:
    """Run `statement` for rows of `width` values each, `ROWS_MAX` at a time: few texts, so that each stays prepared."""
    step = width * ROWS_MAX
    row = f"({', '.join('?' * width)})"
    for start in range(0, len(values), step):
        chunk = values[start : start + step]
        db.execute(statement + ", ".join([row] * (len(chunk) // width)), chunk)


def _connect(path: Path, durability: Durability) -> sqlite3.Connection:
    fresh = not path.exists()
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={_SYNCHRONOUS[durability]}")
        db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        if fresh or db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            db.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
            db.execute("INSERT INTO about VALUES ('format', ?)", (str(FORMAT),))
        _check_format(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _check_format(db: sqlite3.Connection, path: Path) -> None:
    row = _guard(path, lambda: db.execute("SELECT value FROM about WHERE key = 'format'").fetchone())
    if row != (str(FORMAT),):
        found = "none" if row is None else row[0]
        raise JournalError(f"{path}: journal format {found}, this version reads {FORMAT}")


def _end_of(db: sqlite3.Connection) -> tuple[InputLine | None, Heads]:
    row = db.execute("SELECT seq, at, kind, CAST(body AS BLOB), hash FROM inputs ORDER BY seq DESC LIMIT 1").fetchone()
    out = db.execute("SELECT hash FROM outputs ORDER BY seq DESC, n DESC LIMIT 1").fetchone()
    last = InputLine(*row) if row else None
    heads = Heads()
    return last, Heads(last.hash if last else heads.inputs, out[0] if out else heads.outputs)


def _need_wal(path: Path) -> None:
    """SQLite would open a journal without its -wal in silence, and what was in it would be forgotten."""
    wal = path.with_name(f"{path.name}-wal")
    if path.exists() and not wal.exists():
        raise JournalError(
            f"{wal} is gone, and with it the last lines of the journal: restore it; if another program has put them "
            f"into {path.name} (sqlite3 does), empty {path.with_name(LOCK_NAME)}"
        )


def _guard(path: Path, action: Callable[[], Result]) -> Result:
    try:
        return action()
    except sqlite3.Error as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: sqlite3.Error) -> JournalError:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return JournalError(
            f"{path}: the disk is full ({error}): free space, then start again; nothing answered is lost"
        )
    if name in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
        return JournalError(f"{path}: the file is damaged ({error}): keep it, restore a copy, and see docs/journal.md")
    if name == "SQLITE_ERROR" and "no such table" in str(error):
        copied = "; of a journal in use its -wal has to be copied, too" if path.stat().st_size else ""
        return JournalError(f"{path}: no journal: its tables are not there ({error}){copied}")
    if name.startswith("SQLITE_IOERR"):
        return JournalError(
            f"{path}: the disk does not do its work ({error}): see to it, then start again; nothing answered is lost"
        )
    return JournalError(f"{path}: {error}")
