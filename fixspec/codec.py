"""Bytes to `Message` and back, without QuickFIX. Must not know sessions, orders or clients: no numbering, no clock.

`decode` knows repeating groups and data fields from the spec table. Strict, it raises the first `FixSyntaxError`;
lenient (for logs), it notes in `Message.flaws` what can be read past. `encode` prints header fields in the standard's
order and counts BodyLength(9) and CheckSum(10). It takes a quarter of the time of building the same report field by
field through QuickFIX's Python binding.
"""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from fixspec.fields import DATA_OF, FIELDS
from fixspec.groups import read_groups
from fixspec.message import (
    NO_GROUPS,
    BadBodyLengthError,
    BadChecksumError,
    BadDataError,
    BadTagError,
    EmptyValueError,
    FieldList,
    FixSyntaxError,
    Message,
    NotFixError,
    RepeatedTagError,
    TooLongError,
    TruncatedError,
)
from fixspec.model import GroupSpec, Version
from fixspec.spec import FIX44, version_of

SOH: Final = "\x01"
MESSAGE_BYTES_MAX: Final = 1 << 20
"""A megabyte: a market data snapshot of 10,000 entries fits, a peer's runaway BodyLength(9) does not."""
FIELDS_MAX: Final = 65_536
TAG_DIGITS_MAX: Final = 9

OutField: TypeAlias = tuple[int, str | int]

# Text of a tag to its number: one dictionary probe instead of checking digits and calling int() for every field.
_TAG_OF: Final[Mapping[str, int]] = {str(tag): tag for tag in (*range(1, 10_000), *FIELDS)}
_LENGTH_TAGS: Final = frozenset(DATA_OF)
_MARK_PAIR: Final = b"=\x01"
_NO_MARK: Final = bytes(byte for byte in range(256) if byte not in _MARK_PAIR)
_PRINTABLE: Final = bytes(range(0x20, 0x7F))
_PREFIX: Final = re.compile(r"8=([A-Z0-9.]{1,16})\x019=([0-9]{1,7})\x01(?=35=[^\x01])")
_TRAILER_BYTES: Final = 7  # 10=ddd|
_HEADER_RANK: Final = {tag: rank for rank, tag in enumerate((*FIX44.header_tags, 370))}


class UnsendableError(ValueError):
    """A field that must not be sent: empty, with control or non-ASCII characters, or data not of its length."""


# ------------------------------------------------------------------------------------------------------------- reading


def decode(raw: str | bytes, version: Version | None = None, *, strict: bool = True) -> Message:
    """The message in `raw`, which holds exactly one.

    `version` is the session's; without it, BeginString(8) chooses the table. Text is UTF-8 with surrogate escapes, as
    QuickFIX's Python binding hands it over, and is turned back into its bytes first.
    Raises a FixSyntaxError and nothing else.
    """
    text = raw.decode("latin-1") if isinstance(raw, bytes) else _one_char_a_byte(raw)
    if len(text) > MESSAGE_BYTES_MAX:
        raise TooLongError(f"message of {len(text)} bytes, limit {MESSAGE_BYTES_MAX}", offset=MESSAGE_BYTES_MAX)
    flaws: list[FixSyntaxError] = []
    table = _frame(text, version, flaws, strict=strict)
    fields = _split(text, flaws, strict=strict)
    groups_by_tag = table.groups_of(fields[2][1])
    first = dict(fields)
    if len(first) == len(fields) and first.keys().isdisjoint(groups_by_tag):
        return Message(tuple(fields), first, NO_GROUPS, tuple(flaws))
    return _structured(tuple(fields), groups_by_tag, flaws, strict=strict)


def _one_char_a_byte(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError as error:
        raise BadTagError("a character that is no byte", offset=error.start) from None


def _frame(text: str, version: Version | None, flaws: list[FixSyntaxError], *, strict: bool) -> Version:
    """Check the three fields in front and the one behind; the table to read the rest with."""
    prefix = _PREFIX.match(text)
    if prefix is None:
        raise NotFixError("does not start 8=...|9=...|35=...")
    begin_string = prefix.group(1)
    if version is not None and begin_string != version.begin_string:
        raise NotFixError(f"BeginString(8) must be {version.begin_string}: got '{begin_string}'", tag=8)
    trailer_at = len(text) - _TRAILER_BYTES
    length_holds = trailer_at - prefix.end() == int(prefix.group(2))
    if not (length_holds and text[trailer_at - 1 :] == f"\x0110={checksum(text[:trailer_at])}\x01"):
        found = [*_length_flaws(text, prefix, trailer_at), *_checksum_flaws(text, trailer_at)]
        if found and strict:
            raise found[0]
        flaws.extend(found)
    return version or version_of(begin_string)


def _length_flaws(text: str, prefix: re.Match[str], trailer_at: int) -> Iterable[FixSyntaxError]:
    body, stated = trailer_at - prefix.end(), int(prefix.group(2))
    if not text.startswith("\x0110=", trailer_at - 1) or not text.endswith(SOH):
        yield TruncatedError("does not end 10=ddd|", tag=10, offset=len(text))
    elif body != stated:
        yield BadBodyLengthError(f"BodyLength(9) says {stated}, the body has {body}", tag=9, offset=prefix.start(2))


def _checksum_flaws(text: str, trailer_at: int) -> Iterable[FixSyntaxError]:
    stated, actual = text[trailer_at + 3 : -1], checksum(text[: max(trailer_at, 0)])
    if stated != actual:
        yield BadChecksumError(f"CheckSum(10) says '{stated}', the bytes say {actual}", tag=10, offset=trailer_at)


def _split(text: str, flaws: list[FixSyntaxError], *, strict: bool) -> list[tuple[int, str]]:
    """The fields in order: the quick way where the message is plain, the careful way where it is not."""
    return split_plain(text) or split_carefully(text, flaws, strict=strict)


def split_plain(text: str) -> list[tuple[int, str]]:
    """The fields of a plain message; none if it is not plain, which says nothing against it.

    Plain is: tags of digits, one `=` a field, no empty value, no data field. Then `=` and SOH alternate, and one split
    on both gives tags and values in turn, in a third of the time of the careful way (its oracle in the tests).
    """
    marks = text.encode("latin-1").translate(None, _NO_MARK)
    if marks != _MARK_PAIR * (len(marks) // 2):
        return []
    parts = text.replace("=", SOH).split(SOH)
    values = parts[1::2]
    tag_of = _TAG_OF
    tags = [tag_of.get(tag_text) or _tag_number(tag_text) for tag_text in parts[: len(values) * 2 : 2]]
    if 0 in tags or "" in values or len(tags) > FIELDS_MAX or not _LENGTH_TAGS.isdisjoint(tags):
        return []
    return [*zip(tags, values, strict=True)]


def split_carefully(text: str, flaws: list[FixSyntaxError], *, strict: bool) -> list[tuple[int, str]]:
    """The fields of any message. Pieces between SOH are fields, but for data fields, which say their length."""
    pieces = text.split(SOH)
    if pieces[-1] == "":
        pieces.pop()
    if len(pieces) > FIELDS_MAX:
        raise TooLongError(f"{len(pieces)} fields, limit {FIELDS_MAX}", offset=len(text))
    fields: list[tuple[int, str]] = []
    position, data_tag = 0, 0
    while position < len(pieces):
        tag_text, _, value = pieces[position].partition("=")
        tag = _TAG_OF.get(tag_text) or _tag_number(tag_text)
        if tag == 0:
            raise _bad_tag(pieces, position)
        if data_tag:
            value, position = _data_value(fields[-1], tag, pieces, position, data_tag)
        data_tag = 0 if data_tag else DATA_OF.get(tag, 0)
        if not value:
            _note(EmptyValueError(f"tag {tag} has no value", tag=tag, offset=_offset(pieces, position)), flaws, strict)
        fields.append((tag, value))
        position += 1
    if data_tag:
        raise BadDataError(f"tag {data_tag} must follow its length", tag=data_tag, offset=len(text))
    return fields


@lru_cache(maxsize=1024)
def _tag_number(text: str) -> int:
    """The number of a tag outside the table: plain digits, no leading zero; 0 if it is none."""
    plain = text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= TAG_DIGITS_MAX
    return int(text) if plain else 0


def _bad_tag(pieces: Sequence[str], position: int) -> BadTagError:
    shown = pieces[position][:20].encode("ascii", "backslashreplace").decode("ascii")
    return BadTagError(f"'{shown}' is not tag=value", offset=_offset(pieces, position))


def _data_value(
    length: tuple[int, str], tag: int, pieces: Sequence[str], position: int, data_tag: int
) -> tuple[str, int]:
    """The value of a data field, joined over the SOH it may hold, and the position of its last piece."""
    length_tag, length_text = length
    offset = _offset(pieces, position)
    if tag != data_tag:
        raise BadDataError(f"tag {data_tag} must follow its length {length_tag}", tag=tag, offset=offset)
    if not (length_text.isascii() and length_text.isdigit() and len(length_text) <= 7):
        raise BadDataError(f"tag {length_tag} is not a length", tag=length_tag, offset=offset)
    wanted = int(length_text)
    parts = [pieces[position].partition("=")[2]]
    size = len(parts[0])
    while size < wanted and position + 1 < len(pieces):
        position += 1
        parts.append(pieces[position])
        size += 1 + len(pieces[position])
    if size != wanted:
        raise BadDataError(f"tag {data_tag} has not the {wanted} bytes its length says", tag=data_tag, offset=offset)
    return SOH.join(parts), position


def _structured(
    fields: FieldList, groups_by_tag: Mapping[int, GroupSpec], flaws: list[FixSyntaxError], *, strict: bool
) -> Message:
    """A message with groups, or with a tag twice: what is inside a group is kept apart from what is beside it."""
    found: list[FixSyntaxError] = []
    first: dict[int, str] = {}
    outside, groups = read_groups(fields, groups_by_tag, found)
    for tag, value in outside:
        if tag in first:
            found.append(RepeatedTagError(f"tag {tag} appears twice", tag=tag, offset=_byte_of(fields, tag)))
        else:
            first[tag] = value
    if found and strict:
        raise found[0]
    return Message(fields, first, groups, (*flaws, *found))


def _note(flaw: FixSyntaxError, flaws: list[FixSyntaxError], strict: bool) -> None:
    if strict:
        raise flaw
    flaws.append(flaw)


def _offset(pieces: Sequence[str], position: int) -> int:
    return sum(map(len, pieces[:position])) + position


def _byte_of(fields: FieldList, tag: int) -> int:
    """Byte at which `tag` stands the second time."""
    offset, seen = 0, False
    for field_tag, value in fields:
        if field_tag == tag and seen:
            break
        seen = seen or field_tag == tag
        offset += len(str(field_tag)) + len(value) + 2
    return offset


# ------------------------------------------------------------------------------------------------------------- writing


def checksum(text: str) -> str:
    """CheckSum(10) of `text` (FIX Vol. 2): the sum of its bytes modulo 256, three digits.

    Adler-32's low half is one plus the sum of the bytes modulo 65,521, which 256 bytes cannot reach: exact, and half
    the time of `sum`.
    """
    raw = text.encode("latin-1")
    total = 0
    for start in range(0, len(raw), 256):
        total += (zlib.adler32(raw[start : start + 256]) & 0xFFFF) - 1
    return f"{total & 0xFF:03d}"


def encode(msg_type: str, fields: Sequence[OutField], begin_string: str = "FIX.4.4") -> str:
    """The text of a whole message: `fields` less 8, 9, 35 and 10, which are made here.

    Header fields are moved to the front in the standard's order, everything else keeps the order given (entries of a
    repeating group stand after their count). A session fills in MsgSeqNum(34), SendingTime(52) and the CompIDs of a
    message that is handed to it: leave them out, and QuickFIX's `Message(text, dictionary)` takes the text as it is.

    Raises UnsendableError on a value that is empty or holds anything but printable ASCII; data fields may hold any byte
    behind a length field that fits (a character a byte). Clean free text with `values.clean_text` first.
    """
    rank = _HEADER_RANK
    head = [field for field in fields if field[0] in rank]
    if head:
        head.sort(key=_header_rank)
        fields = [*head, *[field for field in fields if field[0] not in rank]]
    parts = [f"{tag}={value}\x01" for tag, value in fields]
    body = "".join(parts)
    # All that is not printable must be one SOH a field; an empty value shows as `=` before SOH. Else look closer.
    if not body.isascii() or "=\x01" in body or body.encode().translate(None, _PRINTABLE) != b"\x01" * len(parts):
        _refuse_unsendable(parts)
    body = f"35={msg_type}\x01{body}"
    text = f"8={begin_string}\x019={len(body)}\x01{body}"
    text = f"{text}10={checksum(text)}\x01"
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def _header_rank(field: OutField) -> int:
    return _HEADER_RANK[field[0]]


def _refuse_unsendable(parts: Sequence[str]) -> None:
    """Raise for the first field that must not be sent; return if the odd bytes are all inside data fields."""
    length_before = ""
    data_tag = ""
    for part in parts:
        tag, _, rest = part.partition("=")
        value = rest[:-1]
        if tag == data_tag:
            if not length_before.isdigit() or int(length_before) != len(value) or not _is_bytes(value):
                raise UnsendableError(f"tag {tag} has {len(value)} bytes, its length says '{length_before[:20]}'")
        elif not value or not value.isascii() or not value.isprintable():
            shown = value[:20].encode("ascii", "backslashreplace").decode("ascii")
            raise UnsendableError(f"tag {tag} must be printable ASCII and not empty: got '{shown}'")
        length_before, data_tag = value, _DATA_TAG_TEXT.get(tag, "")


_DATA_TAG_TEXT: Final = {str(length): str(data) for length, data in DATA_OF.items()}


def _is_bytes(value: str) -> bool:
    return all(char <= "\xff" for char in value)
