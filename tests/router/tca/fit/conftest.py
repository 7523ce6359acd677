"""The impact models with their shipped numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.runtime.analysis.analysis_files import read_impact
from router.tca.impact.parameters import Models


@pytest.fixture(scope="session")
def models(repo: Path) -> Models:
    return read_impact(repo / "config").on("20260316")
