"""QuickFIX data dictionaries out of the spec table: `python -m fixspec.dictionary --check|--write`.

The stock dictionaries refuse StrategyParametersGrp (957) and any user tag; these know both, and leave out the codes of
the fields whose bad values the engine answers itself (`Field.relaxed`). The files are committed; a test keeps them
fresh. Must not know QuickFIX: what it wants is plain XML, in the layout of its own FIX44.xml.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from fixspec.model import Field, GroupSpec, Member, Version, tags_in
from fixspec.spec import FIX42, FIX44

DIRECTORY: Final = Path(__file__).parent / "dictionaries"
FILES: Final = {"SLUICE42.xml": FIX42, "SLUICE44.xml": FIX44}


def path_of(begin_string: str) -> Path:
    """Where the dictionary of a version stands (DataDictionary in the session settings)."""
    return next(DIRECTORY / name for name, version in FILES.items() if version.begin_string == begin_string)


def dictionary_xml(version: Version) -> str:
    """The whole dictionary of `version` as XML text."""
    major, minor = version.begin_string.removeprefix("FIX.").split(".")
    lines = (
        "<!-- Written from the spec table by fixspec/dictionary.py; change the table and not this file. -->",
        f'<fix type="FIX" major="{major}" minor="{minor}" servicepack="0">',
        *_block("header", version.header, version),
        " <messages>",
        *(line for message in version.messages.values() for line in _message(message.msg_type, version)),
        " </messages>",
        *_block("trailer", version.trailer, version),
        " <components/>",
        " <fields>",
        *(line for field in _used(version) for line in _field(field, version)),
        " </fields>",
        "</fix>",
    )
    return "\n".join(lines) + "\n"


def _block(name: str, members: Iterable[Member], version: Version) -> Iterator[str]:
    yield f" <{name}>"
    yield from _members(members, version, "  ")
    yield f" </{name}>"


def _message(msg_type: str, version: Version) -> Iterator[str]:
    message = version.messages[msg_type]
    yield f"  <message name={quoteattr(message.name)} msgtype='{msg_type}' msgcat='{message.category}'>"
    yield from _members(message.members, version, "   ")
    yield "  </message>"


def _members(members: Iterable[Member], version: Version, indent: str) -> Iterator[str]:
    for member in members:
        name = version.fields[member.tag].name_in(version.begin_string)
        attributes = f"name={quoteattr(name)} required='{'Y' if member.required else 'N'}'"
        if isinstance(member, GroupSpec):
            yield f"{indent}<group {attributes}>"
            yield from _members(member.members, version, indent + " ")
            yield f"{indent}</group>"
        else:
            yield f"{indent}<field {attributes}/>"


def _used(version: Version) -> list[Field]:
    """Fields of any message, and the data fields of messages we do not speak, by tag."""
    blocks = [version.header, version.trailer, *(message.members for message in version.messages.values())]
    used = {tag for block in blocks for tag in tags_in(block)}
    data = {tag for tag, field in version.fields.items() if field.type in {"LENGTH", "DATA"}}
    return [version.fields[tag] for tag in sorted(used | data)]


def _field(field: Field, version: Version) -> Iterator[str]:
    name = field.name_in(version.begin_string)
    start = f"  <field number='{field.tag}' name={quoteattr(name)} type='{field.type}'"
    if field.relaxed or not field.values:
        yield start + "/>"
        return
    yield start + ">"
    for code, code_name in field.values:
        yield f"   <value enum='{code}' description='{code_name}'/>"
    yield "  </field>"


def stale() -> list[Path]:
    """Dictionaries whose file is missing or is not what the table says now."""
    return [
        DIRECTORY / name
        for name, version in FILES.items()
        if not (DIRECTORY / name).is_file() or (DIRECTORY / name).read_text("utf-8") != dictionary_xml(version)
    ]


def main(arguments: list[str]) -> int:
    """Command line: 0 when fresh or written, 1 when stale, 2 when asked for neither."""
    if arguments == ["--write"]:
        DIRECTORY.mkdir(exist_ok=True)
        for name, version in FILES.items():
            (DIRECTORY / name).write_text(dictionary_xml(version), "utf-8")
        return 0
    if arguments == ["--check"]:
        for path in stale():
            print(f"{path.name} is stale: run python -m fixspec.dictionary --write")
        return 1 if stale() else 0
    print("usage: python -m fixspec.dictionary --check | --write")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
