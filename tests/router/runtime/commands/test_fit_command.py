"""`sluice fit` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.runtime.analysis.analysis_files import read_impact
from router.runtime.cli import main
from router.runtime.toml_file import read_toml
from router.tca.fit.simulate import draw_orders, simulate_costs
from router.tca.pretrade.rules import ImpactFile
from router.tca.universe.outcome_file import write_outcomes


def run(*options: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["fit", *options])


@pytest.fixture(scope="module")
def past(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Orders whose truth is Almgren et al. (2005)."""
    model = read_impact(repo / "config").on("20260316").almgren_2005
    path = tmp_path_factory.mktemp("past") / "past.parquet"
    write_outcomes(path, simulate_costs(model, draw_orders(800, 1), seed=2))
    return path


def test_numbers_errors_and_residuals_are_shown(past: Path) -> None:
    done = run(str(past), "--model", "almgren2005", "--hold", "beta")

    assert done.exit_code == 0, done.output
    for said in ("spread part", "gamma", "eta", "standard error", "beta held: not asked for.", "mean square", "CR3"):
        assert said in done.output


@pytest.mark.parametrize("model", ["template", "istar", "square-root"])
def test_every_model_can_be_asked_for(past: Path, model: str) -> None:
    assert run(str(past), "--model", model).exit_code == 0


def test_what_is_written_is_in_force_after_the_last_order_and_not_before(past: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "impact.toml"

    done = run(str(past), "--out", str(out))

    tables = read_toml(out, ImpactFile)
    assert done.output.endswith(f"{out}: written, square-root in force from 20260317\n")
    assert tables.on("20260316").square_root.y.value == 1.0
    assert tables.on("20260317").square_root.source.startswith("fit to 800 own orders")
    assert tables.on("20260317").square_root.y.error > 0


def test_too_few_orders_are_refused_with_rule_limit_and_value(past: Path, tmp_path: Path, repo: Path) -> None:
    model = read_impact(repo / "config").on("20260316").square_root
    few = tmp_path / "few.json"
    write_outcomes(few, simulate_costs(model, draw_orders(7, 1), seed=2))

    done = run(str(few))

    assert done.exit_code == 1
    assert done.output == "Error: orders: 2 parameters take at least 20 independent orders (one a seed): got 7\n"
    assert "orders: at least one must be left: got none" in run(str(past), "--algorithm", "POV").output
