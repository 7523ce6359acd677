"""`sluice init`: a copy of the shipped settings, to make one's own."""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.console import errors_as_lines
from router.runtime.settings import write_home


@click.command("init", help=__doc__)
@click.argument("directory", type=click.Path(path_type=Path))
def command(directory: Path) -> None:
    """Write sessions.cfg and config/ into DIRECTORY; nothing there is overwritten."""
    with errors_as_lines():
        for path in write_home(directory):
            click.echo(path)
