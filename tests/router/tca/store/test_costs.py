"""The store's sums are the exact analysis added up: to the last millionth, on journals and on a made-up year."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.types import Micros, Qty, Side
from router.tca.cost.analysis import OrderAnalysis, analyse
from router.tca.costs import Cost, cost_against
from router.tca.facts.case import Case, cases
from router.tca.facts.record import Child, Fill
from router.tca.facts.recorder import Recorder
from router.tca.store.costs import CostRow, FeeRow, VenueRow, costs, fees, untied, venues
from router.tca.store.reader import Only, Store
from router.tca.store.writer import Place, StoreError, write_journal, write_rows
from router.tca.store.year import Size, write_year
from support.floor import DAY
from support.scene import play

JOURNAL = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path, recorder: Recorder) -> Iterator[Store]:
    """The hand-made day in a store."""
    write_journal(tmp_path, JOURNAL, recorder)
    with Store(tmp_path) as store:
        yield store


def nearest(value: Fraction) -> int:
    """Half away from zero."""
    return int(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


def micros(quanta: Fraction, scale: int = 10_000) -> Micros:
    return nearest(quanta * 1_000_000 / scale)


def cost_and_value(cost: Cost | None, qty: Qty) -> tuple[Micros, Micros]:
    return (0, 0) if cost is None else (micros(cost.quanta), micros(cost.benchmark * qty))


def expected(key: tuple[str, ...], recorder: Recorder, analyses: Sequence[OrderAnalysis]) -> CostRow:
    """What the exact analysis of each parent adds up to."""
    theirs = [case for case in cases(recorder) if any(case.record is each.record for each in analyses)]
    arrivals = [cost_and_value(each.arrival, each.filled) for each in analyses]
    vwaps = [cost_and_value(each.vwap, each.filled) for each in analyses]
    return CostRow(
        key=key,
        currency="USD",
        parents=len(analyses),
        traded_parents=sum(each.filled > 0 for each in analyses),
        qty=sum(each.record.qty for each in analyses),
        filled=sum(each.filled for each in analyses),
        traded=sum(micros(Fraction(each.record.notional)) for each in analyses),
        fees=sum(case.fee(fill) for case in theirs for fill in case.fills),
        arrival_parents=sum(each.arrival is not None for each in analyses),
        arrival_cost=sum(cost for cost, _ in arrivals),
        arrival_value=sum(value for _, value in arrivals),
        vwap_parents=sum(each.vwap is not None for each in analyses),
        vwap_cost=sum(cost for cost, _ in vwaps),
        vwap_value=sum(value for _, value in vwaps),
    )


def test_the_hand_made_day_by_algorithm(store: Store) -> None:
    """A1 buys 1,000 at 40.004 against an arrival mid of 40.01: it gains 6.00; B1 sells 500 at 40.00: it loses 5.00."""
    rows = {row.key: row for row in costs(store, ("side", "algorithm"))}

    assert {key: (row.filled, row.arrival_cost) for key, row in rows.items()} == {
        ("1", ""): (0, 0),
        ("1", "VWAP"): (1_000, -6_000_000),
        ("2", "SOR"): (500, 5_000_000),
    }
    assert rows["1", "VWAP"].arrival_bps == pytest.approx(-1.4996, abs=1e-4)
    assert rows["1", ""].arrival_bps is None


def test_parents_cost_what_the_exact_analysis_says(store: Store, recorder: Recorder) -> None:
    by_symbol_and_side = {
        side: [each for each in analyse(recorder) if each.record.side.value == side] for side in ("1", "2")
    }

    rows = costs(store, ("symbol", "side"))

    assert rows == [expected(("ACME", side), recorder, some) for side, some in by_symbol_and_side.items()]
    assert untied(store) == []


@pytest.mark.slow
@pytest.mark.parametrize(("side", "strategy"), [(Side.BUY, "TWAP"), (Side.SELL, "IS")])
def test_a_journal_of_the_engine_costs_what_the_exact_analysis_says(tmp_path: Path, side: Side, strategy: str) -> None:
    journal = play(minutes=3, side=side, strategy=strategy).journal
    recorder = Recorder()
    recorder.follow(journal.inputs, journal.outputs)
    (analysis,), (case,) = analyse(recorder), cases(recorder)

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        assert costs(store) == [expected((analysis.record.algorithm,), recorder, [analysis])]
        by_venue = [(row.key[0], row.orders, row.sent, row.filled) for row in venues(store)]
        assert by_venue == _sent(case, lambda each: each.venue)
        by_reason = [(row.key[0], row.orders, row.sent, row.filled) for row in venues(store, ("reason",))]
        assert sorted(by_reason) == _sent(case, lambda each: each.reason.value if each.reason else "")
        assert sum(row.fees for row in venues(store)) == sum(case.fee(fill) for fill in case.fills)
        kinds = Counter({each.value: shares for each, shares in analysis.by_kind.items() if shares})
        assert kinds == {row.key[0]: row.filled for row in venues(store, ("venue_kind",)) if row.filled}
        assert untied(store) == []


def _sent(case: Case, name: Callable[[Child | Fill], str]) -> list[tuple[str, int, int, int]]:
    """Children, shares sent and shares filled by what `name` says of each, wishes of conditional orders among them."""
    children, fills = case.record.children, case.fills
    return [
        (
            each,
            sum(name(child) == each for child in children),
            sum(child.qty for child in children if name(child) == each),
            sum(fill.qty for fill in fills if name(fill) == each),
        )
        for each in sorted({name(child) for child in children} | {name(fill) for fill in fills})
    ]


def test_venues_by_hand(store: Store) -> None:
    """600 of 600 filled on XLIT (a rebate), 400 of 400 in XDRK, 500 of 800 on XALT."""
    assert venues(store, ("venue",)) == [
        VenueRow(("XALT",), "USD", 1, 1, 800, 1, 500, 20_000_000_000, _fees(store, "XALT")),
        VenueRow(("XDRK",), "USD", 1, 1, 400, 1, 400, 16_004_000_000, _fees(store, "XDRK")),
        VenueRow(("XLIT",), "USD", 1, 1, 600, 1, 600, 24_000_000_000, _fees(store, "XLIT")),
    ]
    assert [row.fill_rate for row in venues(store, ("venue",))] == [0.625, 1.0, 1.0]


def _fees(store: Store, venue: str) -> Micros:
    (row,) = [row for row in fees(store, ("venue",)) if row.key == (venue,)]
    return row.fees


def test_a_venue_that_filled_nothing_has_no_currency(tmp_path: Path, recorder: Recorder) -> None:
    record = recorder.orders["O2"]
    record.fills.clear()
    record.cum_qty = record.notional = record.children[0].filled = 0
    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        (row,) = [row for row in venues(store, ("venue",)) if row.key == ("XALT",)]

    assert row == VenueRow(("XALT",), "", 1, 0, 800, 0, 0, 0, 0)
    assert (row.fill_rate, row.order_fill_rate, row.fees_bps) == (0.0, 0.0, None)


def test_a_store_without_a_trade_has_no_cost_and_no_error(tmp_path: Path, recorder: Recorder) -> None:
    for record in recorder.orders.values():
        record.fills.clear()
        record.cum_qty = record.notional = 0
    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        rows, places, paid, wrong = costs(store, ("side",)), venues(store), fees(store), untied(store)

    assert [(row.parents, row.filled, row.arrival_bps, row.vwap_bps, row.fees_bps) for row in rows] == [
        (2, 0, None, None, None),
        (1, 0, None, None, None),
    ]
    assert [(row.key[0], row.fills, row.fill_rate) for row in places] == [
        ("XALT", 0, 0.0),
        ("XDRK", 0, 0.0),
        ("XLIT", 0, 0.0),
    ]
    assert (paid, wrong) == ([], [])


def test_fees_by_kind_and_liquidity(store: Store) -> None:
    assert [(row.key, row.fills, row.filled) for row in fees(store, ("kind", "liquidity"))] == [
        (("dark", "2"), 1, 400),
        (("regular", "1"), 1, 600),
        (("regular", "2"), 1, 500),
    ]


def test_only_some_dates_and_symbols(store: Store) -> None:
    assert costs(store, only=Only("20260317")) == []
    assert costs(store, only=Only(symbols=("BOLT",))) == []
    assert len(costs(store, ("symbol",), Only(DAY, DAY, ("ACME", "BOLT")))) == 1


@pytest.mark.parametrize(("by", "why"), [(("nonsense",), "by 'nonsense': one of date, symbol"), ((), "by nothing")])
def test_a_column_that_is_none_is_refused(store: Store, by: tuple[str, ...], why: str) -> None:
    with pytest.raises(StoreError, match=why):
        costs(store, by)


def test_parents_whose_fills_do_not_add_up_are_named(tmp_path: Path, recorder: Recorder) -> None:
    recorder.orders["O1"].notional += 1

    write_journal(tmp_path, JOURNAL, recorder)

    with Store(tmp_path) as store:
        assert untied(store) == [(DAY, "ACME", JOURNAL, "O1")]


# --- a made-up year, a row at a time


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("year")
    write_year(root, 3, Size(days=2, symbols=2, parents=25, fills=8))
    return root


def one_by_one(row: dict[str, Any]) -> tuple[Micros, Micros, Micros, Micros]:
    """Cost and value against arrival and VWAP of a parent's row, by the exact functions of the analysis."""
    side, qty, notional = Side(row["side"]), row["cum_qty"], row["notional"]
    arrival = cost_against(side, qty, notional, Fraction(row["arrival2"], 2))
    vwap = cost_against(side, qty, notional, Fraction(row["interval_notional"], row["interval_volume"]))
    return (*cost_and_value(arrival, qty), *cost_and_value(vwap, qty))


def test_a_year_adds_up_as_its_parents_one_by_one(year: Path) -> None:
    with Store(year) as store:
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for row in store.dicts("SELECT * FROM parents"):
            sums[row["algorithm"]] = [a + b for a, b in zip(sums[row["algorithm"]], one_by_one(row), strict=True)]

        rows = costs(store)

    found = {row.key[0]: [row.arrival_cost, row.arrival_value, row.vwap_cost, row.vwap_value] for row in rows}
    assert found == sums
    assert sum(row.parents for row in rows) == 100


def test_a_years_fees_add_up_as_its_fills_one_by_one(year: Path) -> None:
    with Store(year) as store:
        sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for row in store.dicts("SELECT * FROM fills"):
            one = (1, row["qty"], row["traded"], row["fee"])
            key = (row["venue"], row["kind"], row["reason"])
            sums[key] = [a + b for a, b in zip(sums[key], one, strict=True)]

        rows = fees(store)

    assert rows == [FeeRow(key, "USD", *sums[key]) for key in sorted(sums)]


def test_participation_falls_into_its_bucket(year: Path) -> None:
    with Store(year) as store:
        parts = store.rows("SELECT own_eligible / interval_volume FROM parents")

        rows = costs(store, ("participation",))

    borders = {"00-01 %": (0, 0.01), "01-05 %": (0.01, 0.05), "05-10 %": (0.05, 0.1), "10-20 %": (0.1, 0.2),
               "20 % up": (0.2, 1.1)}  # fmt: skip
    counted = {name: sum(low <= part < high for (part,) in parts) for name, (low, high) in borders.items()}
    assert {row.key[0]: row.parents for row in rows} == {name: count for name, count in counted.items() if count}


terms = st.tuples(
    st.sampled_from(list(Side)),
    st.integers(1, 10**9),
    st.integers(1, 10**8),
    st.integers(1, 2 * 10**8),
    st.integers(1, 10**10),
    st.integers(1, 10**8),
    st.sampled_from([1, 100, 10_000, 10**7]),
)


@settings(max_examples=15)
@given(st.lists(terms, min_size=1, max_size=40))
def test_any_parent_costs_what_the_exact_functions_say(
    tmp_path_factory: pytest.TempPathFactory, many: list[tuple[Side, int, int, int, int, int, int]]
) -> None:
    """Also where a millionth does not divide a quantum, and as large as a year of a large house."""
    rows = [
        parent(n, side, qty, qty * px, mid2, volume, volume * market, scale)
        for n, (side, qty, px, mid2, volume, market, scale) in enumerate(many)
    ]
    root = tmp_path_factory.mktemp("any")
    write_rows(root, Place("parents", DAY, "ACME", JOURNAL), rows)

    with Store(root, threads=1) as store:
        found = store.rows("SELECT arrival_cost, vwap_cost, traded FROM parent_costs ORDER BY n")

    assert found == [by_hand(*each) for each in many]


def by_hand(side: Side, qty: int, px: int, mid2: int, volume: int, market: int, scale: int) -> tuple[int, int, int]:
    arrival = cost_against(side, qty, qty * px, Fraction(mid2, 2))
    vwap = cost_against(side, qty, qty * px, Fraction(volume * market, volume))
    assert arrival is not None
    assert vwap is not None
    return micros(arrival.quanta, scale), micros(vwap.quanta, scale), micros(Fraction(qty * px), scale)


def parent(
    n: int, side: Side, qty: int, notional: int, mid2: int, volume: int, market: int, scale: int
) -> dict[str, Any]:
    texts = dict.fromkeys(("client", "cl_ord_id", "text", "curve"), "")
    numbers = dict.fromkeys(("arrived_at", "start", "interval_start", "interval_end", "refused_at_gate"), 0)
    lists: dict[str, list[object]] = {"quantities": [], "limits": [], "plans": [], "amendments": []}
    return {
        **texts, **numbers, **lists, "n": n, "curve_days": 0, "journal": JOURNAL, "order_id": "O1", "side": side.value,
        "algorithm": "VWAP", "currency": "USD", "price_scale": scale, "multiplier": 1, "qty": qty, "status": "2",
        "cum_qty": qty, "notional": notional, "fees": 0, "arrival2": mid2, "interval_volume": volume,
        "interval_notional": market, "own_eligible": 0,
    }  # fmt: skip
