"""`sluice market`: what the simulated market is made of, looked at without running a router on it."""

from __future__ import annotations

from typing import Final

from router.runtime.commands.lazy_group import LazyGroup

COMMANDS: Final = {
    "facts": "market_facts_command",
    "fit": "market_fit_command",
    "queue": "market_queue_command",
    "verify": "market_verify_command",
    "write": "market_write_command",
}
HELP: Final = "Recorded and synthetic days without a router: verified, written, measured, fitted."

command = LazyGroup(name="market", about=HELP, modules=COMMANDS)
