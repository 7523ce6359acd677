"""The journal's record format: one line per input and per output, chained by hash; what a line means; replay.

Knows the vocabulary (`router.core`) and no file, clock or database: `router.runtime.journal_file` keeps the lines.

Two chains, BLAKE2b-256 (RFC 7693). An input's hash covers the input before it, its number, its time and its body; an
output's hash covers the output before it, the hash of the input that caused it, its place and its body. A changed,
dropped, added or moved line breaks a chain at that line. Lines cut off the end leave both chains whole: to notice that,
keep a copy of the heads elsewhere (`sluice check` prints them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import zip_longest
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from router.core.events import (
    BadRequest,
    CancelRequest,
    Event,
    Genesis,
    ListCancel,
    ListExecute,
    ListRequest,
    ListStatusRequest,
    NewList,
    NewOrder,
    ReplaceRequest,
    StatusRequest,
)
from router.core.outputs import Alarm, BusinessReject, Output
from router.core.types import MILLISECOND, SECOND, BusinessRejectReason, Ns

FORMAT: Final = 1
"""Version of the record format; a journal of another version is refused, never guessed at."""
GENESIS_HASH: Final = bytes(32)

_encoder = msgspec.json.Encoder()
_event_decoder: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)
_output_decoder: Final[msgspec.json.Decoder[Output]] = msgspec.json.Decoder(Output)
_MSG_TYPES: Final[dict[type, str]] = {
    NewOrder: "D",
    ReplaceRequest: "G",
    CancelRequest: "F",
    StatusRequest: "H",
    NewList: "E",
    ListCancel: "K",
    ListExecute: "L",
    ListStatusRequest: "M",
}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


class Engine(Protocol):
    """All that a journal needs of the engine."""

    def handle(self, at: Ns, event: Event) -> list[Output]: ...


EngineFactory = Callable[[Genesis], Engine]
"""Makes the engine that a journal's first line describes."""


class InputLine(Struct, frozen=True):
    """One input as it is kept: `body` is the event's JSON, `kind` its class name."""

    seq: int
    at: Ns
    kind: str
    body: bytes
    hash: bytes


class OutputLine(Struct, frozen=True):
    """The `n`th output (from 0) of input `seq`."""

    seq: int
    n: int
    kind: str
    body: bytes
    hash: bytes


class Heads(Struct, frozen=True):
    """Where the chains stand: the last hashes of inputs and outputs."""

    inputs: bytes = GENESIS_HASH
    outputs: bytes = GENESIS_HASH


class Extent(Struct, frozen=True):
    """How far a journal's outputs go: those of every input up to `answered`, which came at `at`, are there.

    `last` is the last input. Outputs are written after their inputs, so that a journal in use, copied from one, or of a
    router that was killed lacks some: what became of orders after `answered` is then not known.
    """

    answered: int
    at: Ns
    last: int

    @property
    def is_whole(self) -> bool:
        return self.answered >= self.last

    def __str__(self) -> str:
        if not self.answered:
            return f"none of its {self.last:,} inputs has its outputs: there is nothing of orders in it"
        at = f"{datetime.fromtimestamp(self.at // SECOND, UTC):%Y-%m-%d %H:%M:%S}.{self.at % SECOND // MILLISECOND:03d}"
        return (
            f"outputs answered up to input {self.answered:,} of {self.last:,}, at {at} UTC: "
            "later inputs are not in this report"
        )


class Broken(Struct, frozen=True):
    """The first line at which a chain does not hold."""

    table: str
    seq: int
    n: int | None
    why: str


class Difference(Struct, frozen=True):
    """The first place where a replay did not say what the journal says; None stands for "nothing more"."""

    seq: int
    at: Ns
    event: str
    n: int
    recorded: str | None
    replayed: str | None
    before: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"input {self.seq} at {self.at}, output {self.n}:"]
        lines += [f"  before   {line}" for line in self.before]
        lines += [f"  input    {self.event}", f"  recorded {self.recorded}", f"  replayed {self.replayed}"]
        return "\n".join(lines)


class JournalBrokenError(Exception):
    """The journal cannot be trusted from the named line on."""

    def __init__(self, broken: Broken) -> None:
        place = f"{broken.table} {broken.seq}" + ("" if broken.n is None else f"/{broken.n}")
        super().__init__(f"journal broken at {place}: {broken.why}")
        self.broken = broken


# --- lines


def encode(record: Event | Output) -> bytes:
    """The record's JSON. Raises UnicodeEncodeError for text that is no Unicode (a lone surrogate)."""
    return _encoder.encode(record)


def decode_event(body: bytes) -> Event:
    """The input of a line; raises `msgspec.ValidationError` where it is none."""
    return _event_decoder.decode(body)


def decode_output(body: bytes) -> Output:
    """The output of a line; raises `msgspec.ValidationError` where it is none."""
    return _output_decoder.decode(body)


def read_event(line: InputLine) -> Event:
    """The input of a line; raises JournalBrokenError where this version knows none like it."""
    try:
        return decode_event(line.body)
    except msgspec.DecodeError as error:
        raise JournalBrokenError(Broken("inputs", line.seq, None, f"no input of this version: {error}")) from None


def read_output(line: OutputLine) -> Output:
    """The output of a line; raises JournalBrokenError where this version knows none like it."""
    try:
        return decode_output(line.body)
    except msgspec.DecodeError as error:
        raise JournalBrokenError(Broken("outputs", line.seq, line.n, f"no output of this version: {error}")) from None


def input_line(previous: bytes, seq: int, at: Ns, event: Event) -> InputLine:
    """The line of one input after the input whose hash is `previous`."""
    body = encode(event)
    return InputLine(seq, at, type(event).__name__, body, _input_hash(previous, seq, at, body))


def output_line(previous: bytes, cause: InputLine, n: int, output: Output) -> OutputLine:
    """The line of the `n`th output of `cause`, after the output whose hash is `previous`."""
    body = encode(output)
    return OutputLine(cause.seq, n, type(output).__name__, body, _output_hash(previous, cause.hash, n, body))


def _input_hash(previous: bytes, seq: int, at: Ns, body: bytes) -> bytes:
    return blake2b(b"%bI%d|%d|%b" % (previous, seq, at, body), digest_size=32).digest()


def _output_hash(previous: bytes, cause: bytes, n: int, body: bytes) -> bytes:
    return blake2b(b"%bO%b%d|%b" % (previous, cause, n, body), digest_size=32).digest()


# --- what a line means


def apply(engine: Engine, seq: int, at: Ns, event: Event) -> list[Output]:
    """What the engine says to one input; where it fails, the quarantine's words instead.

    A failure is a defect of ours, and one poisoned input must not stop the desk: the client that asked gets
    BusinessMessageReject(j), a person gets the alarm, the journal keeps the input, and work goes on. Replay meets the
    same failure at the same line, so the text holds nothing that changes from run to run.
    """
    try:
        return engine.handle(at, event)
    except Exception as error:  # noqa: BLE001 - the quarantine: whatever the engine raised is recorded and alarmed
        return _quarantined(seq, event, error)


def _quarantined(seq: int, event: Event, error: Exception) -> list[Output]:
    what = _ADDRESS.sub("0x…", f"{type(error).__name__}: {error}")[:400]
    alarm = Alarm(f"input {seq} ({type(event).__name__}) quarantined: {what}")
    if not isinstance(
        event,
        NewOrder | ReplaceRequest | CancelRequest | StatusRequest | NewList | ListRequest | BadRequest,
    ):
        return [alarm]
    answer = BusinessReject(
        client=event.client,
        ref_msg_type=event.msg_type if isinstance(event, BadRequest) else _MSG_TYPES[type(event)],
        ref_seq_num=event.seq_num,
        reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text=f"not processed: internal error at input {seq}; the desk has been alarmed",
        ref_id=event.list_id if isinstance(event, NewList | ListRequest) else event.cl_ord_id,
        echo=event.echo,
    )
    return [answer, alarm]


# --- reading a journal


def take_outputs(outputs: Iterable[OutputLine]) -> Callable[[int | None], list[OutputLine]]:
    """A function that gives the outputs of one input after another, and for None that there are no more.

    Raises JournalBrokenError when the next recorded output is of an input that was passed or never came.
    """
    lines = iter(outputs)
    pending = [next(lines, None)]

    def take(seq: int | None) -> list[OutputLine]:
        mine: list[OutputLine] = []
        while (line := pending[0]) is not None and line.seq == seq:
            mine.append(line)
            pending[0] = next(lines, None)
        if line is not None and (seq is None or line.seq < seq):
            raise JournalBrokenError(Broken("outputs", line.seq, line.n, "no such input"))
        return mine

    return take


def verify(inputs: Iterable[InputLine], outputs: Iterable[OutputLine]) -> Heads:
    """Check both chains line by line; returns their heads, raises JournalBrokenError at the first line that is off."""
    heads, expected = Heads(), 1
    take = take_outputs(outputs)
    for line in inputs:
        heads = verify_one(heads, expected, line, take(line.seq))
        expected += 1
    take(None)
    return heads


def verify_one(heads: Heads, expected: int, line: InputLine, said: Sequence[OutputLine]) -> Heads:
    """Check one input, which should be number `expected`, and its outputs against the heads before it."""
    if line.seq != expected:
        raise JournalBrokenError(Broken("inputs", line.seq, None, f"number {expected} expected"))
    if line.hash != _input_hash(heads.inputs, line.seq, line.at, line.body):
        raise JournalBrokenError(Broken("inputs", line.seq, None, "its hash does not cover it"))
    out = heads.outputs
    for n, output in enumerate(said):
        if output.n != n:
            raise JournalBrokenError(Broken("outputs", output.seq, output.n, f"place {n} expected"))
        out = _output_hash(out, line.hash, n, output.body)
        if out != output.hash:
            raise JournalBrokenError(
                Broken("outputs", output.seq, n, "its hash does not cover it: changed, or outputs before it are gone")
            )
    return Heads(line.hash, out)


def replay(
    inputs: Iterable[InputLine], outputs: Iterable[OutputLine], factory: EngineFactory, *, context: int = 3
) -> Difference | None:
    """Feed the inputs to a fresh engine; the first difference from the recorded outputs, byte for byte, or None.

    Inputs at the end whose outputs were not yet written (a stop between the two) are no difference: they are implied.
    """
    engine: Engine | None = None
    before: list[str] = []
    missing: Difference | None = None
    take = take_outputs(outputs)
    for line in inputs:
        event = decode_event(line.body)
        engine = engine or factory(_genesis(event))
        said = take(line.seq)
        replayed = [encode(output) for output in apply(engine, line.seq, line.at, event)]
        found = first_difference(line, said, replayed)
        if found is not None:
            found = msgspec.structs.replace(found, before=tuple(before))
        if said and (missing or found):
            return missing or found
        missing = missing or found
        before = [*before, f"{line.seq} {line.body.decode()}"][-context:] if context else []
    return None


def _genesis(event: Event) -> Genesis:
    if isinstance(event, Genesis):
        return event
    raise JournalBrokenError(Broken("inputs", 1, None, f"the first line is {type(event).__name__}, not Genesis"))


def first_difference(line: InputLine, said: Sequence[OutputLine], replayed: Sequence[bytes]) -> Difference | None:
    """Where what was replayed differs from what was recorded for one input."""
    for n, (recorded, now) in enumerate(zip_longest((output.body for output in said), replayed)):
        if recorded != now:
            return Difference(line.seq, line.at, line.body.decode(), n, _text(recorded), _text(now))
    return None


def _text(body: bytes | None) -> str | None:
    return None if body is None else body.decode()
