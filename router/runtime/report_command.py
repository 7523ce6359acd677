"""`sluice report`: what the orders of a journal cost, as one HTML page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from router.journal import JournalBrokenError
from router.runtime.console import errors_as_lines
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.tca.case import Case, cases
from router.tca.recorder import Recorder


@click.command("report", help=__doc__)
@click.argument("path", metavar="JOURNAL", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("report.html"), show_default=True,
              help="Where to write the page.")  # fmt: skip
def command(path: Path, out: Path) -> None:
    """Read JOURNAL, a state directory or the file in it, and write the page; the journal may be in use."""
    with errors_as_lines():
        recorder = read_recorder(journal_of(path))
        if not recorder.orders:
            raise click.ClickException(f"{path}: no order in it")
        write_report(recorder, out)
    click.echo(f"{out}: {len(recorder.orders)} parent orders")


def journal_of(path: Path) -> Path:
    """The journal that a reader means who names a state directory, or the file in it."""
    return path / FILE_NAME if path.is_dir() else path


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """Every parent of every journal, in the order of the names; each is a state directory, or the file in one."""
    with errors_as_lines():
        return [case for path in paths for case in cases(read_recorder(journal_of(path)))]


def read_recorder(path: Path) -> Recorder:
    """Everything a journal says of orders and trades."""
    recorder, reader = Recorder(), JournalReader(path)
    try:
        recorder.follow(reader.inputs(), reader.outputs())
    except JournalBrokenError as error:
        raise click.ClickException(f"{path}: {error}") from None
    finally:
        reader.close()
    return recorder


def write_report(recorder: Recorder, out: Path) -> None:
    """The page for `recorder`, in a file of its own."""
    from router.tca.page import render  # noqa: PLC0415 - matplotlib takes a second to import, and only this needs it

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(render(recorder), encoding="utf-8")
