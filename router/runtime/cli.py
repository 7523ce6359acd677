"""`sluice`: the command line. One file per command; each is imported when it is used, so that `--help` is quick."""

from __future__ import annotations

from typing import Final

import click

from router.runtime.build import how_it_runs
from router.runtime.commands.lazy_group import LazyGroup

COMMANDS: Final = {
    "bestex": "bestex_command",
    "check": "check_command",
    "compare": "compare_command",
    "curves": "curves_command",
    "demo": "demo_command",
    "desk": "desk_command",
    "fit": "fit_command",
    "init": "init_command",
    "market": "market_command",
    "pretrade": "pretrade_command",
    "profile": "profile_command",
    "replay": "replay_command",
    "run": "run_command",
    "send": "send_command",
    "study": "study_command",
    "tca": "tca_command",
    "venues": "venues_command",
    "verify-costs": "verify_costs_command",
}
HELP: Final = "An open FIX smart order router and algo engine, with a venue simulator in the box."

main = click.version_option(package_name="sluice", message=f"%(prog)s, version %(version)s ({how_it_runs()})")(
    LazyGroup(name="sluice", about=HELP, modules=COMMANDS)
)
