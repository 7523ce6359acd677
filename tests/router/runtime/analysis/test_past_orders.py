"""Past orders from a journal, a study's folder and a file of outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.runtime.analysis.past_orders import read_past
from router.runtime.journal_file import JournalFile
from router.runtime.studies.study_run import run_day
from router.tca.study.plan import OrderSpec, RunSpec
from router.tca.universe.outcome import OutcomeError
from router.tca.universe.outcome_file import write_outcomes
from support.outcomes import outcome
from support.pretrade import impact_file
from support.tracing import untraced

TWAP = OrderSpec(name="A", symbol="ACME", side=Side.BUY, size=0.001, start=0.5, minutes=1, strategy="TWAP", params=())
NOTHING = replace(TWAP, name="B", strategy="POV", params=(("ParticipationRate", "0.001"),))
SPEC = RunSpec(setting="", seed=3, day="20260316", orders=(TWAP, NOTHING), minutes=33)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    kept = JournalFile(folder)
    with untraced():
        run_day(SPEC, kept=kept)
    kept.close()
    return folder


def test_a_journal_gives_its_orders_with_a_cost_and_why_others_have_none(state: Path) -> None:
    found, without = read_past([state], sigma=0.02)

    assert [(each.order_id, each.algorithm, each.sigma) for each in found] == [("S-O1", "TWAP", 0.02)]
    assert without == {"a cost takes a fill, there was none": 1}


def test_without_a_volatility_it_is_that_of_the_orders_own_date(state: Path) -> None:
    (found,), _ = read_past([state])

    # The market is made with 1.2 % a day, and is busier than its mean after the open.
    assert found.sigma == pytest.approx(0.016, abs=0.006)


def test_with_impact_models_a_journals_order_has_its_estimate_at_arrival(state: Path) -> None:
    (bare,), _ = read_past([state])
    (found,), _ = read_past([state], impact=impact_file())

    assert (bare.estimate_bps, bare.timing_risk_bps, bare.z) == (None, None, None)
    assert found.estimate_bps is not None
    assert found.timing_risk_bps is not None
    assert found.z == pytest.approx((found.cost_bps - found.estimate_bps) / found.timing_risk_bps)
    assert replace(found, estimate_bps=None, timing_risk_bps=None) == bare


def test_a_studys_folder_and_a_file_give_their_outcomes_in_order(tmp_path: Path) -> None:
    write_outcomes(tmp_path / "outcomes.parquet", [outcome("O1"), outcome("O2")])
    write_outcomes(tmp_path / "more.json", [outcome("O3")])

    found, without = read_past([tmp_path, tmp_path / "more.json"])

    assert [each.order_id for each in found] == ["O1", "O2", "O3"]
    assert without == {}


def test_nothing_at_all_is_said(tmp_path: Path) -> None:
    write_outcomes(tmp_path / "none.json", [])

    with pytest.raises(OutcomeError, match=r"none.json: no order in it"):
        read_past([tmp_path / "none.json"])
