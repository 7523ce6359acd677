"""`sluice market`: what the simulated market is made of, looked at without running a router on it."""

from __future__ import annotations

from typing import Final

from router.runtime.lazy_group import LazyGroup

COMMANDS: Final = {
    "verify": "market_verify_command",
    "write": "market_write_command",
}
HELP: Final = "Recorded and synthetic days: hold one against its own file, write one as a file."

command = LazyGroup(name="market", about=HELP, modules=COMMANDS)
