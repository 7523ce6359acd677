"""`sluice tca`: what the orders of one or more journals cost, measured, at the terminal, as a page, as data.

Shortfall, benchmarks, impact, timing risk, venues, leakage, the estimate at arrival, and the order among its like.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import Struct
from rich.console import Console

from router.runtime.commands.terminal_tables import show_rule, show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines

if TYPE_CHECKING:  # the report needs the extra `analysis`, which only a command that is called for may ask for
    from router.tca.report.page import Heading
    from router.tca.report.page_parts import Sheet
    from router.tca.report.tca_report import TcaReport


def _print_schema(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        with errors_as_lines():
            from router.tca.report.tca_report import schema_text  # noqa: PLC0415 - see TYPE_CHECKING above
        click.echo(schema_text(), nl=False)
        context.exit()


FILE = click.Path(dir_okay=False, path_type=Path)
TEXT_FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command("tca", help=__doc__)
@click.argument("paths", metavar="JOURNAL...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--parent", "parents", multiple=True, metavar="ID",
              help="Only this order: its OrderID(37) or its ClOrdID(11). May be given more than once.")  # fmt: skip
@click.option("--html", type=FILE, help="Write the reports as one page.")
@click.option("--pdf", type=FILE, help="Print that page: needs a browser of the Chromium family.")
@click.option("--browser", envvar="SLUICE_BROWSER", metavar="PROGRAM",
              help="Its name or path, for --pdf; default: the first that is found, or SLUICE_BROWSER.")  # fmt: skip
@click.option("--json", "json_out", type=TEXT_FILE,
              help="Write the reports as JSON (docs/schemas/tca-report.schema.json); - is stdout.")  # fmt: skip
@click.option("--markdown", "markdown_out", type=TEXT_FILE, help="Write the reports as Markdown; - is stdout.")
@click.option("--parquet", type=click.Path(file_okay=False, path_type=Path),
              help="Add the journals, whole, to the TCA store in this folder (docs/tca-store.md).")  # fmt: skip
@click.option("--universe", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Past orders to stand among: outcomes in .parquet, .json or .jsonl (docs/peers.md).")  # fmt: skip
@click.option("--profile", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="What was known of the symbols before: a file of `sluice profile` (docs/profile.md).")  # fmt: skip
@HOME_OPTION
@click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=_print_schema,
              help="Print the JSON Schema of --json, and stop.")  # fmt: skip
def command(paths: tuple[Path, ...], parents: tuple[str, ...], **options: Path | str | None) -> None:
    """Read each JOURNAL, a state directory or the file in it, together; they may be in use. Positive is a cost.

    The estimate at arrival takes the impact models of the settings, and of the instrument a profile where one is given.
    """
    asked = msgspec.convert(options, Asked)
    with errors_as_lines():
        if asked.parquet is not None:
            _store(paths, asked.parquet, asked)
        if asked.is_to_the_store_alone:
            return
        from router.runtime.analysis.tca_sheets import read_sheets  # noqa: PLC0415 - see TYPE_CHECKING above

        sheets, heading, left_out = read_sheets(
            paths, parents, home=asked.home, universe=asked.universe, profile=asked.profile
        )
        _write_files(asked, sheets, heading)
    if asked.is_to_the_terminal:
        for sheet in sheets:
            show(stdout_console(), sheet.report)
    if left_out:
        raise click.ClickException("; ".join(left_out))


class Asked(Struct, frozen=True, kw_only=True):
    """Where the reports are to go, and what they draw on."""

    html: Path | None
    pdf: Path | None
    browser: str | None
    json_out: Path | None
    markdown_out: Path | None
    parquet: Path | None
    universe: Path | None
    profile: Path | None
    home: Path | None

    @property
    def has_no_file(self) -> bool:
        return (self.html, self.pdf, self.json_out, self.markdown_out) == (None,) * 4

    @property
    def is_to_the_store_alone(self) -> bool:
        return self.parquet is not None and self.has_no_file

    def tell(self, line: str) -> None:
        """A line on what was done; beside the report, where that is what stdout has."""
        click.echo(line, err=Path("-") in (self.json_out, self.markdown_out))

    @property
    def is_to_the_terminal(self) -> bool:
        return self.parquet is None and self.has_no_file


def _store(paths: Sequence[Path], root: Path, asked: Asked) -> None:
    from router.runtime.analysis.journal_store import store_journal  # noqa: PLC0415 - see TYPE_CHECKING above
    from router.tca.store.writer import StoreError  # noqa: PLC0415 - as above

    for path in paths:
        try:
            name, rows = store_journal(path, root)
        except StoreError as error:
            raise click.ClickException(f"{path}: {error}") from None
        asked.tell(f"{root}: {name}: {', '.join(f'{count:,} {table}' for table, count in rows.items())}")


def _write_files(asked: Asked, sheets: Sequence[Sheet], heading: Heading) -> None:
    from router.runtime.analysis.tca_sheets import write_page, write_pdf  # noqa: PLC0415 - see TYPE_CHECKING above
    from router.tca.report.tca_report import TcaReports  # noqa: PLC0415 - as above
    from router.tca.report.tca_text import markdown  # noqa: PLC0415 - as above

    reports = [sheet.report for sheet in sheets]
    if asked.json_out is not None:
        whole = TcaReports(cut_short=heading.cut_short, reports=tuple(reports))
        body = msgspec.json.format(msgspec.json.encode(whole), indent=2)
        _write(asked.json_out, body.decode() + "\n")
    if asked.markdown_out is not None:
        _write(asked.markdown_out, markdown(reports, heading.cut_short))
    if asked.html is not None:
        write_page(sheets, heading, asked.html)
        asked.tell(f"{asked.html}: {_count(sheets)}")
    if asked.pdf is not None:
        write_pdf(sheets, heading, asked.pdf, asked.browser)
        asked.tell(f"{asked.pdf}: {_count(sheets)}")


def _count(sheets: Sequence[Sheet]) -> str:
    return f"{len(sheets):,} parent order{'' if len(sheets) == 1 else 's'}"


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
    from router.tca.report.tca_text import tables, title  # noqa: PLC0415 - see TYPE_CHECKING above

    show_rule(console, title(report))
    console.print(report.sign, style="italic")
    for table in tables(report):
        if table.rows:
            show_table(console, table)
    for note in report.notes:
        console.print(f"Assumed: {note}", markup=False)
    console.print()
