"""`sluice fit`: an impact model's parameters from your own fills, with standard errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console

from router.runtime.analysis.analysis_files import IMPACT_NAME, read_impact
from router.runtime.analysis.past_orders import read_past
from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.toml_file import read_toml
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.rules import ImpactFile
from router.tca.tables import Table
from router.tca.universe.outcome import Outcome, OutcomeError

if TYPE_CHECKING:
    from router.tca.fit.fit import Fit
    from router.tca.impact.terms import ParametricModel

MODELS: Final = {"template": "general", "almgren2005": "almgren_2005", "istar": "i_star", "square-root": "square_root"}


@click.command("fit", help=__doc__)
@HOME_OPTION
@click.argument("paths", metavar="JOURNAL|STUDY...", nargs=-1, required=True,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--model", type=click.Choice(list(MODELS)), default="square-root", show_default=True)
@click.option("--hold", multiple=True, metavar="NAME", help="Keep this parameter as impact.toml has it; repeatable.")
@click.option("--algorithm", "algorithms", multiple=True, help="Only orders of this algorithm; repeatable.")
@click.option("--vol", type=float, help="Daily volatility of journals' symbols, a fraction; default: measured.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Write impact.toml here with the fitted table added, in force after the last order.")  # fmt: skip
def command(
    *,
    home: Path | None,
    paths: tuple[Path, ...],
    model: str,
    hold: tuple[str, ...],
    algorithms: tuple[str, ...],
    vol: float | None,
    out: Path | None,
) -> None:
    """Fit the model to the orders of journals (state directories), studies (folders) or files of outcomes."""
    from router.tca.fit.fit import FREE, FitError, fit  # noqa: PLC0415 - scipy is of the extra `analysis`

    with errors_as_lines():
        try:
            outcomes, without = read_past(paths, vol)
            chosen = tuple(each for each in outcomes if not algorithms or each.algorithm in algorithms)
            config = settings_of(home).config
            start = _model(config, model, chosen)
            free = [name for name in FREE[start.name] if name not in hold]
            found = fit(start, chosen, free=free)
        except (FitError, ImpactInputError, OutcomeError) as error:
            raise click.ClickException(str(error)) from None
        show(stdout_console(), found, without)
        if out is not None:
            write(out, config / IMPACT_NAME, found)
            click.echo(f"{out}: written, {found.model.name} in force from {found.model.from_date}")


def _model(config: Path, name: str, outcomes: tuple[Outcome, ...]) -> ParametricModel:
    """Where the search begins: the numbers in force on the last order's day."""
    if not outcomes:
        raise OutcomeError("orders: at least one must be left: got none")
    models: Models = read_impact(config).on(max(each.date for each in outcomes))
    found: ParametricModel = getattr(models, MODELS[name])
    return found


def write(out: Path, shipped: Path, found: Fit[ParametricModel]) -> None:
    """The present file, and the fitted table after it; read back, so that what is written can be used."""
    from router.tca.fit.tables import toml_table  # noqa: PLC0415 - as above

    text = f"{shipped.read_text(encoding='utf-8')}\n{toml_table(found.model)}"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    read_toml(out, ImpactFile)


def show(console: Console, found: Fit[ParametricModel], without: dict[str, int]) -> None:
    """Parameters, what stays, and how the residuals look."""
    console.print(f"{found.model.title}: {found.model.source}", markup=False)
    header = ("parameter", "value", "standard error", "95 % interval", "was")
    show_table(console, Table("", header, tuple(_parameter_row(found, name) for name in found.names)))
    for line in (*_held(found), *_residuals(found), *_left_out(found, without)):
        console.print(line, markup=False)


def _parameter_row(found: Fit[ParametricModel], name: str) -> tuple[str, ...]:
    each = found.estimate(name)
    was = "" if name not in found.start else f"{found.start[name]:.4g}"
    assert each.covers is not None, name
    spread = f"{each.covers[0]:.4g} to {each.covers[1]:.4g}"
    return name, f"{each.value:.4g}", f"{each.standard_error:.2g}", spread, was


def _held(found: Fit[ParametricModel]) -> list[str]:
    return [f"{name} held: {why}." for name, why in found.held.items()]


def _left_out(found: Fit[ParametricModel], without: dict[str, int]) -> list[str]:
    return [f"{count} orders left out: {why}." for why, count in (found.left_out | without).items()]


def _residuals(found: Fit[ParametricModel]) -> list[str]:
    seen = found.diagnostics
    trends = ", ".join(f"{each.of} {each.correlation:+.2f} (p {each.p_value:.2f})" for each in seen.trends)
    squares = (
        f"Residuals in units of their noise: mean square {seen.chi2:.2f} (1 if timing risk is right), "
        f"{seen.beyond_3} beyond 3, worst {seen.worst_z:+.1f} ({seen.worst}), skew {seen.skew:+.2f}."
    )
    return [
        f"{found.orders} orders, {found.clusters} independent; errors CR3 (HC3 where each order stands alone).",
        squares,
        f"Weighted squares of cost explained: {seen.explained:.1%}. Residuals rank with: {trends or 'nothing varied'}.",
    ]
