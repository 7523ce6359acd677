"""`sluice tca`: what the orders of one or more journals cost, measured: shortfall, benchmarks, impact, timing risk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from router.runtime.console import errors_as_lines
from router.runtime.report_command import journal_of, read_recorder
from router.tca.official import together
from router.tca.tables import Table

if TYPE_CHECKING:  # the report needs the extra `analysis`, which only a command that is called for may ask for
    from router.tca.tca_report import TcaReport


def _print_schema(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        with errors_as_lines():
            from router.tca.tca_report import schema_text  # noqa: PLC0415 - see TYPE_CHECKING above
        click.echo(schema_text(), nl=False)
        context.exit()


@click.command("tca", help=__doc__)
@click.argument("paths", metavar="JOURNAL...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--parent", "parents", multiple=True, metavar="ID",
              help="Only this order: its OrderID(37) or its ClOrdID(11). May be given more than once.")  # fmt: skip
@click.option("--json", "json_out", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
              help="Write the reports as JSON (docs/schemas/tca-report.schema.json); - is stdout.")  # fmt: skip
@click.option("--markdown", "markdown_out", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
              help="Write the reports as Markdown; - is stdout.")  # fmt: skip
@click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=_print_schema,
              help="Print the JSON Schema of --json, and stop.")  # fmt: skip
def command(
    paths: tuple[Path, ...], parents: tuple[str, ...], json_out: Path | None, markdown_out: Path | None
) -> None:
    """Read each JOURNAL, a state directory or the file in it, together; they may be in use. Positive is a cost."""
    with errors_as_lines():
        from router.tca.tca_report import TcaReports  # noqa: PLC0415 - see TYPE_CHECKING above
        from router.tca.tca_text import markdown  # noqa: PLC0415 - as above

        reports = read_reports(paths, parents)
    if json_out is not None:
        body = msgspec.json.format(msgspec.json.encode(TcaReports(reports=tuple(reports))), indent=2)
        _write(json_out, body.decode() + "\n")
    if markdown_out is not None:
        _write(markdown_out, markdown(reports))
    if json_out is None and markdown_out is None:
        for report in reports:
            show(Console(), report)


def read_reports(paths: Sequence[Path], parents: Sequence[str] = ()) -> list[TcaReport]:
    """The reports of all orders of all journals, or of those asked for, in the order of their coming."""
    from router.tca.tca_report import tca_report  # noqa: PLC0415 - see TYPE_CHECKING above

    found = together([read_recorder(journal_of(path)) for path in paths])
    if not found:
        raise click.ClickException(f"{', '.join(map(str, paths))}: no order in it")
    names = {name for case in found for name in (case.record.order_id, case.record.cl_ord_id)}
    for name in parents:
        if name not in names:
            raise click.ClickException(f"no order {name} in {', '.join(map(str, paths))}")
    wanted = [case for case in found if not parents or {case.record.order_id, case.record.cl_ord_id} & {*parents}]
    return [tca_report(case) for case in wanted]


def _write(path: Path, text: str) -> None:
    if path == Path("-"):
        sys.stdout.write(text)
        return
    with errors_as_lines():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: written")


def show(console: Console, report: TcaReport) -> None:
    """One report at a terminal."""
    from router.tca.tca_text import tables, title  # noqa: PLC0415 - see TYPE_CHECKING above

    console.rule(f"[bold]{escape(title(report))}")
    console.print(report.sign, style="italic")
    for table in tables(report):
        if table.rows:
            console.print(_rich(table))
    for note in report.notes:
        console.print(f"Assumed: {note}", markup=False)
    console.print()


def _rich(table: Table) -> RichTable:
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold")
    for place, name in enumerate(table.header):
        is_text = place == 0 or name in {"note", "unit", "at", "what it is"}
        drawn.add_column(escape(name), justify="left" if is_text else "right")
    for row in table.rows:
        drawn.add_row(*map(escape, row))
    return drawn
