"""`sluice compare`: the same orders worked in two ways, orders before and after a date, or groups, with intervals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from router.runtime.analysis.analysis_files import read_impact
from router.runtime.analysis.past_orders import read_past
from router.runtime.commands.comparison_tables import SIGN, event_table, paired_table
from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.tca.universe.outcome import Outcome, OutcomeError


class _Date(click.ParamType[str]):
    name = "yyyymmdd"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch("[0-9]{8}", str(value)):
            self.fail(f"a date is YYYYMMDD: got {value}", param, ctx)
        return str(value)


class Asked(Struct, frozen=True, kw_only=True):
    """What is compared, and how it is shown."""

    by: str
    against: str | None
    event: str | None
    means: str | None
    adjust: bool
    cluster: str
    vol: float | None
    seed: int
    as_json: bool


@click.command("compare", help=__doc__)
@HOME_OPTION
@click.argument("paths", metavar="JOURNAL|STUDY|FILE...", nargs=-1, required=True,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--by", type=click.Choice(["setting", "algorithm"]), default="setting", show_default=True,
              help="What tells the arms apart.")  # fmt: skip
@click.option("--against", metavar="NAME", help="The arm that the others are compared with; default: the first.")
@click.option("--event", type=_Date(), metavar="YYYYMMDD",
              help="Compare the orders from this date on with those before it instead.")  # fmt: skip
@click.option("--means", type=click.Choice(["algorithm", "symbol", "side", "setting", "bucket"]),
              help="Instead: mean costs of groups, also drawn toward the mean of all as few orders ask.")  # fmt: skip
@click.option("--adjust", is_flag=True, help="With --event: at like size, volatility and spread as well.")
@click.option("--cluster", type=click.Choice(["date", "order"]), default="date", show_default=True,
              help="With --event: what is taken as independent.")  # fmt: skip
@click.option("--vol", type=float, help="Daily volatility of journals' symbols, a fraction; default: measured.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="All figures, the bootstrap's among them, as JSON.")
def command(home: Path | None, paths: tuple[Path, ...], **options: object) -> None:
    """Compare the orders of journals, studies' folders or files of outcomes (docs/peers.md). Positive is a cost."""
    asked = msgspec.convert(options, Asked)
    if asked.means is not None and asked.event is not None:
        raise click.UsageError("--means and --event are two questions: ask one at a time")
    with errors_as_lines():
        from router.tca.universe.compare import CompareError  # noqa: PLC0415 - scipy is of the extra `analysis`

        try:
            impact = None if asked.means is None else read_impact(settings_of(home).config)
            outcomes, without = read_past(paths, asked.vol, impact=impact)
            if asked.means is not None:
                _means(outcomes, asked.means, asked)
            elif asked.event is None:
                _arms(outcomes, asked)
            else:
                _event(outcomes, asked.event, asked)
        except (CompareError, OutcomeError) as error:
            raise click.ClickException(str(error)) from None
    for why, count in without.items():
        click.echo(f"{count} orders left out: {why}.", err=True)


def _arms(outcomes: Sequence[Outcome], asked: Asked) -> None:
    from router.tca.universe.compare import compare_all  # noqa: PLC0415 - as above

    arms: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        arms.setdefault(outcome.setting if asked.by == "setting" else outcome.algorithm, []).append(outcome)
    found = compare_all(arms, asked.against or _first(arms), seed=asked.seed)
    if asked.as_json:
        click.echo(_json(found))
        return
    console = stdout_console()
    console.print(SIGN, style="italic")
    show_table(console, paired_table(found))


def _first(arms: Mapping[str, object]) -> str:
    if len(arms) < 2:
        raise OutcomeError(f"a comparison takes two arms at least, there is {list(arms)}: see --by and --event")
    return next(iter(arms))


def _event(outcomes: Sequence[Outcome], event: str, asked: Asked) -> None:
    from router.tca.universe.compare import ClusterBy, before_after  # noqa: PLC0415 - as above

    study = before_after(outcomes, event, by=ClusterBy(asked.cluster), adjust=asked.adjust)
    if asked.as_json:
        click.echo(_json(study))
        return
    console = stdout_console()
    console.print(SIGN, style="italic")
    show_table(console, event_table(study))
    for found in (study.plain, study.adjusted):
        if found is not None and found.estimate.note:
            console.print(found.estimate.note, markup=False)
    if study.left_out:
        console.print(f"{study.left_out} orders without a volatility or a spread are not in the adjusted difference.")


def _means(outcomes: Sequence[Outcome], by: str, asked: Asked) -> None:
    from router.tca.universe.group_means import GroupBy, group_means, means_table, z_text  # noqa: PLC0415 - as above

    if not outcomes:
        raise OutcomeError("a mean takes an order with a cost: got none")
    found = group_means(outcomes, GroupBy(by))
    if asked.as_json:
        click.echo(_json(found))
        return
    console = stdout_console()
    console.print(SIGN, style="italic")
    show_table(console, means_table(found))
    console.print(z_text(found), markup=False)


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
