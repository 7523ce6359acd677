"""The store gives back what a journal said: parents as cases, tables as rows; and refuses what is no store."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from router.core.events import BookSnapshot, CancelRequest, DayStart, Genesis, ReplaceRequest, TradePrint
from router.core.types import SECOND, ExecType, OrdStatus, PrintKind, Reason, Side
from router.journal import InputLine
from router.tca.facts.case import Case, case_of, cases
from router.tca.facts.recorder import Recorder
from router.tca.store.cases import read_case, read_cases
from router.tca.store.reader import Only, Store
from router.tca.store.schema import TABLES, VERSION_KEY
from router.tca.store.writer import Place, StoreError, journal_id, write_journal, write_rows
from support.floor import CLOSE, DAY, OPEN, engine_config
from support.scene import play
from support.tca_day import T0, day, fill_note, lines, report
from support.twelve_trades import corrected, recorded

JOURNAL = "0123456789abcdef"


@pytest.fixture
def root(tmp_path: Path, recorder: Recorder) -> Path:
    """The hand-made day in a store."""
    write_journal(tmp_path / "store", JOURNAL, recorder)
    return tmp_path / "store"


def plain(case: Case) -> dict[str, object]:
    """A case as data: tapes do not compare themselves."""
    fields: dict[str, object] = {name: getattr(case, name) for name in Case.__struct_fields__}
    return fields | {"quotes": list(case.quotes), "tape": list(case.tape.prints(0, 2**62))}


def test_every_parent_of_the_day_comes_back_as_its_case(root: Path, recorder: Recorder) -> None:
    with Store(root) as store:
        back = [plain(read_case(store, JOURNAL, order_id)) for order_id in recorder.orders]

    assert back == [plain(case) for case in cases(recorder)]
    assert len(back) == 3


def test_the_nights_of_an_order_of_several_dates_come_back(tmp_path: Path, recorder: Recorder) -> None:
    recorder.orders["O1"].rests = [(T0 + SECOND, T0 + 2 * SECOND), (T0 + 3 * SECOND, T0 + 4 * SECOND)]
    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        back = read_case(store, JOURNAL, "O1").record

    assert back.rests == [(T0 + SECOND, T0 + 2 * SECOND), (T0 + 3 * SECOND, T0 + 4 * SECOND)]


def counted(store: Store) -> dict[str, int]:
    return {table: store.rows(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608 - our own names


def test_many_parents_come_a_symbol_at_a_time(tmp_path: Path, recorder: Recorder) -> None:
    later = busted("BOLT")
    write_journal(tmp_path, JOURNAL, recorder)
    write_journal(tmp_path, "f" * 16, later)

    with Store(tmp_path) as store:
        everything = [plain(case) for case in read_cases(store)]
        bolt = [plain(case) for case in read_cases(store, Only(symbols=("BOLT",)))]
        none = list(read_cases(store, Only(first="20260401")))

    assert everything == [plain(case) for case in (*cases(recorder), *cases(later))]
    assert bolt == [plain(case) for case in cases(later)]
    assert none == []


def test_a_row_is_a_thing(root: Path, recorder: Recorder) -> None:
    with Store(root) as store:
        counts = counted(store)

    assert counts == {
        "parents": 3,
        "children": 3,
        "fills": 3,
        "decisions": 2,
        "quotes": len(recorder.quotes["ACME"]),
        "prints": len(list(recorder.tapes["ACME"].prints(0, 2**62))),
    }


def test_files_lie_as_hive_has_them(root: Path) -> None:
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) == [
        *(f"{table}/date={DAY}/symbol=ACME/{JOURNAL}.parquet" for table in ("children", "decisions", "fills")),
        f"journals/{JOURNAL}.json",
        *(f"{table}/date={DAY}/symbol=ACME/{JOURNAL}.parquet" for table in ("parents", "prints", "quotes")),
    ]


def test_the_same_journal_written_again_changes_no_byte(root: Path, recorder: Recorder) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    write_journal(root, JOURNAL, recorder)

    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_a_parent_of_the_engine_comes_back_whole(tmp_path: Path) -> None:
    """TWAP through the real engine: plans, decisions with candidates, children that end in every way, quotes."""
    journal = play(minutes=2).journal
    recorder = Recorder()
    recorder.follow(journal.inputs, journal.outputs)

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        ((_, record),) = recorder.orders.items()
        assert record.decisions
        assert record.plans
        assert plain(read_case(store, JOURNAL, record.order_id)) == plain(case_of(recorder, record))


def test_a_bust_an_amendment_and_an_odd_symbol_come_back(tmp_path: Path) -> None:
    recorder = busted(symbol="BRK/B x'y")

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        back = read_case(store, JOURNAL, "O9")
        rows = store.rows("SELECT symbol, exec_id, busted_at FROM fills")
    assert plain(back) == plain(next(cases(recorder)))
    assert [len(back.record.busted), len(back.record.amendments)] == [1, 2]
    assert rows == [("BRK/B x'y", "E9", T0 + 4 * SECOND)]


def test_corrected_trades_come_back_with_what_was_printed_of_them(tmp_path: Path) -> None:
    recorder = recorded(corrected())

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        back = read_case(store, JOURNAL, "O1")
    assert plain(back) == plain(next(cases(recorder)))
    assert [fill.printed_qty for fill in back.fills] == [300]


def busted(symbol: str) -> Recorder:
    """One parent, filled once, amended, busted, cancelled."""
    recorder = Recorder()
    who = {"client": "EMS44", "symbol": symbol, "side": Side.BUY}
    said = {"symbol": symbol, "last_qty": 100, "last_px": 400_000, "last_mkt": "XLIT"}
    filled = report("O9", "P9", ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, exec_id="E9", **said)
    back = report("O9", "P9", ExecType.TRADE_CANCEL, OrdStatus.NEW, exec_id="E10", exec_ref_id="E9", symbol=symbol)
    new = report("O9", "P9", ExecType.NEW, OrdStatus.NEW, symbol=symbol)
    replace = ReplaceRequest(cl_ord_id="P10", orig_cl_ord_id="P9", qty=2_000, ord_type=new.ord_type, **who)  # type: ignore[arg-type]  # a test's keywords
    cancel = CancelRequest(cl_ord_id="P11", orig_cl_ord_id="P9", **who)  # type: ignore[arg-type]  # as above
    recorder.observe(OPEN, DayStart("20260302"), [])
    recorder.observe(T0, None, [new])
    recorder.observe(T0 + SECOND, None, [filled, fill_note("O9", "C9", "XLIT", PrintKind.REGULAR, Reason.SWEEP)])
    recorder.observe(T0 + 2 * SECOND, replace, [])
    recorder.observe(T0 + 4 * SECOND, None, [back])
    recorder.observe(T0 + 5 * SECOND, cancel, [])
    return recorder


def test_rows_are_of_the_trading_date_in_force(tmp_path: Path) -> None:
    """A parent over the night: it lies with its arrival, its prints and fills with their own dates."""
    recorder = busted("ACME")
    night = CLOSE + 16 * 3_600 * SECOND
    said = {"cum_qty": 50, "notional": 50 * 410_000, "last_qty": 50, "last_px": 410_000, "last_mkt": "XLIT"}
    late = report("O9", "P9", ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, exec_id="E11", **said)
    recorder.observe(night, DayStart("20260303"), [])
    note = fill_note("O9", "C9", "XLIT", PrintKind.REGULAR, Reason.SWEEP)
    recorder.observe(night + SECOND, TradePrint("XLIT", "ACME", 410_000, 50), [late, note])

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        parents, fills, prints = (
            store.rows("SELECT DISTINCT date FROM parents"),
            store.rows("SELECT DISTINCT date FROM fills ORDER BY date"),
            store.rows("SELECT DISTINCT date FROM prints"),
        )
        assert plain(read_case(store, JOURNAL, "O9")) == plain(next(cases(recorder)))
    assert (parents, fills, prints) == ([("20260302",)], [("20260302",), ("20260303",)], [("20260303",)])


def test_what_came_before_the_first_date_belongs_to_it(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.observe(OPEN - SECOND, TradePrint("XLIT", "ACME", 400_000, 100), [])
    recorder.observe(OPEN, DayStart("20260302"), [])

    assert write_journal(tmp_path, JOURNAL, recorder)["prints"] == 1
    assert Place("prints", "20260302", "ACME", JOURNAL).path(tmp_path).is_file()


def test_quotes_of_one_instant_keep_their_order(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.observe(OPEN, Genesis("T1", msgspec.json.encode(engine_config()).decode()), [])
    recorder.observe(OPEN, DayStart("20260302"), [])
    for bid in (400_000, 400_100, 399_900):
        recorder.observe(OPEN + SECOND, BookSnapshot("XLIT", "ACME", ((bid, 100),), ((402_000, 100),)), [])
    recorder.observe(OPEN + SECOND, None, [report("O1", "A1", ExecType.NEW, OrdStatus.NEW)])

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        assert list(read_case(store, JOURNAL, "O1").quotes) == list(recorder.quotes["ACME"])


def test_a_journal_is_known_by_its_first_order() -> None:
    inputs, _ = lines(day())
    order = next(line for line in inputs if line.kind == "NewOrder")

    assert journal_id(inputs) == journal_id(inputs[:-1]) == order.hash.hex()[:16]
    assert journal_id(inputs[:2]) == inputs[0].hash.hex()[:16]


def test_an_empty_journal_has_no_name() -> None:
    none: list[InputLine] = []

    with pytest.raises(StoreError, match="the journal is empty"):
        journal_id(none)


def test_a_journal_without_a_date_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=rf"journal {JOURNAL}: no trading date \(DayStart\) in it"):
        write_journal(tmp_path, JOURNAL, Recorder())


def test_no_row_makes_no_file(tmp_path: Path) -> None:
    assert write_rows(tmp_path, Place("fills", DAY, "ACME", JOURNAL), []) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("journal", "order_id", "why"), [("f" * 16, "O1", "no journal f"), (JOURNAL, "O7", "no OrderID.37. O7")]
)
def test_a_parent_that_is_not_there_is_told(root: Path, journal: str, order_id: str, why: str) -> None:
    with Store(root) as store, pytest.raises(StoreError, match=why):
        read_case(store, journal, order_id)


def test_a_folder_of_something_else_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no TCA store: none of parents, children, fills"):
        Store(tmp_path)


def test_a_table_of_another_version_is_refused(root: Path) -> None:
    path = Place("fills", DAY, "ACME", JOURNAL).path(root)
    pq.write_table(pq.read_table(path, partitioning=None).replace_schema_metadata({VERSION_KEY: b"0"}), path)

    with pytest.raises(StoreError, match="table of version 0, this version reads 2"):
        Store(root)


def test_a_question_that_needs_more_memory_than_it_may_have_is_told(tmp_path: Path) -> None:
    """Nothing may be spilled of a list that is one value."""
    write_rows(tmp_path, Place("prints", "20260302", "ACME", JOURNAL), (
        {"journal": JOURNAL, "at": n, "px": 1, "qty": 1, "kind": "regular", "venue": f"a venue of some length {n}"}
        for n in range(200_000)
    ))  # fmt: skip

    with Store(tmp_path, memory_mb=8, threads=1) as store, pytest.raises(StoreError, match=r"(?i)out of memory"):
        store.rows("SELECT list(venue) FROM prints")


def test_the_schema_says_which_columns_may_be_empty(root: Path) -> None:
    """What the files say of themselves is the published schema."""
    for table, schema in TABLES.items():
        found = pq.read_schema(Place(table, DAY, "ACME", JOURNAL).path(root))
        assert found.equals(schema, check_metadata=False)
        assert isinstance(found, pa.Schema)
