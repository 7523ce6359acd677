"""The examples' scripts, which are in no package, as modules that a test can call."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def loaded(path: Path, name: str = "") -> ModuleType:
    """The script at `path`, run once under `name` (its own where left out)."""
    spec = importlib.util.spec_from_file_location(name or path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A struct resolves its annotations by its module's name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
