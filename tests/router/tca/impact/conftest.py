"""The shipped numbers, on a day when all are in force."""

import pytest

from router.runtime.analysis.analysis_files import read_impact
from router.runtime.settings import config_folder, default_home
from router.tca.impact.parameters import Models, ModelTables


@pytest.fixture(scope="session")
def tables() -> ModelTables:
    return read_impact(config_folder(default_home()))


@pytest.fixture(scope="session")
def models(tables: ModelTables) -> Models:
    return tables.on("20261127")
