"""One assessment for those who only look at it."""

import pytest

from router.runtime.plugins import load_algos
from router.tca.pretrade.assess import Assessment
from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.fill import fill
from router.tca.pretrade.rules import PretradeRules
from support.pretrade import assessment, impact_file


@pytest.fixture(scope="session")
def rules() -> PretradeRules:
    return impact_file().pretrade


@pytest.fixture(scope="session")
def assessed() -> Assessment:
    return assessment()


@pytest.fixture(scope="session")
def document(assessed: Assessment) -> PreTrade:
    return fill(assessed, load_algos()[assessed.choice.evaluation.candidate.strategy])
