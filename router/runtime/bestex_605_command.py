"""`sluice bestex 605`: execution statistics of child orders in the form of SEC Rule 605(a), a file a venue and month.

Each venue is taken as if it were the market centre, on our orders alone: for a review of our routing, not for filing.
"""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.journal_cases import read_cases
from router.tca.rule605 import Report605, file_name, file_text, report605


@click.command("605", help=__doc__)
@click.argument("paths", metavar="JOURNAL...", nargs=-1, required=True,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the files.")
@click.option("--participant", default="T", show_default=True, metavar="LETTER",
              help="The plan participant whose letter begins each line and file name.")  # fmt: skip
def command(paths: tuple[Path, ...], out: Path, participant: str) -> None:
    """Read JOURNALs, state directories or the files in them, and write the files; a journal may be in use."""
    if len(participant) != 1 or not participant.isalpha():
        raise click.BadParameter(f"a participant's code is one letter, not {participant!r}")
    report = report605(read_cases(paths))
    out.mkdir(parents=True, exist_ok=True)
    for venue, month in report.files:
        path = out / file_name(participant, venue, month)
        path.write_text(file_text(report, participant, venue, month), encoding="utf-8")
        click.echo(path)
    _tell(report)


def _tell(report: Report605) -> None:
    orders = sum(line.orders for line in report.lines.values())
    click.echo(f"{orders} covered orders in {len(report.lines)} lines, form {report.form.name}")
    for why, count in report.excluded.items():
        if count:
            click.echo(f"{count} not covered: {why}")
    for month in sorted({key.month for key in report.lines}):
        if not report.form.in_force(month):
            click.echo(f"warning: {month} is not of the form {report.form.name} ({report.form.until_month} is its "
                       f"last month): Rule 605 as amended asks for other columns", err=True)  # fmt: skip
