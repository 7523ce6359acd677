"""`sluice bestex 606`: how one client's not-held orders were handled, venue by venue, as SEC Rule 606(b)(3) asks.

Writes XML in the elements of the Commission's schema, and the same columns as CSV.
"""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.analysis.journal_cases import read_cases
from router.tca.facts.case import Case
from router.tca.regulatory.rule606 import report606
from router.tca.regulatory.rule606_files import csv_text, xml_text


@click.command("606", help=__doc__)
@click.argument("paths", metavar="JOURNAL...", nargs=-1, required=True,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--client", required=True, help="CompID of the client whose orders are meant.")
@click.option("--broker", default="Sluice", show_default=True, help="The reporting broker-dealer's name.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the files.")
def command(paths: tuple[Path, ...], client: str, broker: str, out: Path) -> None:
    """Read JOURNALs, state directories or the files in them, and write two files; a journal may be in use."""
    cases = read_cases(paths)
    clients = sorted({case.record.client for case in cases})
    if client not in clients:
        raise click.ClickException(f"no order of client {client!r} in there; there are {', '.join(clients) or 'none'}")
    report = report606(cases, client)
    start, end = _days(cases)
    out.mkdir(parents=True, exist_ok=True)
    stem = f"606b3-{safe_name(client)}-{start}-{end}"
    (out / f"{stem}.xml").write_text(xml_text(report, broker=broker, start=start, end=end), encoding="utf-8")
    (out / f"{stem}.csv").write_text(csv_text(report), encoding="utf-8")
    click.echo(f"{out / stem}.xml")
    click.echo(f"{out / stem}.csv")
    handled = sum(month.orders for month in report.months)
    click.echo(
        f"{handled} not-held orders of {client}; not in the report: {report.held} held, {report.refused} refused"
    )


def safe_name(text: str) -> str:
    """A client's text as part of a file name: what is not a letter, digit, dot, dash or underscore becomes a dash."""
    return "".join(each if each.isalnum() or each in "._-" else "-" for each in text).lstrip(".") or "client"


def _days(cases: list[Case]) -> tuple[str, str]:
    days = sorted({day for case in cases for _, day in case.days})
    if not days:
        raise click.ClickException("no trading date in these journals")
    return days[0], days[-1]
