"""`sluice bestex pack`: all that a journal holds of one parent order, in one folder that can be checked.

Instruction, the market at each decision, venues weighed and why each was not taken, limits, child orders, trades, cost,
hashes, and the command that makes it again. The same journal gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.analysis.evidence_files import make_pack, write_pack
from router.runtime.analysis.journal_cases import journal_of
from router.runtime.console import errors_as_lines
from router.tca.evidence.evidence import UnknownParentError


@click.command("pack", help=__doc__)
@click.argument("path", metavar="JOURNAL", type=click.Path(exists=True, path_type=Path))
@click.option("--parent", required=True, metavar="ID", help="OrderID(37) of the order, or a ClOrdID(11) of it.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Folder for the pack, new or empty.")  # fmt: skip
@click.option("--until", type=click.IntRange(min=1), metavar="INPUT",
              help="Read the journal up to this input only (default: all that is answered).")  # fmt: skip
@click.option("--fix-log", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The client's FIX log: its messages of this order are put in.")  # fmt: skip
def command(*, path: Path, parent: str, out: Path, until: int | None, fix_log: Path | None) -> None:
    """Read JOURNAL, a state directory or the file in it, and write the pack; the journal may be in use."""
    with errors_as_lines():
        try:
            files = make_pack(journal_of(path), parent, until=until, fix_log=fix_log)
        except UnknownParentError as error:
            raise click.ClickException(f"{path}: {error}") from None
        write_pack(out, files)
    click.echo(f"{out / 'index.html'}: {len(files)} files, {sum(map(len, files.values())):,} bytes")
