"""Recovery is replay: the engine, its timers and what was still to be sent, from the journal alone.

Knows no session and no venue: the caller asks peers to resend and venues for the state of children. A replay that says
anything else than the journal is refused: another version of the code cannot continue this journal.
"""

from __future__ import annotations

from msgspec import Struct

from router.core.events import (
    ChildReplaced,
    DayStart,
    Event,
    Genesis,
    Recovered,
    TimerFired,
)
from router.core.outputs import (
    BusinessReject,
    CancelChild,
    CancelReject,
    ClientOutput,
    ExecReport,
    ListStatus,
    Output,
    QueryChild,
    ReplaceChild,
    SendChild,
    SetTimer,
    VenueCommand,
)
from router.core.types import Ns
from router.journal import (
    Broken,
    Engine,
    EngineFactory,
    Heads,
    InputLine,
    JournalBrokenError,
    OutputLine,
    apply,
    decode_event,
    encode,
    first_difference,
    take_outputs,
    verify_one,
)
from router.runtime.journal_file import JournalError, JournalFile


class Unsent(Struct, frozen=True, gc=False):
    """An output to a client that was not surely handed to its session; (seq, n) counts outputs without timers."""

    seq: int
    n: int
    at: Ns
    output: ClientOutput


class Recovery(Struct):
    """What a journal comes to."""

    genesis: Genesis
    engine: Engine
    at: Ns
    timers: list[tuple[Ns, int]]
    unsent: list[Unsent]
    venue_words: list[VenueCommand | ChildReplaced]
    """What a venue link has to know again to read its ids."""
    days: list[str]
    """Trading dates that the engine has been told of."""
    life: int
    """Which life after the first this will be."""


def recover(journal: JournalFile, factory: EngineFactory) -> Recovery | None:
    """Rebuild the engine; None for an empty journal. Writes the outputs that the stop kept from being written.

    Raises JournalBrokenError where the chain does not hold, JournalError where the replay differs.
    """
    rebuilding = _Rebuilding(journal, factory)
    reader = journal.reader()
    try:
        outputs = take_outputs(reader.outputs())
        for line in reader.inputs():
            rebuilding.take(line, outputs(line.seq))
        outputs(None)
    finally:
        reader.close()
    return rebuilding.result()


class _Rebuilding:
    """One pass over the journal."""

    def __init__(self, journal: JournalFile, factory: EngineFactory) -> None:
        self._journal = journal
        self._factory = factory
        self._handed = journal.handed()
        self._heads = Heads()
        self._seq = 0
        self._missing: list[tuple[InputLine, list[Output]]] = []
        self._timers: dict[int, Ns] = {}
        self._recovery: Recovery | None = None

    def take(self, line: InputLine, said: list[OutputLine]) -> None:
        self._seq += 1
        self._heads = verify_one(self._heads, self._seq, line, said)
        event = decode_event(line.body)
        if self._recovery is None:
            self._recovery = self._begin(event)
        self._recovery.at = line.at
        outputs = apply(self._recovery.engine, line.seq, line.at, event)
        self._compare(line, said, outputs)
        self._note_event(self._recovery, event)
        self._note_outputs(self._recovery, line, outputs)

    def result(self) -> Recovery | None:
        for line, outputs in self._missing:
            self._journal.write_outputs(line, outputs)
        self._journal.commit()
        if self._recovery is not None:
            self._recovery.timers = [(at, timer_id) for timer_id, at in self._timers.items()]
        return self._recovery

    def _begin(self, event: Event) -> Recovery:
        if not isinstance(event, Genesis):
            raise JournalBrokenError(
                Broken("inputs", 1, None, f"the first line is {type(event).__name__}, not Genesis")
            )
        return Recovery(event, self._factory(event), 0, [], [], [], [], 1)

    def _compare(self, line: InputLine, said: list[OutputLine], outputs: list[Output]) -> None:
        """Recorded outputs must be the replayed ones; a tail of inputs may have none recorded yet."""
        if outputs and not said:
            self._missing.append((line, outputs))
            return
        if said and self._missing:
            line, outputs = self._missing[0]
            said = []
        found = first_difference(line, said, [encode(output) for output in outputs])
        if found is not None:
            raise JournalError(
                f"{self._journal.path} cannot be continued: this version answers differently from the one that wrote "
                f"it; run that version, or start with a new --state.\n{found}"
            )

    def _note_event(self, recovery: Recovery, event: Event) -> None:
        match event:
            case TimerFired():
                self._timers.pop(event.timer_id, None)
            case ChildReplaced():
                recovery.venue_words.append(event)
            case DayStart():
                recovery.days.append(event.day)
            case Recovered():
                recovery.life += 1
            case _:
                return

    def _note_outputs(self, recovery: Recovery, line: InputLine, outputs: list[Output]) -> None:
        n = 0
        for output in outputs:
            if isinstance(output, SetTimer):
                self._timers[output.timer_id] = max(output.at, line.at)
                continue
            if isinstance(output, ExecReport | CancelReject | ListStatus | BusinessReject):
                if (line.seq, n) > self._handed.get(output.client, (0, 0)):
                    recovery.unsent.append(Unsent(line.seq, n, line.at, output))
            elif isinstance(output, SendChild | ReplaceChild | CancelChild | QueryChild):
                recovery.venue_words.append(output)
            n += 1
