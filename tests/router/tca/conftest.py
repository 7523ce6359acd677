"""The hand-made day, read."""

import pytest

from router.tca.analysis import OrderAnalysis, analyse
from router.tca.recorder import Recorder
from support.tca_day import day, lines


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
