"""The one spec table, resolved: `FIX42` and `FIX44`, what every other part of `fixspec` reads. Must not know bytes.

Names of `fixspec.messages` meet the tags of `fixspec.fields` here; an unknown name, a tag twice in a message or a group
without entry fields is an assertion at import, so that a wrong table never runs.
"""

from collections.abc import Iterable
from typing import Final

from fixspec import messages as table
from fixspec.fields import DATA_OF, FIELDS, USER_TAGS
from fixspec.model import Field, FieldRef, GroupSpec, Member, MessageSpec, Version, tags_in

_BY_NAME: Final = {field.name: field for field in FIELDS.values()}
_GROUPS: Final = {**table.GROUPS, **table.GROUPS_BY_VERSION}


def _resolve(text: str) -> tuple[Member, ...]:
    """Members of a row of the table, in order; a field named twice keeps its first place and its strongest `!`."""
    members: dict[int, Member] = {}
    for word in text.split():
        required = word.endswith("!")
        for member in _members(word.removesuffix("!"), required=required):
            known = members.get(member.tag)
            assert known is None or isinstance(member, FieldRef), word
            if known is None or (required and not known.required):
                members[member.tag] = member
    return tuple(members.values())


def _members(word: str, *, required: bool) -> Iterable[Member]:
    if word == "$Ours":
        return (FieldRef(tag) for tag in USER_TAGS)
    if word.startswith("@"):
        return (_group(word[1:], required=required),)
    assert word in _BY_NAME, word
    return (FieldRef(_BY_NAME[word].tag, required=required),)


def _group(name: str, *, required: bool) -> GroupSpec:
    assert name in _GROUPS, name
    count, entry = _GROUPS[name]
    members = _resolve(entry)
    assert isinstance(members[0], FieldRef), name
    return GroupSpec(_BY_NAME[count].tag, name.removesuffix("42"), members, required=required)


def _version(begin_string: str, header: str) -> Version:
    messages = {
        row.msg_type: MessageSpec(
            row.msg_type, row.name, row.category, _resolve(row.v42 if begin_string == "FIX.4.2" else row.v44)
        )
        for row in table.MESSAGES
    }
    version = Version(begin_string, _resolve(header), _resolve(table.TRAILER), messages, FIELDS)
    for message in messages.values():
        _check(version, message)
    return version


def _check(version: Version, message: MessageSpec) -> None:
    """A tag must stand for one thing in a message: not in header and body, nor in a group and beside it."""
    seen: set[int] = set(tags_in(version.header)) | set(tags_in(version.trailer))
    for member in message.members:
        tags = set(tags_in((member,)))
        clash = tags & seen
        # Free text and validity stand in market data entries and in the message; the codec keeps the two apart.
        assert not clash, (version.begin_string, message.name, sorted(clash))
        seen |= tags


FIX42: Final = _version("FIX.4.2", table.HEADER_42)
FIX44: Final = _version("FIX.4.4", table.HEADER_44)
VERSIONS: Final = {"FIX.4.2": FIX42, "FIX.4.4": FIX44}


def version_of(begin_string: str) -> Version:
    """The table that reads `BeginString(8)`: its own, or FIX 4.4's for one we do not speak (FIXT.1.1, 4.3 in logs)."""
    return VERSIONS.get(begin_string, FIX44)


def field_of(tag: int) -> Field | None:
    """The field of `tag`, or None outside the table."""
    return FIELDS.get(tag)


assert all(FIELDS[length].type == "LENGTH" and FIELDS[data].type == "DATA" for length, data in DATA_OF.items())
