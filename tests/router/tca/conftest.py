"""The hand-made day, read."""

from pathlib import Path

import pytest

from router.tca.cost.analysis import OrderAnalysis, analyse
from router.tca.facts.recorder import Recorder
from support.journals import floor_journal
from support.tca_day import day, lines
from support.tracing import untraced


@pytest.fixture
def recorder() -> Recorder:
    """Everything of `support.tca_day`, by way of journal lines."""
    recorder = Recorder()
    recorder.follow(*lines(day()))
    return recorder


@pytest.fixture
def analyses(recorder: Recorder) -> dict[str, OrderAnalysis]:
    """The analyses by ClOrdID(11)."""
    return {each.record.cl_ord_id: each for each in analyse(recorder)}


@pytest.fixture(scope="session")
def floor_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of seven minutes of the floor's engine and market, seed 1."""
    with untraced():
        return floor_journal(tmp_path_factory.mktemp("floor"), seed=1)


@pytest.fixture(scope="session", params=[3, 5], ids="seed {}".format)
def other_floor_day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `floor_day`, of other seeds."""
    with untraced():
        return floor_journal(tmp_path_factory.mktemp("floor"), seed=request.param)
