"""What a journal holds of one parent, gathered: lines, decisions with the market, the last gate worked out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from router.core.events import CancelRequest
from router.core.types import SECOND, Phase, Reason, Side
from router.journal import Broken, JournalBrokenError
from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.journal_file import JournalReader
from router.tca.evidence.evidence import Evidence, UnknownParentError, VenueQuote, find_parent, gather
from router.tca.facts.recorder import Recorder
from support.sec_day import T0, sec_day
from support.tca_day import lines


@pytest.fixture(name="sec")
def recorded() -> Recorder:
    recorder = Recorder()
    recorder.follow(*lines(sec_day()))
    return recorder


def gathered(recorder: Recorder, order_id: str) -> Evidence:
    return gather(recorder, recorder.orders[order_id], *lines(sec_day()))


@contextmanager
def reading(journal: Path) -> Iterator[JournalReader]:
    reader = JournalReader(journal)
    yield reader
    reader.close()


def test_a_parent_is_found_by_its_order_id_and_by_every_cl_ord_id_of_its_chain(sec: Recorder) -> None:
    cancel = CancelRequest(client="EMS44", cl_ord_id="A2B", orig_cl_ord_id="A2", symbol="ACME", side=Side.SELL)
    sec.orders["O2"].amendments.append((T0, cancel))

    found = [find_parent(sec, name).order_id for name in ("O2", "A2", "A2B")]

    assert found == ["O2", "O2", "O2"]


def test_an_unknown_parent_is_an_error_that_names_near_ids(sec: Recorder) -> None:
    with pytest.raises(UnknownParentError, match=r"no parent order 'A22'; near it: A2"):
        find_parent(sec, "A22")
    with pytest.raises(UnknownParentError, match=r"near it: none, the journal has no order"):
        find_parent(Recorder(), "A1")


def test_a_cl_ord_id_of_two_clients_asks_for_the_order_id(sec: Recorder) -> None:
    sec.orders["O4"].client, sec.orders["O4"].request = "EMS45", sec.orders["O3"].request

    with pytest.raises(UnknownParentError, match=r"is of 2 orders, give the OrderID\(37\): O3 of EMS44, O4 of EMS45"):
        find_parent(sec, "A3")


def test_every_line_of_the_parent_is_kept_and_none_of_another(sec: Recorder) -> None:
    evidence = gathered(sec, "O4")

    assert [(line.table, line.kind) for line in evidence.lines] == [
        ("inputs", "NewOrder"),
        ("outputs", "Note"),
        ("outputs", "SendChild"),
        ("inputs", "ChildAccepted"),
        ("outputs", "ExecReport"),
    ]
    assert evidence.last_seq == len(sec_day())


def test_a_decision_stands_with_the_national_best_and_each_venues_quote(sec: Recorder) -> None:
    decided = gathered(sec, "O1").decisions[0]

    assert (decided.at, decided.decision.reason) == (T0 + SECOND, Reason.SCHEDULE)
    assert decided.market is not None
    assert (decided.market.bid, decided.market.bid_qty, decided.market.ask) == (400_000, 800, 400_200)
    quotes = {quote.venue: quote for quote in decided.market.quotes}
    assert quotes["XLIT"] == VenueQuote("XLIT", True, Phase.CONTINUOUS, 400_000, 800, 400_200, 900)
    assert quotes["XALT"] == VenueQuote("XALT", True, Phase.CONTINUOUS, 300_000, 100, None, 0)
    assert [each.lost_by for each in decided.decision.candidates] == ["", "dearer by 0.0003 <after fees>"]


def test_the_last_gate_counts_what_is_filled_open_and_new(sec: Recorder) -> None:
    sent = gathered(sec, "O1").sent

    values = [check.value for each in sent for check in each.checks if check.rule == "parent quantity"]

    assert values == [
        "filled 0 + open 0 + this 500 = 500",
        "filled 500 + open 0 + this 400 = 900",
        "filled 600 + open 300 + this 500 = 1,400",
        "filled 600 + open 800 + this 200 = 1,600",
        "filled 600 + open 1,000 + this 300 = 1,900",
        "filled 600 + open 1,300 + this 0 = 1,900",
        "filled 600 + open 1,300 + this 50 = 1,950",
    ]


def test_a_refused_order_has_the_limit_that_it_broke_and_no_child(sec: Recorder) -> None:
    evidence = gathered(sec, "O5")

    broken = [(check.limit, check.value) for check in evidence.arrival_checks if check.rule == "maximum quantity"]
    assert broken == [("1,000,000", "2,000,000")]
    assert (evidence.decisions, evidence.sent) == ((), ())


def test_direct_market_access_has_its_child_and_no_decision(sec: Recorder) -> None:
    evidence = gathered(sec, "O3")

    assert evidence.decisions == ()
    assert [each.command.child_id for each in evidence.sent] == ["C9"]


def test_without_a_configuration_quotes_and_limits_are_missing_not_guessed() -> None:
    recorder = Recorder()
    said = [(at, event, outs) for at, event, outs in sec_day() if type(event).__name__ != "Genesis"]
    recorder.follow(*lines(said))

    evidence = gather(recorder, recorder.orders["O1"], *lines(said))

    assert (evidence.client, evidence.arrival, evidence.arrival_checks) == (None, None, ())
    assert {each.market for each in evidence.decisions} == {None}


@pytest.mark.slow
@pytest.mark.untraced
def test_no_limit_is_broken_as_worked_out_again_on_a_simulated_day(floor_day: Path) -> None:
    recorder = read_recorder(floor_day)

    for record in recorder.orders.values():
        with reading(floor_day) as reader:
            evidence = gather(recorder, record, reader.inputs(), reader.outputs())
        broken = [check for each in evidence.sent for check in each.checks if check.held is False]
        assert broken == [], record.order_id
        assert len(evidence.sent) >= len(record.children)


def test_a_journal_that_was_changed_is_refused(sec: Recorder) -> None:
    inputs, outputs = lines(sec_day())

    with pytest.raises(JournalBrokenError) as error:
        gather(sec, sec.orders["O1"], [*inputs[:3], *inputs[4:]], outputs)

    assert error.value.broken == Broken("inputs", 5, None, "number 4 expected")
