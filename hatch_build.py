"""Puts the settings a user starts from (`config/`, the session files) into the wheel, under `router/runtime/shipped/`.

An editable install reads them where they stand, so that an edit counts at once. It must not know what they say.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("config", "sessions.cfg", "venue-sessions.cfg")


class ShippedSettings(BuildHookInterface[Any]):
    """Hatchling's custom build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for name in SHIPPED:
            path = Path(self.root, name)
            if path.exists():
                build_data["force_include"][str(path)] = f"router/runtime/shipped/{name}"
