"""`sluice bestex 605`: execution statistics of child orders in the form of SEC Rule 605(a), files by venue and month.

Orders received up to July 2026 are written in the form of 2001, later ones in that of 2024: a detailed report
(605(a)(1)) and, with --sp500, the summary report (605(a)(2)). Each venue is taken as if it were the market centre, on
our orders alone: for a review of our routing, not for filing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import click

from router.runtime.analysis.journal_cases import read_cases
from router.tca.regulatory.rule605 import Report605, file_name, file_text
from router.tca.regulatory.rule605_2024_files import detailed_text, file_stem, has_summary, summary_text
from router.tca.regulatory.rule605_2024_lines import Report2024
from router.tca.regulatory.rule605_months import Reports605, reports605


@click.command("605", help=__doc__)
@click.argument("paths", metavar="JOURNAL...", nargs=-1, required=True,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the files.")
@click.option("--participant", default="T", show_default=True, metavar="LETTER",
              help="The plan participant whose letter begins each line (and the name of a file of 2001).")  # fmt: skip
@click.option("--sp500", "members_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Symbols of the S&P 500 on the first day of the month, one a line; an empty file says that none is. "
                   "The summary report needs it.")  # fmt: skip
def command(paths: tuple[Path, ...], out: Path, participant: str, members_file: Path | None) -> None:
    """Read JOURNALs, state directories or the files in them, and write the files; a journal may be in use."""
    if len(participant) != 1 or not participant.isalpha():
        raise click.BadParameter(f"a participant's code is one letter, not {participant!r}")
    members = None if members_file is None else _symbols(members_file)
    found = reports605(read_cases(paths))
    _check_one_month(found.amended, members)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (*_old_files(found.old, participant), *_amended_files(found.amended, participant, members)):
        (out / name).write_text(text, encoding="utf-8", newline="")
        click.echo(out / name)
    _tell(found, members)


def _symbols(path: Path) -> frozenset[str]:
    """One symbol a line; empty lines and what follows a # are skipped."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path}: not a text of UTF-8: {error}") from None
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = frozenset(line for line in lines if line)
    bad = sorted(symbol for symbol in found if len(symbol.split()) > 1 or "," in symbol)
    if bad:
        raise click.ClickException(f"{path}: one symbol a line, not {bad[0]!r}")
    return found


def _check_one_month(report: Report2024, members: frozenset[str] | None) -> None:
    months = sorted({month for _, month in report.files})
    if members is not None and len(months) > 1:
        raise click.ClickException(
            f"--sp500 is the index on the first day of one month, and there are orders of {', '.join(months)}: "
            f"give journals of one month"
        )


def _old_files(report: Report605, participant: str) -> Iterator[tuple[str, str]]:
    for venue, month in report.files:
        yield file_name(participant, venue, month), file_text(report, participant, venue, month)


def _amended_files(report: Report2024, participant: str, members: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    for venue, month in report.files:
        yield f"{file_stem(venue, month)}.txt", detailed_text(report, participant, venue, month)
        if members is not None:
            yield f"{file_stem(venue, month)}.csv", summary_text(report, participant, venue, month, members)


def _tell(found: Reports605, members: frozenset[str] | None) -> None:
    for report in (found.old, found.amended):
        if report.counted:
            orders = sum(line.orders for line in report.lines.values())
            click.echo(f"{orders} covered orders in {len(report.lines)} lines, form {report.form.name}")
            _tell_excluded(report.excluded.items())
    if found.amended.lines and members is None:
        click.echo("no summary report: it is divided by membership of the S&P 500, see --sp500")
    if found.amended.lines and members is not None and not has_summary(found.amended):
        click.echo("the summary reports have no record: no market order, and no marketable limit order but "
                   "immediate-or-cancel ones, which they leave out")  # fmt: skip
    if any(month < found.amended.form.best_displayed_from for _, month in found.amended.files):
        click.echo(f"columns relative to the best available displayed price are empty: they are asked for from "
                   f"{found.amended.form.best_displayed_from} on")  # fmt: skip
    if not (found.old.counted or found.amended.counted or found.neither):
        click.echo("no order was received by a venue")
    for month, orders in sorted(found.neither.items()):
        click.echo(f"warning: {orders} orders of {month} are in no file: the rule's first month is "
                   f"{found.old.form.from_month}", err=True)  # fmt: skip


def _tell_excluded(excluded: Iterable[tuple[StrEnum, int]]) -> None:
    for why, count in excluded:
        if count:
            click.echo(f"{count} not covered: {why}")
