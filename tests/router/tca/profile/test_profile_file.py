"""Profiles in a Parquet file: what was written is what is read, and anything else is refused by name."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.tca.profile.profile import SymbolProfile
from router.tca.profile.profile_file import (
    ProfileFileError,
    merge_profiles,
    read_profile,
    read_profiles,
    write_profiles,
)

FULL = SymbolProfile(
    symbol="ACME",
    as_of="20260302",
    days=20,
    price=40.01,
    adv=1_000_000.5,
    adv_median=990_000.0,
    sigma_daily=0.0175,
    sigma_intraday=0.0131,
    spread=0.0123,
    curve=(0.25, 0.15, 0.1, 0.5),
    volatility_curve=(0.4, 0.2, 0.2, 0.2),
    open_auction=0.02,
    close_auction=0.08,
    autocorrelation=(-0.05, 0.01),
    sources=(("acme.csv.xz", "ab" * 32), ("acme2.csv", "cd" * 32)),
    notes=("20251128 closes early: apart",),
)
BARE = SymbolProfile(
    symbol="BOLT", currency="GBP", as_of="20260302", days=0, price=7.0, missing={"adv": "given by hand"}
)
positive = st.floats(min_value=1e-9, max_value=1e12)
profiles = st.builds(
    SymbolProfile,
    symbol=st.text("ABCDEFGH.", min_size=1, max_size=6),
    as_of=st.dates().map(lambda day: f"{day:%Y%m%d}"),
    days=st.integers(0, 5_000),
    price=positive,
    adv=st.none() | positive,
    spread=st.none() | st.floats(0, 1e6),
    curve=st.lists(st.floats(0, 1), max_size=8).map(tuple),
    autocorrelation=st.lists(st.floats(-1, 1), max_size=4).map(tuple),
    sources=st.lists(st.tuples(st.text(max_size=8), st.text("0123456789abcdef", max_size=8)), max_size=3).map(tuple),
    missing=st.dictionaries(st.sampled_from(["adv", "spread", "curve"]), st.text(max_size=12)),
)


def test_what_was_written_is_what_is_read_in_order_of_symbols(tmp_path: Path) -> None:
    path = tmp_path / "new" / "profiles.parquet"

    write_profiles(path, [BARE, FULL])

    assert list(read_profiles(path).items()) == [("ACME", FULL), ("BOLT", BARE)]


@given(st.lists(profiles, max_size=5, unique_by=lambda profile: profile.symbol))
def test_any_profile_comes_back_as_it_went(
    tmp_path_factory: pytest.TempPathFactory, given_: list[SymbolProfile]
) -> None:
    path = tmp_path_factory.mktemp("any") / "profiles.parquet"

    write_profiles(path, given_)

    assert read_profiles(path) == {profile.symbol: profile for profile in given_}


def test_the_same_profiles_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.parquet", tmp_path / "2.parquet"

    write_profiles(first, [FULL, BARE])
    write_profiles(second, [BARE, FULL])

    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.parquet", "2.parquet"]


def test_merging_replaces_a_symbol_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "profiles.parquet"
    newer = SymbolProfile(symbol="ACME", as_of="20260401", days=30, price=41.0)
    merge_profiles(path, [FULL, BARE])

    merged = merge_profiles(path, [newer])

    assert merged == {"ACME": newer, "BOLT": BARE}
    assert read_profiles(path) == merged


def test_a_symbol_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileFileError, match="two profiles of ACME, one a symbol is allowed"):
        write_profiles(tmp_path / "p.parquet", [FULL, FULL])


def test_a_symbol_that_the_file_has_not_is_refused_with_those_it_has(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    write_profiles(path, [FULL, BARE])

    with pytest.raises(ProfileFileError, match=r"p\.parquet: no profile of CRUX; it has ACME, BOLT"):
        read_profile(path, "CRUX")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.parquet"
    text.write_text("no Parquet at all", encoding="utf-8")
    pq.write_table(pa.table({"symbol": ["ACME"]}), other)

    with pytest.raises(ProfileFileError, match=r"notes\.txt: no Parquet file"):
        read_profiles(text)
    with pytest.raises(ProfileFileError, match=r"other\.parquet: profiles of version none, this version reads 1"):
        read_profiles(other)


def test_a_value_that_no_profile_may_have_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    write_profiles(path, [FULL])
    table = pq.read_table(path)
    pq.write_table(table.set_column(table.schema.get_field_index("price"), "price", pa.array([0.0])), path)

    with pytest.raises(ProfileFileError, match=r"p\.parquet: ACME: .*price"):
        read_profiles(path)
