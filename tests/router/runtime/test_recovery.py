"""What a journal comes to after a stop, wherever the stop fell."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from router.core.events import (
    ChildAccepted,
    ChildFilled,
    ChildReplaced,
    DayStart,
    Event,
    Genesis,
    NewOrder,
    Recovered,
    VenueUp,
)
from router.core.outputs import ExecReport, Output, SendChild
from router.core.types import ExecType, LastLiquidityInd, Ns, OrdType, Side
from router.journal import JournalBrokenError, replay, verify
from router.runtime.journal_file import JournalError, JournalFile
from router.runtime.pipeline import Pipeline
from router.runtime.recovery import recover
from support.tiny_engine import WAKE, TinyEngine

GENESIS = Genesis(instance="J1", config_json="{}")
SECOND = 1_000_000_000


def order(cl_ord_id: str, symbol: str = "ABC") -> NewOrder:
    return NewOrder(
        client="EMS44", cl_ord_id=cl_ord_id, symbol=symbol, side=Side.BUY, qty=100, ord_type=OrdType.LIMIT, px=100_000
    )


FILL = ChildFilled(venue="XFIX", child_id="J1-C1", exec_id="V1", qty=100, px=100_000, liquidity=LastLiquidityInd.ADDED)
LIFE: Sequence[Event] = (
    GENESIS,
    DayStart("20120621"),
    VenueUp("XFIX"),
    order("one"),
    ChildAccepted("XFIX", "J1-C1", "V-1"),
    ChildReplaced("XFIX", "J1-C1", "R1", 100, 100_000),
    order("later", WAKE),
    FILL,
)


def fresh(_genesis: Genesis) -> TinyEngine:
    return TinyEngine()


def live(state: Path, *, handed: tuple[int, int] | None = None, written: int | None = None) -> JournalFile:
    """A journal of LIFE; outputs of the first `written` inputs only are in it."""
    journal = JournalFile(state)
    engine = TinyEngine()
    for at, event in enumerate(LIFE, 1):
        line = journal.append(at, event)
        outputs = engine.handle(at, event)
        if written is None or line.seq <= written:
            journal.write_outputs(line, outputs)
    if handed:
        journal.mark_handed("EMS44", *handed)
    journal.commit()
    return journal


def test_an_empty_journal_has_nothing_to_recover(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path)

    assert recover(journal, fresh) is None

    journal.close()


def test_the_engine_goes_on_with_the_same_ids_and_the_same_state(tmp_path: Path) -> None:
    journal = live(tmp_path)
    recovered = recover(journal, fresh)
    assert recovered is not None

    said = recovered.engine.handle(20, order("two"))

    report = said[0]
    assert isinstance(report, ExecReport)
    # The first life gave E1 (one), E2 (its fill).
    assert (report.order_id, report.exec_id, report.exec_type) == ("J1-O2", "J1-E3", ExecType.NEW)
    journal.close()


def test_time_timers_days_and_the_venue_s_words_come_back(tmp_path: Path) -> None:
    journal = live(tmp_path)
    recovered = recover(journal, fresh)
    assert recovered is not None

    assert (recovered.genesis, recovered.at, recovered.days) == (GENESIS, 8, ["20120621"])
    assert recovered.timers == [(7 + SECOND, 7)]
    assert [type(word) for word in recovered.venue_words] == [SendChild, ChildReplaced]
    journal.close()


def test_a_timer_that_has_fired_does_not_fire_again(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path)
    pipeline = Pipeline(TinyEngine(), lambda _: None, journal=journal)
    pipeline.submit(1, [GENESIS, order("later", WAKE)])
    pipeline.run_until(10 * SECOND)
    pipeline.flush()

    recovered = recover(journal, fresh)

    assert recovered is not None
    assert recovered.timers == []
    journal.close()


@pytest.mark.parametrize(
    ("handed", "unsent"),
    [(None, [(4, 0, "J1-E1"), (8, 0, "J1-E2")]), ((4, 0), [(8, 0, "J1-E2")]), ((8, 0), [])],
)
def test_reports_not_surely_handed_over_are_to_be_sent_again(
    tmp_path: Path, handed: tuple[int, int] | None, unsent: list[tuple[int, int, str]]
) -> None:
    journal = live(tmp_path, handed=handed)
    recovered = recover(journal, fresh)
    assert recovered is not None

    found = [(lost.seq, lost.n, getattr(lost.output, "exec_id", "")) for lost in recovered.unsent]

    assert found == unsent
    journal.close()


@pytest.mark.parametrize("written", range(len(LIFE) + 1))
def test_outputs_that_the_stop_kept_from_being_written_are_written_now(tmp_path: Path, written: int) -> None:
    whole = live(tmp_path / "whole")
    cut = live(tmp_path / "cut", written=written)

    recovered = recover(cut, fresh)

    assert recovered is not None
    assert cut.heads == whole.heads
    reader = cut.reader()
    assert verify(reader.inputs(), reader.outputs()) == whole.heads
    assert replay(reader.inputs(), reader.outputs(), fresh) is None
    reader.close()
    whole.close()
    cut.close()


def test_a_journal_that_this_version_would_answer_otherwise_is_not_continued(tmp_path: Path) -> None:
    class Other(TinyEngine):
        def handle(self, at: Ns, event: Event) -> list[Output]:
            return [] if event == FILL else super().handle(at, event)

    journal = live(tmp_path)

    with pytest.raises(JournalError, match="cannot be continued: this version answers differently") as caught:
        recover(journal, lambda _: Other())

    assert "input 8 at 8, output 0" in str(caught.value)
    journal.close()


def test_a_tampered_journal_is_not_continued(tmp_path: Path) -> None:
    journal = live(tmp_path)
    journal._db.execute("UPDATE inputs SET at = at + 1 WHERE seq = 5")

    with pytest.raises(JournalBrokenError, match="inputs 5: its hash does not cover it"):
        recover(journal, fresh)

    journal.close()


def test_lives_are_counted_by_the_recoveries_in_the_journal(tmp_path: Path) -> None:
    journal = live(tmp_path)
    first = recover(journal, fresh)
    journal.append(9, Recovered(8))
    journal.commit()
    second = recover(journal, fresh)

    assert first is not None
    assert second is not None
    assert (first.life, second.life) == (1, 2)
    journal.close()
