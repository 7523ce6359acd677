"""A seeded day in process: the same specification is the same bytes, and its journal is a journal."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.journal import replay
from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.assembly import engine_factory
from router.runtime.journal_file import JournalFile
from router.runtime.plugins import load_algos
from router.runtime.settings import write_home
from router.runtime.studies.study_run import config_digest, run_day
from router.tca.facts.case import cases
from router.tca.study.plan import OrderSpec, RunSpec, StudyError
from router.tca.study.result import DayResult
from router.tca.universe.outcome_of import outcome_of

ORDER = OrderSpec(name="A", symbol="ACME", side=Side.BUY, size=0.001, start=0.5, minutes=2, strategy="TWAP", params=())
SPEC = RunSpec(setting="TWAP", seed=3, day="20260316", orders=(ORDER,), minutes=3, watch=("ACME",))


@pytest.fixture(scope="module")
def result() -> DayResult:
    return run_day(SPEC)


def test_the_same_specification_is_the_same_result_to_the_last_digest(result: DayResult) -> None:
    assert run_day(SPEC) == result


def test_an_order_has_an_outcome_with_its_seed_and_the_schedule_that_was_stated(result: DayResult) -> None:
    (worked,) = result.orders

    assert worked.outcome is not None
    assert (worked.outcome.seed, worked.outcome.pair, worked.outcome.setting) == (3, "A", "TWAP")
    assert (worked.outcome.qty, worked.outcome.filled, worked.outcome.q_adv) == (2_000, 2_000, 0.001)
    assert worked.arrived_at == result.open + 30_000_000_000
    assert (worked.schedule[0].at, worked.schedule[-1].qty) == (worked.arrived_at, 2_000)


def test_a_watched_market_is_measured_by_minutes(result: DayResult) -> None:
    (market,) = result.minutes

    assert market.symbol == "ACME"
    assert len(market.volume) == 3
    assert min(market.volume) > 0


@pytest.mark.parametrize("change", [{"seed": 4}, {"activity": 0.5}, {"market": {"impact": False}}])
def test_another_seed_or_market_is_another_day(result: DayResult, change: dict[str, object]) -> None:
    assert run_day(replace(SPEC, **change)).digest != result.digest


def test_a_journal_that_is_kept_replays_and_tells_the_same(result: DayResult, tmp_path: Path) -> None:
    kept = JournalFile(tmp_path)

    again = run_day(SPEC, kept=kept)
    kept.commit()
    reader = kept.reader()
    difference = replay(reader.inputs(), reader.outputs(), engine_factory(load_algos()))
    reader.close()
    kept.close()

    assert again == result
    assert difference is None
    (case,) = cases(read_recorder(kept.path))
    assert result.orders[0].outcome == outcome_of(case, sigma=0.012, setting="TWAP", pair="A", seed=3)


def test_an_order_that_nobody_fills_has_no_cost_and_a_reason() -> None:
    rate = (("ParticipationRate", "0.001"),)

    (worked,) = run_day(replace(SPEC, orders=(replace(ORDER, strategy="POV", params=rate),))).orders

    assert worked.outcome is None
    assert worked.why == "S-O1: a cost takes a fill, there was none"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"symbol": "NONE"}, r"Symbol\(55\): must be one of ACME, .*: got 'NONE'"),
        ({"strategy": "NONE"}, "A: was refused: .*NONE"),
        ({"strategy": "POV"}, "A: was refused: .*ParticipationRate"),
    ],
)
def test_what_cannot_be_run_says_why(change: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_day(replace(SPEC, orders=(replace(ORDER, **change),)))


def test_a_market_key_that_is_none_is_refused() -> None:
    with pytest.raises(StudyError, match=r"market: .*unknown field `impct`"):
        run_day(replace(SPEC, market={"impct": False}))


def test_settings_have_one_digest_whatever_the_seed_and_orders_and_another_when_they_change(tmp_path: Path) -> None:
    write_home(tmp_path)
    same = config_digest(replace(SPEC, seed=9, orders=()), None)
    as_written = config_digest(SPEC, tmp_path)
    engine = tmp_path / "engine.toml"
    changed = tmp_path / "changed"
    write_home(changed)
    text = engine.read_text(encoding="utf-8")
    (changed / "engine.toml").write_text(text.replace("_timeout_ns = 2_0", "_timeout_ns = 3_0"), encoding="utf-8")

    assert same == config_digest(SPEC, None) == as_written
    assert config_digest(SPEC, changed) != as_written
