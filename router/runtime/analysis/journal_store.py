"""Journals into a TCA store: one call a journal, for whatever command has the paths."""

from __future__ import annotations

from pathlib import Path

from router.runtime.analysis.journal_cases import journal_of, read_recorder
from router.runtime.journal_file import JournalReader
from router.tca.store.writer import journal_id, write_journal


def store_journal(path: Path, root: Path) -> tuple[str, dict[str, int]]:
    """Write the journal at `path` (a state directory, or the file in it) into the store at `root`, making it.

    Returns the journal's name there and its number of rows by table. A journal that has grown since replaces what it
    wrote. Errors are those of `read_recorder`, and StoreError for a journal without a trading date.
    """
    file = journal_of(path)
    recorder = read_recorder(file)
    reader = JournalReader(file)
    try:
        name = journal_id(reader.inputs())
    finally:
        reader.close()
    return name, write_journal(root, name, recorder)
