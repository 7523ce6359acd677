"""`sluice compare`: the same orders worked in two ways, or orders before and after a date, with intervals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from router.runtime.comparison_tables import SIGN, event_table, paired_table
from router.runtime.console import errors_as_lines
from router.runtime.past_orders import read_past
from router.runtime.terminal_tables import show_table, stdout_console
from router.tca.outcome import Outcome, OutcomeError


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
    adjust: bool
    cluster: str
    vol: float | None
    seed: int
    as_json: bool


@click.command("compare", help=__doc__)
@click.argument("paths", metavar="JOURNAL|STUDY|FILE...", nargs=-1, required=True,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--by", type=click.Choice(["setting", "algorithm"]), default="setting", show_default=True,
              help="What tells the arms apart.")  # fmt: skip
@click.option("--against", metavar="NAME", help="The arm that the others are compared with; default: the first.")
@click.option("--event", type=_Date(), metavar="YYYYMMDD",
              help="Compare the orders from this date on with those before it instead.")  # fmt: skip
@click.option("--adjust", is_flag=True, help="With --event: at like size, volatility and spread as well.")
@click.option("--cluster", type=click.Choice(["date", "order"]), default="date", show_default=True,
              help="With --event: what is taken as independent.")  # fmt: skip
@click.option("--vol", type=float, help="Daily volatility of journals' symbols, a fraction; default: measured.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="All figures, the bootstrap's among them, as JSON.")
def command(paths: tuple[Path, ...], **options: object) -> None:
    """Compare the orders of journals, studies' folders or files of outcomes (docs/peers.md). Positive is a cost."""
    asked = msgspec.convert(options, Asked)
    with errors_as_lines():
        from router.tca.compare import CompareError  # noqa: PLC0415 - scipy is of the extra `analysis`

        try:
            outcomes, without = read_past(paths, asked.vol)
            if asked.event is None:
                _arms(outcomes, asked)
            else:
                _event(outcomes, asked.event, asked)
        except (CompareError, OutcomeError) as error:
            raise click.ClickException(str(error)) from None
    for why, count in without.items():
        click.echo(f"{count} orders left out: {why}.", err=True)


def _arms(outcomes: Sequence[Outcome], asked: Asked) -> None:
    from router.tca.compare import compare_all  # noqa: PLC0415 - as above

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
    from router.tca.compare import ClusterBy, before_after  # noqa: PLC0415 - as above

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


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
