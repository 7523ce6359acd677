"""Journals as an analyst reads them: what was recorded of orders and trades, parent by parent. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from router.journal import JournalBrokenError
from router.runtime.console import errors_as_lines
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.tca.case import Case
from router.tca.official import together
from router.tca.recorder import Recorder


def journal_of(path: Path) -> Path:
    """The journal that a reader means who names a state directory, or the file in it."""
    return path / FILE_NAME if path.is_dir() else path


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """Every parent of the journals, once, in the order of their coming; a state directory means the file in it."""
    with errors_as_lines():
        return together([read_recorder(journal_of(path)) for path in paths])


def read_recorder(path: Path) -> Recorder:
    """Everything a journal says of orders and trades."""
    recorder, reader = Recorder(), JournalReader(path)
    try:
        recorder.follow(reader.inputs(), reader.outputs())
    except JournalBrokenError as error:
        raise click.ClickException(f"{path}: {error}") from None
    finally:
        reader.close()
    return recorder
