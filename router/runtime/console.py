"""What the commands share at the terminal: logging, errors as one line, the settings option. Decides nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import structlog
from structlog.typing import FilteringBoundLogger

from router.journal import JournalBrokenError
from router.runtime.analysis.browser import BrowserError
from router.runtime.fix.fix_messages import PortError
from router.runtime.journal_file import JournalError
from router.runtime.plugins import PluginError
from router.runtime.settings import Settings, default_home, read_settings
from router.runtime.toml_file import SettingsError
from router.tca.errors import UntiedError

HOME_OPTION = click.option(
    "--config",
    "home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory that holds sessions.cfg and config/ (default: the shipped settings).",
)
EXTRAS = {
    "clarabel": "analysis",
    "duckdb": "analysis",
    "pyarrow": "analysis",
    "scipy": "analysis",
    "dask": "dask",
    "distributed": "dask",
}
"""What brings a package that the analyst's commands import when they need it."""
NO_QUICKFIX = "FIX sessions need QuickFIX: pip install 'sluice[quickfix-tls]' (prebuilt) or 'sluice[quickfix]' (source)"


def make_log() -> FilteringBoundLogger:
    """The log, on standard error: words and colour for a terminal, JSON for anything else."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def settings_of(home: Path | None) -> Settings:
    """The settings of `home`, or the shipped ones."""
    return read_settings(home or default_home())


@contextmanager
def errors_as_lines() -> Iterator[None]:
    """An expected error ends the command with its one line and status 1, without a traceback."""
    try:
        yield
    except (
        SettingsError,
        JournalError,
        JournalBrokenError,
        PluginError,
        PortError,
        UntiedError,
        BrowserError,
    ) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        # Of a file, the operating system has said all there is to say; anything else is a fault of ours, shown whole.
        if error.filename is None:
            raise
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package == "quickfix":
            raise click.ClickException(NO_QUICKFIX) from None
        if package in EXTRAS:
            raise click.ClickException(f"this needs {package}: pip install 'sluice[{EXTRAS[package]}]'") from None
        raise
