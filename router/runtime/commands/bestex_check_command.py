"""`sluice bestex check`: whether an evidence pack is whole, and whether the journal says the same.

Every problem is a line, and the exit status is then 1. Without a journal only the pack's own hashes are looked at.
"""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.analysis.evidence_files import make_pack, read_pack
from router.runtime.analysis.journal_cases import journal_of, opened
from router.runtime.console import errors_as_lines
from router.tca.evidence.check import (
    PackError,
    content_problems,
    differences,
    file_problems,
    journal_problems,
    quoted_lines,
    read_manifest,
)
from router.tca.evidence.evidence import UnknownParentError
from router.tca.evidence.pack import FIX_MESSAGES, Manifest


@click.command("check", help=__doc__)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--journal", type=click.Path(exists=True, path_type=Path),
              help="The journal, or its state directory; it may have grown since.")  # fmt: skip
def command(folder: Path, journal: Path | None) -> None:
    """Check the pack in DIR."""
    with errors_as_lines():
        files = read_pack(folder)
        try:
            manifest = read_manifest(files)
            problems = file_problems(manifest, files)
            if not problems and journal is not None:
                problems = _against(journal_of(journal), manifest, files)
        except PackError as error:
            raise click.ClickException(f"{folder}: {error}") from None
    for problem in problems:
        click.echo(problem)
    if problems:
        raise SystemExit(1)
    click.echo(f"{folder}: {len(manifest.files)} files are as the manifest has them")
    if journal is None:
        click.echo("the journal was not asked: give --journal")
    else:
        click.echo(f"{journal}: chains, quoted lines, children and trades agree; made anew, the pack is the same")


def _against(journal: Path, manifest: Manifest, files: dict[str, bytes]) -> list[str]:
    """What the journal has against the pack; the cheaper questions first, and the first that has an answer ends it."""
    lines = quoted_lines(files)
    stands = manifest.journal.last_input
    with opened(journal, stands) as part:
        if part.last < stands:
            return [f"{journal}: {part.extent}; the pack is of input {stands:,}"]
        problems = journal_problems(manifest, lines, part.inputs(), part.outputs())
    return problems or content_problems(files, lines) or _anew(journal, manifest, files)


def _anew(journal: Path, manifest: Manifest, files: dict[str, bytes]) -> list[str]:
    text = files[FIX_MESSAGES].decode() if FIX_MESSAGES in files else None
    order, until = manifest.order.order_id, manifest.journal.last_input
    try:
        anew = make_pack(journal, order, until=until, fix_text=text)
    except UnknownParentError as error:
        return [str(error)]
    found = differences(files, anew)
    made_by = read_manifest(anew).made_by
    if found and made_by != manifest.made_by:
        found.append(f"the pack was made by version {manifest.made_by}, this is {made_by}: use that one")
    return found
