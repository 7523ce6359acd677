"""The record format: what a line covers, what breaks a chain, what a replay compares."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.events import ChildAccepted, ChildFilled, Event, Genesis, NewOrder, VenueUp
from router.core.outputs import Alarm, BusinessReject, Output
from router.core.types import BusinessRejectReason, LastLiquidityInd, Ns, OrdType, Side
from router.journal import (
    Broken,
    Difference,
    Heads,
    InputLine,
    JournalBrokenError,
    OutputLine,
    apply,
    decode_event,
    decode_output,
    encode,
    input_line,
    output_line,
    replay,
    verify,
)
from support.tiny_engine import POISON, TinyEngine

GENESIS = Genesis(instance="J1", config_json="{}")


def order(cl_ord_id: str, symbol: str = "ABC") -> NewOrder:
    return NewOrder(
        client="EMS44", cl_ord_id=cl_ord_id, symbol=symbol, side=Side.BUY, qty=100, ord_type=OrdType.LIMIT, px=100_000
    )


def fill(child_id: str) -> ChildFilled:
    return ChildFilled(
        venue="XFIX", child_id=child_id, exec_id="V1", qty=40, px=99_900, liquidity=LastLiquidityInd.REMOVED
    )


DAY: Sequence[Event] = (
    GENESIS,
    VenueUp("XFIX"),
    order("one"),
    ChildAccepted("XFIX", "J1-C1", "V-1"),
    fill("J1-C1"),
    order("bad", POISON),
    order("two"),
)


def recorded(events: Sequence[Event]) -> tuple[list[InputLine], list[OutputLine]]:
    engine, inputs, outputs = TinyEngine(), [], []
    heads = Heads()
    for seq, event in enumerate(events, 1):
        line = input_line(heads.inputs, seq, 1_000 * seq, event)
        inputs.append(line)
        head = heads.outputs
        for n, output in enumerate(apply(engine, seq, 1_000 * seq, event)):
            outputs.append(output_line(head, line, n, output))
            head = outputs[-1].hash
        heads = Heads(line.hash, head)
    return inputs, outputs


def fresh(_genesis: Genesis) -> TinyEngine:
    return TinyEngine()


def test_a_line_gives_back_the_struct_it_was_made_of() -> None:
    inputs, outputs = recorded(DAY)

    assert [decode_event(line.body) for line in inputs] == list(DAY)
    engine = TinyEngine()
    said = [output for seq, event in enumerate(DAY, 1) for output in apply(engine, seq, 1_000 * seq, event)]
    assert [decode_output(line.body) for line in outputs] == said


def test_whole_chains_give_their_heads() -> None:
    inputs, outputs = recorded(DAY)

    assert verify(inputs, outputs) == Heads(inputs[-1].hash, outputs[-1].hash)


def test_an_empty_journal_has_the_first_heads() -> None:
    assert verify([], []) == Heads()


def test_an_edited_input_breaks_its_own_line() -> None:
    inputs, outputs = recorded(DAY)
    inputs[2] = msgspec.structs.replace(inputs[2], body=inputs[2].body.replace(b'"qty":100', b'"qty":900'))

    with pytest.raises(JournalBrokenError) as caught:
        verify(inputs, outputs)

    assert caught.value.broken == Broken("inputs", 3, None, "its hash does not cover it")


def test_an_input_rehashed_after_an_edit_breaks_the_outputs_that_it_caused() -> None:
    inputs, outputs = recorded(DAY)
    inputs[2] = input_line(inputs[1].hash, 3, inputs[2].at, order("forged"))

    with pytest.raises(JournalBrokenError) as caught:
        verify(inputs, outputs)

    assert caught.value.broken == Broken(
        "outputs", 3, 0, "its hash does not cover it: changed, or outputs before it are gone"
    )


@given(st.integers(0, len(DAY) - 2))
def test_a_dropped_input_is_missed(gone: int) -> None:
    inputs, outputs = recorded(DAY)
    number = inputs[gone].seq
    del inputs[gone]

    with pytest.raises(JournalBrokenError) as caught:
        verify(inputs, outputs)

    # Its outputs are met first where it had any: they belong to no input then.
    orphan = Broken("outputs", number, 0, "no such input")
    gap = Broken("inputs", number + 1, None, f"number {number} expected")
    assert caught.value.broken == (orphan if any(line.seq == number for line in outputs) else gap)


def test_a_dropped_output_is_missed() -> None:
    inputs, outputs = recorded(DAY)
    del outputs[0]

    with pytest.raises(JournalBrokenError) as caught:
        verify(inputs, outputs)

    assert caught.value.broken == Broken("outputs", 3, 1, "place 0 expected")


def test_an_output_of_no_input_is_named() -> None:
    inputs, outputs = recorded(DAY)

    with pytest.raises(JournalBrokenError, match=r"journal broken at outputs 7/0: no such input"):
        verify(inputs[:6], outputs)


def test_a_replay_says_the_same_byte_for_byte() -> None:
    assert replay(*recorded(DAY), fresh) is None


def test_outputs_not_yet_written_at_the_end_are_implied() -> None:
    inputs, outputs = recorded(DAY)

    assert replay(inputs, [line for line in outputs if line.seq < 7], fresh) is None
    assert replay(inputs, [line for line in outputs if line.seq < 6], fresh) is None


def test_a_replay_names_the_first_difference_and_what_came_before() -> None:
    class Cheaper(TinyEngine):
        def handle(self, at: Ns, event: Event) -> list[Output]:
            return super().handle(at, msgspec.structs.replace(event, px=99_800) if event == fill("J1-C1") else event)

    inputs, outputs = recorded(DAY)

    found = replay(inputs, outputs, lambda _: Cheaper(), context=1)

    was = outputs[2].body.decode()
    assert found == Difference(
        seq=5,
        at=5_000,
        event=inputs[4].body.decode(),
        n=0,
        recorded=was,
        replayed=was.replace("99900", "99800").replace("3996000", "3992000"),
        before=(f"4 {inputs[3].body.decode()}",),
    )


def test_an_output_too_few_is_a_difference() -> None:
    inputs, outputs = recorded(DAY)

    found = replay(inputs, [line for line in outputs if line.seq != 5], fresh, context=0)

    assert found is not None
    assert (found.seq, found.n, found.recorded, found.replayed) == (5, 0, None, outputs[2].body.decode())


def test_a_journal_that_does_not_start_with_genesis_is_refused() -> None:
    with pytest.raises(JournalBrokenError, match="the first line is VenueUp, not Genesis"):
        replay(*recorded(DAY[1:]), fresh)


def test_an_input_that_the_engine_fails_on_is_answered_alarmed_and_work_goes_on() -> None:
    engine = TinyEngine()

    said = apply(engine, 9, 1, msgspec.structs.replace(order("bad", POISON), seq_num=17))

    assert said == [
        BusinessReject(
            client="EMS44",
            ref_msg_type="D",
            ref_seq_num=17,
            reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="not processed: internal error at input 9; the desk has been alarmed",
            ref_id="bad",
        ),
        Alarm("input 9 (NewOrder) quarantined: ValueError: cannot digest bad"),
    ]


def test_a_quarantine_says_nothing_that_changes_from_run_to_run() -> None:
    class Unwell:
        def handle(self, at: Ns, event: Event) -> list[Output]:
            raise RuntimeError(f"bad {object()!r}")

    assert apply(Unwell(), 1, 1, VenueUp("XFIX")) == [
        Alarm("input 1 (VenueUp) quarantined: RuntimeError: bad <object object at 0x…>")
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_journal(text: str) -> None:
    event = msgspec.structs.replace(order("x"), account=text)

    assert decode_event(encode(event)) == event
