"""A FIX message as it was read: fields in wire order, with access by tag and by group. Must not know any byte.

Values are text holding one character for each byte of the message (Latin-1), so that lengths, checksums and a copy of
the message are exact whatever the peer put in it; `values.clean_text` is the way out for what is sent again.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

FieldList: TypeAlias = tuple[tuple[int, str], ...]
NO_GROUPS: Final[Mapping[int, tuple["FieldSet", ...]]] = {}


class FixSyntaxError(ValueError):
    """A message that cannot be read. Every way in which decoding fails is a subclass.

    `tag` is the field concerned (0 if none), `offset` the byte where it stands, `reason` the SessionRejectReason(373)
    that answers it.
    """

    reason = 99

    def __init__(self, what: str, *, tag: int = 0, offset: int = 0) -> None:
        super().__init__(what, tag, offset)
        self.what = what
        self.tag = tag
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.what} at byte {self.offset}"


class NotFixError(FixSyntaxError):
    """Does not start `8=FIX...|9=...|35=...`, or starts with another version than the session's."""


class TruncatedError(FixSyntaxError):
    """Ends before its CheckSum(10)."""


class TooLongError(FixSyntaxError):
    """More bytes or more fields than a message may have."""


class BadBodyLengthError(FixSyntaxError):
    """BodyLength(9) is not the number of bytes from MsgType(35) to CheckSum(10)."""

    reason = 5


class BadChecksumError(FixSyntaxError):
    """CheckSum(10) is not the sum of the bytes before it, modulo 256, in three digits."""

    reason = 5


class BadTagError(FixSyntaxError):
    """A field that is not `tag=value` with a tag of plain digits, no leading zero."""

    reason = 0


class EmptyValueError(FixSyntaxError):
    """A tag without a value."""

    reason = 4


class RepeatedTagError(FixSyntaxError):
    """A tag twice outside a repeating group."""

    reason = 13


class BadDataError(FixSyntaxError):
    """A length field and its data field (RawDataLength(95) and RawData(96), ...) that do not fit each other."""

    reason = 5


class BadGroupOrderError(FixSyntaxError):
    """A repeating group whose entry does not start with its first field."""

    reason = 15


class BadGroupCountError(FixSyntaxError):
    """A repeating group with more or fewer entries than its NumInGroup field says."""

    reason = 16


class MissingTagError(FixSyntaxError):
    """A field that was asked for and is not there."""

    reason = 1


class FieldSet:
    """Fields in order: a message, or one entry of a repeating group. Made by the codec, never changed.

    `fields` holds everything, groups included, in wire order; `get` never looks inside a group.
    """

    __slots__ = ("_first", "_groups", "fields")

    def __init__(
        self, fields: FieldList, first: Mapping[int, str], groups: Mapping[int, tuple["FieldSet", ...]] = NO_GROUPS
    ) -> None:
        self.fields = fields
        self._first = first
        self._groups = groups

    def get(self, tag: int, default: str = "") -> str:
        """The value of `tag` outside groups (the first, where a log has it twice); `default` if absent."""
        return self._first.get(tag, default)

    def need(self, tag: int) -> str:
        """The value of `tag`; MissingTagError if absent."""
        value = self._first.get(tag)
        if value is None:
            raise MissingTagError(f"tag {tag} is missing", tag=tag)
        return value

    def group(self, tag: int) -> tuple["FieldSet", ...]:
        """Entries of the repeating group whose NumInGroup field is `tag`; empty if absent."""
        return self._groups.get(tag, ())

    def groups(self) -> Mapping[int, tuple["FieldSet", ...]]:
        """All repeating groups, by the tag of their NumInGroup field."""
        return self._groups

    def tags(self) -> Iterator[int]:
        """Tags outside groups, NumInGroup fields included, in order."""
        return iter(self._first)

    def __contains__(self, tag: int) -> bool:
        return tag in self._first

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldSet) and self.fields == other.fields

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} is not a key; take its ClOrdID(11) or ExecID(17)")

    def __repr__(self) -> str:
        return "|".join(f"{tag}={value}" for tag, value in self.fields) + "|"


class Message(FieldSet):
    """A whole message, header and trailer included.

    `flaws` is what a lenient decode let pass, in the order found; a strict decode leaves it empty.
    """

    __slots__ = ("flaws",)

    def __init__(
        self,
        fields: FieldList,
        first: Mapping[int, str],
        groups: Mapping[int, tuple[FieldSet, ...]] = NO_GROUPS,
        flaws: tuple[FixSyntaxError, ...] = (),
    ) -> None:
        super().__init__(fields, first, groups)
        self.flaws = flaws

    @property
    def begin_string(self) -> str:
        """BeginString(8)."""
        return self._first[8]

    @property
    def msg_type(self) -> str:
        """MsgType(35)."""
        return self._first[35]
