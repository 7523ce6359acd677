"""`sluice verify-costs`: predict, trade, verify: seeded orders through the real engine, predicted, then compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec
from rich.console import Console

from router.core.params import param_fields
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.commands.study_command import run_cell, show_failures
from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.plugins import load_algos
from router.runtime.settings import Settings
from router.runtime.studies.study_cells import work_cells
from router.runtime.studies.study_pool import Place
from router.runtime.studies.study_run import config_digest
from router.runtime.studies.study_store import StudyStore
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.placement import place as placement_of
from router.tca.study.check import QUIET, CostCheck, check_cells
from router.tca.study.plan import Cell, StudyError
from router.tca.study.result import CellResult
from router.tca.study.window import MarketMinutes, average
from router.tca.tables import Table
from router.tca.universe.outcome import OutcomeError

if TYPE_CHECKING:
    from router.tca.fit.verify import Asked, Calibration

CHECK: Final = "verify-costs.json"
PICTURE: Final = "verify-costs.svg"


@click.command("verify-costs", help=__doc__)
@HOME_OPTION
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the runs and what they show.")
@click.option("--orders", type=click.IntRange(min=1), default=200, show_default=True)
@click.option("--quiet", type=click.IntRange(min=2), default=30, show_default=True,
              help="Days without us, on which the market is measured.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--symbol", "symbols", multiple=True, default=("ACME",), show_default=True)
@click.option("--strategy", "strategies", multiple=True, default=("TWAP", "VWAP", "IS", "POV"), show_default=True)
@click.option("--size", type=(float, float), default=(0.001, 0.02), show_default=True, help="Of ADV, least and most.")
@click.option("--start", type=float, default=5.0, show_default=True, help="Minutes after the open.")
@click.option("--minutes", "horizons", type=float, multiple=True, default=(10.0, 20.0), show_default=True,
              help="A horizon; each order draws one.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--dask", metavar="ADDRESS", help="Work on the Dask cluster with this scheduler.")
@click.option("--cell", type=click.IntRange(min=0), help="Run this cell alone, here, and show it.")
def command(
    *,
    home: Path | None,
    out: Path | None,
    orders: int,
    quiet: int,
    seed: int,
    symbols: tuple[str, ...],
    strategies: tuple[str, ...],
    size: tuple[float, float],
    start: float,
    horizons: tuple[float, ...],
    workers: int,
    dask: str | None,
    cell: int | None,
) -> None:
    """Half of the orders train fits, the other half verify every model. Exit 1 where a run failed."""
    with errors_as_lines():
        try:
            check = CostCheck(
                orders=orders,
                quiet=quiet,
                seed=seed,
                symbols=symbols,
                strategies=strategies,
                with_rate=_with_rate(strategies),
                size_min=size[0],
                size_max=size[1],
                start=start,
                minutes=horizons,
            )
            cells = check_cells(check)
            if cell is not None:
                _one(cells, cell, home)
            elif out is None:
                raise click.UsageError("--out or --cell is needed")
            else:
                _all(check, cells, out, Place(workers, dask), home)
        except (StudyError, OutcomeError, ImpactInputError) as error:
            raise click.ClickException(str(error)) from None


def _with_rate(strategies: tuple[str, ...]) -> tuple[str, ...]:
    """Those that require a rate."""
    algos = load_algos()
    for name in strategies:
        if name not in algos:
            raise StudyError(f"strategy: must be one of {', '.join(algos)}: got {name!r}")
    return tuple(
        name
        for name in strategies
        if any(f.attribute == "participation_rate" and f.required for f in param_fields(algos[name].Params))
    )


def _one(cells: tuple[Cell, ...], number: int, home: Path | None) -> None:
    if number >= len(cells):
        raise StudyError(f"cell: must be below {len(cells)}: got {number}")
    click.echo(msgspec.json.format(msgspec.json.encode(run_cell(cells[number], home, None)), indent=1))


def _all(check: CostCheck, cells: tuple[Cell, ...], out: Path, place: Place, home: Path | None) -> None:
    from router.tca.fit.picture import calibration_picture  # noqa: PLC0415 - matplotlib and scipy

    settings = settings_of(home)
    digest = config_digest(cells[0].spec, home)
    store = StudyStore(out, check, digest)
    results = work_cells(cells, store, place, home=home, settings=digest, command=("verify-costs", *_options(check)))
    store.write_tables(results)
    found, notes = verify(check, results, settings)
    (out / CHECK).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    (out / PICTURE).write_text(calibration_picture(found, found[-1]), encoding="utf-8")
    show(stdout_console(), found)
    for note in notes:
        click.echo(note)
    click.echo(f"{out / PICTURE}: {found[-1].model} order by order, and every model's coverage")
    show_failures(results)


def _options(check: CostCheck) -> list[str]:
    """The options that say what was asked, for the command that repeats a cell."""
    named = [("--orders", check.orders), ("--quiet", check.quiet), ("--seed", check.seed)]
    listed = [("--symbol", each) for each in check.symbols] + [("--strategy", each) for each in check.strategies]
    listed += [("--minutes", f"{each:g}") for each in check.minutes]
    sizes = ["--size", f"{check.size_min:g}", f"{check.size_max:g}", "--start", f"{check.start:g}"]
    return [text for name, value in (*named, *listed) for text in (name, str(value))] + sizes


def verify(
    check: CostCheck, results: list[CellResult], settings: Settings
) -> tuple[tuple[Calibration, ...], tuple[str, ...]]:
    """Every model as shipped, and two fitted to the first half, on the second half; and what could not be said."""
    from router.tca.fit.fit import FitError, fit  # noqa: PLC0415 - scipy is of the extra `analysis`
    from router.tca.fit.verify import calibrate, of_fit, of_model  # noqa: PLC0415 - as above

    quiet = _quiet(check, results)
    asked = [each for result in results if result.setting != QUIET and (each := _ask(result, quiet, settings))]
    without = check.orders - len(asked)
    train, test = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    if not test:
        raise StudyError(f"orders: two with a cost are needed at least: got {len(asked)}")
    models = read_impact(settings.config).on(check.day)
    found = [calibrate(model.name, of_model(model), test, model) for model in models.all]
    notes = [f"{without} of {check.orders} orders have no cost, and are not predicted"] if without else []
    for model, free in ((models.almgren_2005, ("gamma", "eta")), (models.square_root, ("y",))):
        try:
            fitted = fit(model, [each.outcome for each in train], free=free)
            found.append(calibrate(f"{model.name}, fitted", of_fit(fitted), test, fitted.model))
            notes.append(f"{model.name} fitted to {len(train)} orders: {_numbers(fitted.names, fitted.values)}")
        except FitError as error:
            notes.append(f"{model.name} not fitted: {error}")
    return tuple(found), tuple(notes)


def _numbers(names: tuple[str, ...], values: tuple[float, ...]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in zip(names, values, strict=True))


def _quiet(check: CostCheck, results: list[CellResult]) -> dict[str, MarketMinutes]:
    """The mean of the quiet days, by symbol."""
    days = [each.result for each in results if each.setting == QUIET and each.result]
    if not days:
        raise StudyError("quiet: a day at least must have run: got none")
    return {
        symbol: average([minutes for day in days for minutes in day.minutes if minutes.symbol == symbol])
        for symbol in check.symbols
    }


def _ask(result: CellResult, quiet: dict[str, MarketMinutes], settings: Settings) -> Asked | None:
    """None of a run that failed or an order without a cost."""
    from router.tca.fit.verify import ask  # noqa: PLC0415 - scipy is of the extra `analysis`

    day = result.result
    if day is None or (worked := day.orders[0]).outcome is None or len(worked.schedule) < 2:
        return None
    impact = read_impact(settings.config)
    assert worked.outcome.sigma is not None, worked.name
    return ask(
        worked,
        quiet[worked.outcome.symbol],
        start=worked.arrived_at,
        end=worked.schedule[-1].at,
        open_=day.open,
        sigma=worked.outcome.sigma,
        taken=placement_of(settings.venues, impact.pretrade, "Medium").taken,
    )


def show(console: Console, found: tuple[Calibration, ...]) -> None:
    """A row a model."""
    console.print("Realised less predicted, bps of the arrival mid; positive is a cost.", style="italic")
    header = ("model", "orders", "beyond", "bias", "95 % interval", "slope", "95 % interval", "rms z",
              *(f"in {level}" for level in ("50 %", "80 %", "95 %")))  # fmt: skip
    show_table(console, Table("", header, tuple(_row(each) for each in found)))
    console.print("Beyond: orders outside of what the model was made for. Slope: of realised on predicted, weighted.")
    console.print("In 50, 80, 95 %: the part that lay inside the interval of that level, and its own 95 % interval.")


def _row(each: Calibration) -> tuple[str, ...]:
    cells = [_one_of(each.bias.value), _span(each.bias.covers), _one_of(each.slope.value), _span(each.slope.covers)]
    covered = [f"{one.found.value:.0%} ({_parts(one.found.covers)})" for one in each.coverage]
    return each.model, str(each.orders), str(each.beyond), *cells, f"{each.dispersion:.2f}", *covered


def _one_of(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _span(covers: tuple[float, float] | None) -> str:
    return "-" if covers is None else f"{covers[0]:+.1f} to {covers[1]:+.1f}"


def _parts(covers: tuple[float, float] | None) -> str:
    return "-" if covers is None else f"{100 * covers[0]:.0f}-{100 * covers[1]:.0f}"
