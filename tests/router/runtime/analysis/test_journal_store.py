"""A journal file into a store: named by its first order, written again as it grows."""

from pathlib import Path

import pytest

from router.core.events import Genesis
from router.runtime.analysis.journal_store import store_journal
from router.runtime.journal_file import JournalFile
from router.tca.store.costs import costs
from router.tca.store.reader import Store
from router.tca.store.writer import StoreError
from support.tca_day import Said, day


def journal(state: Path, said: list[Said]) -> Path:
    file = JournalFile(state)
    for at, event, outputs in said:
        file.write_outputs(file.append(at, event), outputs)
    file.close()
    return state


def test_a_journal_that_has_grown_replaces_what_it_wrote(tmp_path: Path) -> None:
    state, root, whole = tmp_path / "state", tmp_path / "store", day()
    first, before = store_journal(journal(state, whole[:6]), root)
    name, after = store_journal(journal(state, whole[6:]) / "journal.sqlite3", root)

    with Store(root) as store:
        filled = sum(row.filled for row in costs(store))

    assert name == first
    assert (before["fills"], after["fills"], filled) == (1, 3, 1_500)
    assert len(list(root.rglob("*.parquet"))) == 6


def test_two_journals_lie_side_by_side(tmp_path: Path) -> None:
    root, early = tmp_path / "store", day()
    later = [(at + 1, event, outputs) for at, event, outputs in early]
    first, _ = store_journal(journal(tmp_path / "early", early), root)
    second, _ = store_journal(journal(tmp_path / "later", later), root)

    with Store(root) as store:
        parents = sum(row.parents for row in costs(store))

    assert first != second
    assert parents == 6


def test_a_journal_without_a_date_is_told(tmp_path: Path) -> None:
    state = journal(tmp_path / "state", [(1, Genesis("T1", "{}"), [])])

    with pytest.raises(StoreError, match="no trading date"):
        store_journal(state, tmp_path / "store")
