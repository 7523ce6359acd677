"""Journals as an analyst reads them: what was recorded of orders and trades, parent by parent. Decides nothing.

Reading stops where the outputs stop, and says so: what became of an order after that nobody has recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from router.journal import Extent, InputLine, JournalBrokenError, OutputLine
from router.runtime.console import errors_as_lines
from router.runtime.journal_file import FILE_NAME, JournalError, JournalReader
from router.tca.facts.case import Case
from router.tca.facts.official import together
from router.tca.facts.recorder import Recorder


class JournalPart:
    """A journal as far as its outputs go, and no further than input `until`; read as often as need be."""

    def __init__(self, reader: JournalReader, until: int | None = None) -> None:
        self._reader = reader
        self.extent: Extent = reader.extent()
        if not self.extent.last:
            raise JournalError(f"{reader.path}: the journal is empty: no input was ever written to it")
        wanted = self.extent.last if until is None else until
        self.last = min(wanted, self.extent.answered)
        self.cut = self.extent if self.last < min(wanted, self.extent.last) else None
        """Where what was wanted is not all there."""

    def inputs(self) -> Iterator[InputLine]:
        return self._reader.inputs(until=self.last)

    def outputs(self) -> Iterator[OutputLine]:
        return self._reader.outputs(until=self.last)

    def record(self) -> Recorder:
        """Everything that it says of orders and trades. Raises JournalError and JournalBrokenError."""
        recorder = Recorder()
        recorder.cut = self.cut
        recorder.follow(self.inputs(), self.outputs())
        return recorder


def journal_of(path: Path) -> Path:
    """The journal that a reader means who names a state directory, or the file in it."""
    return path / FILE_NAME if path.is_dir() else path


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """Every parent of the journals, once, in the order of their coming; a state directory means the file in it."""
    with errors_as_lines():
        return together([read_recorder(journal_of(path)) for path in paths])


@contextmanager
def opened(path: Path, until: int | None = None) -> Iterator[JournalPart]:
    """The journal at `path` to read; a chain that does not hold ends the command with the file's name."""
    reader = JournalReader(path)
    try:
        yield JournalPart(reader, until)
    except JournalBrokenError as error:
        raise click.ClickException(f"{path}: {error}") from None
    finally:
        reader.close()


def read_recorder(path: Path) -> Recorder:
    """Everything a journal says of orders and trades; where its outputs end before its inputs, stderr has a line."""
    with opened(path) as part:
        recorder = part.record()
    for line in cut_words(path, recorder):
        click.echo(line, err=True)
    return recorder


def cut_words(path: Path, recorder: Recorder) -> list[str]:
    """A line on a journal whose outputs end before its inputs; none on a whole one."""
    if recorder.cut is None:
        return []
    count = sum(order.is_open for order in recorder.orders.values())
    open_then = f"; {count:,} order{' is' if count == 1 else 's are'} open there" if count else ""
    return [f"{path}: {recorder.cut}{open_then}"]
