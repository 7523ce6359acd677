"""FIX logs of any house, read into messages, whatever stands for SOH and around or between the messages.

What looks like a message (`8=FIX`) is either yielded as a `LogRecord` or as `Garbage` with the reason; nothing is lost
in silence. Must not know what the messages mean. Reading is lenient: what is wrong with a message that can still be
read
is in `Message.flaws`.

Text is Latin-1, a character a byte. Times in prefixes are the logger's own clock and zone: they are read as if UTC,
and
`12/31/2006` month first.
"""

import gzip
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, TextIO, TypeAlias

import msgspec

from fixspec.codec import SOH, decode
from fixspec.message import FixSyntaxError, Message
from fixspec.values import ValueRefused, parse_utc_timestamp

Direction: TypeAlias = Literal["in", "out"]

LINES_MAX: Final = 32
"""A message broken over more lines than this is given up: wrapped terminals make two or three."""
CHARS_MAX: Final = 1 << 18
ENDS_MAX: Final = 4
"""Places that look like CheckSum(10) which are tried before the first is taken as the end."""

_SIGNS: Final = ("\x01", "<SOH>", "[SOH]", "^A", "\\x01", "\\u0001", "\xe2\x90\x81", "|", ";", "^", "~")
_START: Final = re.compile(r"(?<![0-9])8=FIX")
_HEAD: Final = re.compile(rf"8=FIXT?\.[0-9]\.[0-9](?:SP[0-9])?({'|'.join(map(re.escape, _SIGNS))})9=[0-9]")
_HEAD_CHARS_MAX: Final = 24
_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})[-/]?([0-9]{2})[-/]?([0-9]{2})[-T ]\s*([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9}))?"
)
_MONTH_FIRST: Final = re.compile(
    r"([0-9]{2})/([0-9]{2})/([0-9]{4})\s+([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9}))?"
)
# `->` says nothing: some loggers write it in front of what came in, QuickFIX/J between the two CompIDs.
_IN: Final = re.compile(r"incoming|inbound|received|\brecv|fromapp|fromadmin|<==|<--", re.IGNORECASE)
_OUT: Final = re.compile(r"outgoing|outbound|\bsent\b|sending|toapp|toadmin|==>|-->", re.IGNORECASE)


class LogRecord(msgspec.Struct, frozen=True):
    """A message of a log. `raw` is its text there, `line` where it starts, from 1.

    Line breaks are dropped from `raw` where the message reads without them only.
    """

    at_ns: int | None
    direction: Direction | None
    message: Message
    raw: str
    line: int


class Garbage(msgspec.Struct, frozen=True):
    """Text that starts like a message and cannot be read as one."""

    line: int
    text: str
    why: str


LogItem: TypeAlias = LogRecord | Garbage


def read_log(path: Path) -> Iterator[LogItem]:
    """The log at `path`; `.xz` and `.gz` are opened through."""
    with _open(path) as lines:
        yield from read_lines(lines)


def _open(path: Path) -> TextIO:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="latin-1", newline="\n")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="latin-1", newline="\n")
    return path.open(encoding="latin-1", newline="\n")


def read_lines(lines: Iterable[str]) -> Iterator[LogItem]:
    """Messages and garbage of the log whose lines these are, in order."""
    reader = _Reader()
    for line in lines:
        yield from reader.feed(line.rstrip("\r\n"))
    yield from reader.close()


def messages(items: Iterable[LogItem]) -> Iterator[Message]:
    """The messages alone."""
    return (item.message for item in items if isinstance(item, LogRecord))


class _Reader:
    """The text not yet taken, which starts at `_line`; at most LINES_MAX lines of an unfinished message."""

    def __init__(self) -> None:
        self._text = ""
        self._line = 0
        self._fed = 0
        self._at_ns: int | None = None
        self._direction: Direction | None = None

    def feed(self, line: str) -> Iterator[LogItem]:
        self._fed += 1
        if self._text:
            self._text += "\n" + line
        else:
            self._text, self._line = line, self._fed
            self._at_ns, self._direction = None, None
        yield from self._take(last=False)

    def close(self) -> Iterator[LogItem]:
        yield from self._take(last=True)

    def _take(self, *, last: bool) -> Iterator[LogItem]:
        """Take what is whole; keep only a message that more lines may finish."""
        while start := _START.search(self._text):
            self._read_prefix(self._text[: start.start()])
            self._drop(start.start())
            found, end = self._candidate(last=last)
            if found is None:
                return
            yield found
            self._drop(end)
        self._text = ""

    def _candidate(self, *, last: bool) -> tuple[LogItem | None, int]:
        """What the text starts with, and where it ends; None while more lines may finish it."""
        head = _HEAD.match(_joined(self._text[:_HEAD_CHARS_MAX]))
        following = _START.search(self._text, 5)
        limit = following.start() if following else len(self._text)
        if head is None:
            finished = limit >= _HEAD_CHARS_MAX or following is not None
            return self._refuse(limit, "BeginString(8) without BodyLength(9) behind it", last=last or finished)
        ends = _ends(self._text, head.group(1))
        for end in ends:
            record = self._record(end, head.group(1), strict=True)
            if isinstance(record, LogRecord):
                return record, end
        if ends and ends[0] <= limit:
            return self._record(ends[0], head.group(1), strict=False), ends[0]
        too_long = self._text.count("\n") >= LINES_MAX or len(self._text) > CHARS_MAX
        return self._refuse(limit, "no CheckSum(10) behind it", last=last or following is not None or too_long)

    def _refuse(self, end: int, why: str, *, last: bool) -> tuple[Garbage | None, int]:
        return (Garbage(self._line, self._text[:end].rstrip("\n"), why), end) if last else (None, 0)

    def _record(self, end: int, sign: str, *, strict: bool) -> LogItem:
        """The message up to `end`, line breaks kept (they may be data) and then dropped (they may be wrapping)."""
        kept = self._text[:end]
        error: FixSyntaxError | None = None
        for raw in (kept, _joined(kept)) if strict else (_joined(kept),):
            try:
                message = decode(_with_soh(raw, sign).encode("latin-1"), strict=strict)
            except FixSyntaxError as refused:
                error = refused
            else:
                return LogRecord(self._at_ns, self._direction, message, raw, self._line)
        return Garbage(self._line, kept, str(error))

    def _read_prefix(self, text: str) -> None:
        """Time and direction from the text in front of a message on its line; several messages share the first's."""
        prefix = text[text.rfind("\n") + 1 :]
        if "\n" in text:
            self._at_ns, self._direction = None, None
        stamp = _time_in(prefix)
        direction = _direction_in(prefix)
        self._at_ns = self._at_ns if stamp is None else stamp
        self._direction = direction or self._direction

    def _drop(self, end: int) -> None:
        self._line += self._text.count("\n", 0, end)
        self._text = self._text[end:]


def _joined(text: str) -> str:
    return text.replace("\n", "") if "\n" in text else text


def _ends(text: str, sign: str) -> list[int]:
    """Ends of what look like CheckSum(10) fields, line breaks anywhere inside, the sign behind them included."""
    broken = r"\n?".join([*map(re.escape, sign), "1", "0", "=", "[0-9]", "[0-9]", "[0-9]"])
    pattern = re.compile(rf"{broken}(?![0-9])(?:{re.escape(sign)})?")
    found: list[int] = []
    for match in pattern.finditer(text):
        found.append(match.end())
        if len(found) == ENDS_MAX:
            break
    return found


def _with_soh(raw: str, sign: str) -> str:
    """`raw` with SOH for `sign` where a field or nothing follows; a `;` inside a text stays."""
    if sign != SOH:
        raw = re.sub(rf"{re.escape(sign)}(?=[1-9][0-9]{{0,8}}=|$)", SOH, raw)
    return raw if raw.endswith(SOH) else raw + SOH


def _time_in(prefix: str) -> int | None:
    if match := _YEAR_FIRST.search(prefix):
        year, month, day, time, fraction = match.groups("")
    elif match := _MONTH_FIRST.search(prefix):
        month, day, year, time, fraction = match.groups("")
    else:
        return None
    try:
        return parse_utc_timestamp(f"{year}{month}{day}-{time}.{fraction.ljust(9, '0')}")
    except ValueRefused:
        return None


def _direction_in(prefix: str) -> Direction | None:
    if _IN.search(prefix):
        return "in"
    return "out" if _OUT.search(prefix) else None
