"""The shapes of the spec table: a field, a repeating group, a message, a version. It must not hold a single tag.

Everything is frozen and built once at import; the codec reads the derived lookups (`Version.groups_of`), the
dictionary
writer and the rules of engagement read the members in order.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, TypeAlias

import msgspec

NONE: Final[Mapping[int, "GroupSpec"]] = {}


class Field(msgspec.Struct, frozen=True):
    """One FIX field. `name42` is its FIX 4.2 name where 4.4 renamed the tag.

    `values` are (code, name) pairs of the standard. `relaxed` leaves them out of the data dictionary, so that the
    engine
    sees a bad code and answers it itself instead of the session layer.
    """

    tag: int
    name: str
    type: str
    values: tuple[tuple[str, str], ...] = ()
    name42: str = ""
    relaxed: bool = False
    note: str = ""

    def name_in(self, begin_string: str) -> str:
        """The field's name in the version that `BeginString(8)` names."""
        return self.name42 if self.name42 and begin_string == "FIX.4.2" else self.name


class FieldRef(msgspec.Struct, frozen=True):
    """A field as a member of a message or group."""

    tag: int
    required: bool = False


class GroupSpec(msgspec.Struct, frozen=True, dict=True):
    """A repeating group: `tag` is its NumInGroup field; the first member is the delimiter and always required."""

    tag: int
    name: str
    members: tuple["Member", ...]
    required: bool = False

    @cached_property
    def delimiter(self) -> int:
        """The tag that starts each entry."""
        return self.members[0].tag

    @cached_property
    def tags(self) -> frozenset[int]:
        """Tags of the entry itself, nested counts included, nested members not."""
        return frozenset(member.tag for member in self.members)

    @cached_property
    def nested(self) -> Mapping[int, "GroupSpec"]:
        """Groups inside an entry, by their count tag."""
        return groups_in(self.members)


Member: TypeAlias = FieldRef | GroupSpec


class MessageSpec(msgspec.Struct, frozen=True, dict=True):
    """A message without header and trailer. `category` is `admin` (session) or `app`."""

    msg_type: str
    name: str
    category: str
    members: tuple[Member, ...]

    @cached_property
    def groups(self) -> Mapping[int, GroupSpec]:
        """Top-level groups by their count tag."""
        return groups_in(self.members)

    @cached_property
    def required(self) -> tuple[int, ...]:
        """Tags that must be present, in the table's order."""
        return tuple(member.tag for member in self.members if member.required)


class Version(msgspec.Struct, frozen=True, dict=True):
    """One FIX version as this project speaks it."""

    begin_string: str
    header: tuple[Member, ...]
    trailer: tuple[Member, ...]
    messages: Mapping[str, MessageSpec]
    fields: Mapping[int, Field]

    @cached_property
    def header_tags(self) -> tuple[int, ...]:
        """Header tags in the order they are sent."""
        return tuple(member.tag for member in self.header)

    @cached_property
    def known_groups(self) -> Mapping[int, GroupSpec]:
        """For a message type outside the table: each count tag with the widest shape the table knows for it."""
        widest: dict[int, GroupSpec] = {}
        for message in self.messages.values():
            for group in message.groups.values():
                known = widest.get(group.tag)
                if known is None or len(known.members) < len(group.members):
                    widest[group.tag] = group
        return widest

    @cached_property
    def _groups_by_type(self) -> Mapping[str, Mapping[int, GroupSpec]]:
        in_header = groups_in(self.header)
        return {message.msg_type: {**in_header, **message.groups} for message in self.messages.values()}

    def groups_of(self, msg_type: str) -> Mapping[int, GroupSpec]:
        """Groups by count tag of MsgType(35) `msg_type`, header's too; `known_groups` for a type not in the table."""
        groups = self._groups_by_type.get(msg_type)
        return self.known_groups if groups is None else groups


def groups_in(members: tuple[Member, ...]) -> Mapping[int, GroupSpec]:
    """The groups among `members`, by count tag."""
    found = {member.tag: member for member in members if isinstance(member, GroupSpec)}
    return found or NONE


def tags_in(members: tuple[Member, ...]) -> Iterator[int]:
    """Every tag of `members`, those inside groups included, in order."""
    for member in members:
        yield member.tag
        if isinstance(member, GroupSpec):
            yield from tags_in(member.members)
