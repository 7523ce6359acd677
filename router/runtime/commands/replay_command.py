"""`sluice replay`: a journal against the engine, byte for byte; or a client's FIX log against the engine's answers.

A journal must give again what it recorded: the first difference is shown with what came before it, and the exit status
is 1. A FIX log's requests drive the engine on a simulated market; its reports go to --out, or are compared with
--golden.
"""

from __future__ import annotations

from pathlib import Path

import click

from router.journal import JournalBrokenError, replay, verify
from router.runtime.assembly import engine_factory
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.log_replay import ReplayError, first_difference, replay_log
from router.runtime.plugins import load_algos
from router.runtime.scenario_files import SCENARIO_OPTION, read_scenarios

SQLITE_MAGIC = b"SQLite format 3\x00"


@click.command("replay", help=__doc__)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@HOME_OPTION
@click.option("--golden", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="FIX log: compare the reports with this file.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="FIX log: write the reports here.")
@click.option("--seed", type=int, default=1, show_default=True, help="FIX log: the simulated market's seed.")
@click.option("--client", help="FIX log: the CompID whose orders count (default: that of the first order).")
@click.option("--dialect", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="FIX log: the client's dialect file.")  # fmt: skip
@SCENARIO_OPTION
def command(
    *,
    path: Path,
    home: Path | None,
    golden: Path | None,
    out: Path | None,
    seed: int,
    client: str | None,
    dialect: Path | None,
    scenarios: tuple[str, ...],
) -> None:
    """Replay PATH: a state directory, a journal, or a FIX log."""
    with errors_as_lines():
        journal = path / FILE_NAME if path.is_dir() else path
        if path.is_dir() or is_journal(journal):
            _refuse_log_options(golden=golden, out=out, client=client, dialect=dialect, scenario=scenarios or None)
            _replay_journal(journal)
            return
        try:
            settings = settings_of(home)
            chosen = read_scenarios(settings, scenarios)
            replayed = replay_log(path, settings, seed=seed, client=client, dialect=dialect, scenarios=chosen)
        except ReplayError as error:
            raise click.ClickException(str(error)) from None
    for bad in replayed.garbage:
        click.echo(f"{path}:{bad.line}: passed over: {bad.why}", err=True)
    _report_log(replayed.lines, replayed.requests, golden, out)


def _refuse_log_options(**options: object) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise click.UsageError(f"--{given[0]} is for a FIX log; a journal is compared with itself")


def is_journal(path: Path) -> bool:
    """Whether the file is an SQLite database."""
    with path.open("rb") as file:
        return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def _replay_journal(path: Path) -> None:
    reader = JournalReader(path)
    try:
        heads = verify(reader.inputs(), reader.outputs())
        found = replay(reader.inputs(), reader.outputs(), engine_factory(load_algos()))
    except JournalBrokenError as error:
        raise click.ClickException(f"{path}: {error}") from None
    finally:
        reader.close()
    if found is not None:
        click.echo(str(found))
        raise SystemExit(1)
    click.echo(f"{path}: the same, byte for byte; inputs {heads.inputs.hex()[:16]} outputs {heads.outputs.hex()[:16]}")


def _report_log(lines: list[str], requests: int, golden: Path | None, out: Path | None) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    elif golden is None:
        click.echo(text, nl=False)
    click.echo(f"{requests} requests, {len(lines)} reports", err=True)
    if golden is not None:
        difference = first_difference(lines, golden.read_text(encoding="utf-8").splitlines())
        if difference is not None:
            click.echo(difference)
            raise SystemExit(1)
