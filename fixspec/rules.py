"""The tables of the rules of engagement, out of the spec table: `python -m fixspec.rules --check|--write`.

docs/fix/rules-of-engagement.md is prose with generated parts between `<!-- begin NAME -->` and `<!-- end NAME -->`;
this writes those parts and a test keeps them fresh. Must not know the gateway: what is acted on is stated here, as it
is agreed with a client.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from fixspec.fields import FIELDS, USER_TAGS
from fixspec.model import tags_in
from fixspec.spec import FIX42, FIX44

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "fix" / "rules-of-engagement.md"

_INSTRUMENT: Final = (55, 48, 22, 207)
_STRATEGY: Final = (847, 848, 849, 957, 958, 959, 960)
_ORDER: Final = (
    *(11, 1, *_INSTRUMENT, 54, 60, 38, 40, 44, 59, 126, 432, 168, 15, 18, 21, 110, 111, 1138, 100),
    *_STRATEGY,
)
ACTED_ON: Final[Mapping[str, tuple[int, ...]]] = {
    "D": _ORDER,
    "G": (41, 37, *_ORDER),
    "F": (41, 11, 37, *_INSTRUMENT, 54, 60, 38),
    "H": (11, 37, 790, *_INSTRUMENT, 54),
    "E": (66, 394, 433, 68, 893, 73, 67, *_ORDER),
    "K": (66,),
    "L": (66,),
    "M": (66,),
}
"""What we read of each message a client sends; other fields of the dictionary are accepted and change nothing."""
SENT: Final[Mapping[str, tuple[int, ...]]] = {
    "8": (
        *(37, 11, 41, 17, 19, 20, 150, 39, 103, 378, 1, 55, 54, 38, 40, 44, 59, 15, 32, 31, 30, 29, 851, 151, 14, 6),
        *(60, 790, 58, 66, *_STRATEGY),
    ),
    "9": (37, 11, 41, 39, 434, 102, 1, 60, 58),
    "N": (66, 429, 82, 431, 83, 444, 60, 68, 893, 73, 11, 14, 39, 151, 84, 6, 103, 58),
    "j": (45, 372, 379, 380, 58),
}
"""What we print on each message a client gets."""
CODED: Final = (39, 150, 102, 103, 378, 380, 394, 429, 431, 433, 434, 851)


def tables() -> Mapping[str, str]:
    """The generated parts by name."""
    return {
        "messages": _lines(_messages()),
        **{f"in-{msg_type}": _lines(_fields(msg_type, tags)) for msg_type, tags in ACTED_ON.items()},
        **{f"out-{msg_type}": _lines(_fields(msg_type, tags)) for msg_type, tags in SENT.items()},
        "codes": _lines(_codes()),
        "user-tags": _lines(_user_tags()),
    }


def rendered(text: str) -> str:
    """`text` with every generated part written anew. A part without a table, or a table without a part, is refused."""
    parts = tables()
    names = re.findall(r"<!-- begin ([\w-]+) -->", text)
    assert sorted(names) == sorted(parts), sorted(set(names) ^ set(parts))
    pattern = re.compile(r"(?P<begin><!-- begin (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end (?P=name) -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found['begin']}{parts[found['name']]}{found['end']}", text)


def _lines(lines: Iterable[str]) -> str:
    return "\n" + "".join(f"{line}\n" for line in lines) + "\n"


def _messages() -> Iterator[str]:
    yield "| MsgType(35) | name | client sends | client gets |"
    yield "|---|---|---|---|"
    for message in FIX44.messages.values():
        session = message.category == "admin"
        sends = "yes" if session or message.msg_type in ACTED_ON else ""
        gets = "yes" if session or message.msg_type in SENT else ""
        if sends or gets:
            yield f"| {message.msg_type} | {message.name} | {sends} | {gets} |"


def _fields(msg_type: str, tags: tuple[int, ...]) -> Iterator[str]:
    yield "| tag | name | type | FIX 4.2 | FIX 4.4 |"
    yield "|---|---|---|---|---|"
    for tag in tags:
        field = FIELDS[tag]
        name = f"{field.name} ({field.name42} in 4.2)" if field.name42 else field.name
        yield f"| {tag} | {name} | {field.type} | {_use(msg_type, tag, 2)} | {_use(msg_type, tag, 4)} |"


def _use(msg_type: str, tag: int, minor: int) -> str:
    message = (FIX42 if minor == 2 else FIX44).messages[msg_type]
    if tag in message.required:
        return "required"
    return "optional" if tag in set(tags_in(message.members)) else ""


def _codes() -> Iterator[str]:
    yield "| field | codes |"
    yield "|---|---|"
    for tag in CODED:
        codes = ", ".join(f"{code} {name}" for code, name in FIELDS[tag].values)
        yield f"| {FIELDS[tag].name}({tag}) | {codes} |"


def _user_tags() -> Iterator[str]:
    yield "| tag | name | holds |"
    yield "|---|---|---|"
    for tag in USER_TAGS:
        yield f"| {tag} | {FIELDS[tag].name} | {FIELDS[tag].note} |"


def main(arguments: list[str], document: Path = DOCUMENT) -> int:
    """Command line: 0 when fresh or written, 1 when stale, 2 when asked for neither."""
    if arguments not in (["--check"], ["--write"]):
        print("usage: python -m fixspec.rules --check | --write")
        return 2
    text = document.read_text("utf-8")
    if arguments == ["--write"]:
        document.write_text(rendered(text), "utf-8")
    elif text != rendered(text):
        print(f"{document.name} is stale: run python -m fixspec.rules --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
