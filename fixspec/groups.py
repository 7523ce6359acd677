"""Repeating groups out of a flat field list, by the spec table. Must not know how fields were split or what they mean.

A group is `NumInGroup=n` and then n entries, each starting with the group's first field (FIX 4.4 Vol. 1, "Repeating
groups"). Groups nest as deep as the table says and no deeper, so recursion is bounded by the table.
"""

from collections.abc import Collection, Mapping

from fixspec.message import (
    NO_GROUPS,
    BadGroupCountError,
    BadGroupOrderError,
    FieldList,
    FieldSet,
    FixSyntaxError,
    Message,
)
from fixspec.model import GroupSpec


def read_groups(
    fields: FieldList, groups: Mapping[int, GroupSpec], flaws: list[FixSyntaxError]
) -> tuple[FieldList, Mapping[int, tuple[FieldSet, ...]]]:
    """Fields outside groups, and the entries of each group by its count tag. What is wrong is appended to `flaws`."""
    outside: list[tuple[int, str]] = []
    found: dict[int, tuple[FieldSet, ...]] = {}
    position = 0
    while position < len(fields):
        field = fields[position]
        outside.append(field)
        position += 1
        spec = groups.get(field[0])
        if spec is None:
            continue
        end = _group_end(fields, position, spec)
        entries = _entries(fields, position, end, spec, flaws)
        _check_count(field, spec, entries, _byte_at(fields, position - 1), flaws)
        found.setdefault(spec.tag, entries)
        position = end
    return tuple(outside), found or NO_GROUPS


def apart(message: Message, count_tag: int, msg_type: str, header: Collection[int]) -> tuple[Message, ...]:
    """Each entry of the group counted by `count_tag` as a message of `msg_type` by itself, under the whole's header.

    What a list says of an order is then read by whatever reads that order alone.
    """
    top = {tag: message.get(tag) for tag in message.tags() if tag in header and tag != 35}
    top[35] = msg_type
    return tuple(
        Message((*top.items(), *entry.fields), top | {tag: entry.get(tag) for tag in entry.tags()}, entry.groups())
        for entry in message.group(count_tag)
    )


def _group_end(fields: FieldList, start: int, spec: GroupSpec) -> int:
    """The first position that belongs neither to an entry nor to a group nested in one."""
    position = start
    while position < len(fields) and fields[position][0] in spec.tags:
        nested = spec.nested.get(fields[position][0])
        position += 1
        if nested is not None:
            position = _group_end(fields, position, nested)
    return position


def _entries(
    fields: FieldList, start: int, end: int, spec: GroupSpec, flaws: list[FixSyntaxError]
) -> tuple[FieldSet, ...]:
    starts = _entry_starts(fields, start, end, spec)
    if start < end and (not starts or starts[0] != start):
        tag = fields[start][0]
        what = f"{spec.name} must start each entry with tag {spec.delimiter}: got {tag}"
        flaws.append(BadGroupOrderError(what, tag=tag, offset=_byte_at(fields, start)))
        starts.insert(0, start)
    return tuple(
        _entry(fields[first:last], spec, flaws) for first, last in zip(starts, [*starts[1:], end], strict=False)
    )


def _entry_starts(fields: FieldList, start: int, end: int, spec: GroupSpec) -> list[int]:
    """Where the delimiter stands, but not inside nested groups, which may hold the same tag."""
    starts: list[int] = []
    position = start
    while position < end:
        tag = fields[position][0]
        if tag == spec.delimiter:
            starts.append(position)
        position += 1
        nested = spec.nested.get(tag)
        if nested is not None:
            position = _group_end(fields, position, nested)
    return starts


def _entry(fields: FieldList, spec: GroupSpec, flaws: list[FixSyntaxError]) -> FieldSet:
    outside, nested = read_groups(fields, spec.nested, flaws)
    first: dict[int, str] = {}
    for tag, value in outside:
        if tag in first:
            what = f"{spec.name} has tag {tag} twice in an entry"
            flaws.append(BadGroupOrderError(what, tag=tag))
        first.setdefault(tag, value)
    return FieldSet(fields, first, nested)


def _check_count(
    count: tuple[int, str], spec: GroupSpec, entries: tuple[FieldSet, ...], offset: int, flaws: list[FixSyntaxError]
) -> None:
    if count[1] != str(len(entries)):
        what = f"{spec.name}({spec.tag}) says '{count[1][:20]}', {len(entries)} follow"
        flaws.append(BadGroupCountError(what, tag=spec.tag, offset=offset))


def _byte_at(fields: FieldList, position: int) -> int:
    return sum(len(str(tag)) + len(value) + 2 for tag, value in fields[:position])
