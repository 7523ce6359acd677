"""`sluice check`: settings and journals, without opening a port or writing a byte."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from router.journal import Heads, JournalBrokenError, verify
from router.runtime.assembly import make_gateway
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.plugins import load_algos, load_venues
from router.runtime.toml_file import SettingsError


@click.command("check", help=__doc__)
@HOME_OPTION
@click.option("--state", type=click.Path(exists=True, path_type=Path),
              help="A state directory, or a journal: verify its hash chains.")  # fmt: skip
def command(home: Path | None, state: Path | None) -> None:
    """Read every setting, load every plug-in; with --state verify a journal and print the heads of its chains."""
    with errors_as_lines():
        _check_settings(home)
        if state is not None:
            _check_journal(state / FILE_NAME if state.is_dir() else state)


def _check_settings(home: Path | None) -> None:
    settings = settings_of(home)
    config = settings.engine_config(f"{datetime.now(UTC):%Y%m%d}")
    make_gateway(settings, config)
    algos, venues = load_algos(), load_venues()
    unknown = [venue for venue in config.venues if venue.plugin not in {*venues, "fix"}]
    if unknown:
        path = settings.config / "venues.toml"
        raise SettingsError(
            f"{path}: {unknown[0].mic}: no plug-in {unknown[0].plugin!r}; there are {', '.join(venues)}"
        )
    enabled = [venue.mic for venue in config.venues if venue.enabled]
    click.echo(f"settings  {settings.home}")
    click.echo(f"clients   {', '.join(client.comp_id for client in config.clients)}")
    click.echo(f"venues    {', '.join(enabled)}")
    click.echo(f"symbols   {', '.join(instrument.symbol for instrument in config.instruments)}")
    click.echo(f"strategies {', '.join(algos)}")


def _check_journal(path: Path) -> None:
    reader = JournalReader(path)
    try:
        heads: Heads = verify(reader.inputs(), reader.outputs())
    except JournalBrokenError as error:
        raise click.ClickException(f"{path}: {error}") from None
    finally:
        reader.close()
    click.echo(f"journal   {path}: both chains hold")
    click.echo(f"inputs    {heads.inputs.hex()}")
    click.echo(f"outputs   {heads.outputs.hex()}")
