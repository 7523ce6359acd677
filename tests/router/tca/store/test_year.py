"""The synthetic year: sound, from its seed, and as large as it is asked to be."""

from pathlib import Path

from router.tca.store.costs import untied
from router.tca.store.reader import Store
from router.tca.store.year import YEAR, Size, trading_days, write_year

SMALL = Size(days=2, symbols=2, parents=10, fills=5)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def test_a_seed_gives_the_same_bytes_and_a_longer_year_begins_as_a_shorter(tmp_path: Path) -> None:
    write_year(tmp_path / "a", 1, SMALL)
    write_year(tmp_path / "b", 1, SMALL._replace(days=3))
    write_year(tmp_path / "c", 2, SMALL)

    first, longer, other = (contents(tmp_path / name) for name in "abc")
    assert len(first) == 3 * 2 * 2
    assert first.items() <= longer.items()
    assert {path.replace("year2", "year1") for path in other} == set(first)
    assert [path for path in other if other[path] in first.values()] == []


def test_its_fills_add_up_to_its_parents_and_its_children(tmp_path: Path) -> None:
    written = write_year(tmp_path, 1, SMALL)

    with Store(tmp_path) as store:
        assert untied(store) == []
        assert store.rows("SELECT sum(filled) FROM children") == store.rows("SELECT sum(qty) FROM fills")
        counts = [store.rows("SELECT (SELECT count(*) FROM parents), (SELECT count(*) FROM children), "
                             "(SELECT count(*) FROM fills), (SELECT count(*) FROM quotes)")]  # fmt: skip
        early_or_late = store.rows(
            "SELECT exec_id FROM fills JOIN parents USING (journal, order_id) "
            "WHERE fills.at NOT BETWEEN arrived_at AND ended_at"
        )
    assert early_or_late == []
    assert counts == [[(*written.values(), 0)]]
    assert written["parents"] == 40


def test_a_whole_year_is_a_million_parents_and_fifty_million_fills() -> None:
    assert YEAR.days * YEAR.symbols * YEAR.parents == 1_000_000
    assert YEAR.fills * 1_000_000 == 50_000_000


def test_its_dates_are_weekdays() -> None:
    assert list(trading_days(4)) == ["20250102", "20250103", "20250106", "20250107"]
