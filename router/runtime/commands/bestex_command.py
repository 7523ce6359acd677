"""`sluice bestex`: what shows how well orders were executed, and by what rule it is counted."""

from __future__ import annotations

from typing import Final

from router.runtime.commands.lazy_group import LazyGroup

COMMANDS: Final = {
    "605": "bestex_605_command",
    "606": "bestex_606_command",
    "check": "bestex_check_command",
    "pack": "bestex_pack_command",
}
HELP: Final = "Best execution: SEC Rule 605 and 606(b)(3) style files, and evidence packs of single orders."

command = LazyGroup(name="bestex", about=HELP, modules=COMMANDS)
