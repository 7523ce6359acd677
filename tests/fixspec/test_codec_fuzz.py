"""Fuzz: the only exits of `decode` are "parsed" and documented errors; the quick way agrees with the careful one."""

import string

from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import checksum, decode, encode, split_carefully, split_plain
from fixspec.fields import DATA_OF, FIELDS
from fixspec.message import FixSyntaxError, Message
from fixspec.spec import FIX42, FIX44

GROUP_TAGS = sorted({453, 448, 447, 452, 802, 523, 803, 957, 958, 959, 960, 268, 269, 270, 58, 146, 55, 267})
FRAME_TAGS = {10, *FIX42.header_tags, *FIX44.header_tags}
PLAIN_TAGS = sorted(
    set(FIELDS) - FRAME_TAGS - set(DATA_OF) - set(DATA_OF.values()) - set(FIX44.known_groups) - {384, 453, 957}
)

scraps = st.sampled_from([*"0123456789=|\x01", "8=FIX.4.4\x019=", "\x0135=D\x01", "\x0110=", "95=", "96=", "é"])
soup = st.lists(scraps, max_size=60).map("".join)
pieces = st.tuples(st.sampled_from([*GROUP_TAGS, 95, 96, 11, 20001]), st.text("0123=a\x01", max_size=4))
bodies = st.lists(pieces, max_size=12).map(lambda fields: "".join(f"{tag}={value}\x01" for tag, value in fields))
printable = st.text(string.ascii_letters + string.digits + " .:-=|;", min_size=1, max_size=30)


def framed(body: str, msg_type: str) -> str:
    body = f"35={msg_type}\x01{body}"
    text = f"8=FIX.4.4\x019={len(body)}\x01{body}"
    return f"{text}10={checksum(text)}\x01"


def exits(text: str | bytes, *, strict: bool) -> Message | FixSyntaxError:
    """What decode does with `text`; any exception that is not documented fails the test that calls."""
    try:
        return decode(text, strict=strict)
    except FixSyntaxError as error:
        return error


@given(soup, st.booleans())
def test_soup_parses_or_is_refused_by_a_documented_error(text: str, strict: bool) -> None:
    outcome = exits(text, strict=strict)

    assert isinstance(outcome, (Message, FixSyntaxError))
    assert len(str(outcome)) > 0


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_parse_or_are_refused(raw: bytes, strict: bool) -> None:
    assert isinstance(exits(raw, strict=strict), (Message, FixSyntaxError))


@given(bodies, st.sampled_from(["D", "W", "V", "8", "AE"]))
def test_a_well_framed_body_parses_or_is_refused_and_loses_nothing(body: str, msg_type: str) -> None:
    text = framed(body, msg_type)

    outcome = exits(text, strict=True)

    if isinstance(outcome, Message):
        assert "".join(f"{tag}={value}\x01" for tag, value in outcome.fields) == text
        assert outcome.flaws == ()


@given(bodies, st.sampled_from(["D", "W", "AE"]))
def test_strict_refuses_exactly_what_lenient_finds_flawed(body: str, msg_type: str) -> None:
    text = framed(body, msg_type)

    strict, lenient = exits(text, strict=True), exits(text, strict=False)

    assert isinstance(strict, Message) == (isinstance(lenient, Message) and not lenient.flaws)
    if isinstance(strict, Message):
        assert strict == lenient


@given(bodies)
def test_the_quick_way_to_split_agrees_with_the_careful_way(body: str) -> None:
    quick = split_plain(body)

    if quick:
        assert quick == split_carefully(body, [], strict=True)


@given(st.lists(st.tuples(st.sampled_from(PLAIN_TAGS), printable), unique_by=lambda field: field[0], min_size=1))
def test_what_is_written_reads_back_field_by_field(fields: list[tuple[int, str]]) -> None:
    message = decode(encode("8", fields, "FIX.4.2"), FIX42)

    assert list(message.fields[3:-1]) == fields


@given(st.binary(min_size=1, max_size=40), st.lists(st.tuples(printable, printable), min_size=1, max_size=5))
def test_data_and_groups_read_back(data: bytes, parameters: list[tuple[str, str]]) -> None:
    group = [field for name, value in parameters for field in ((958, name), (960, value))]
    text = data.decode("latin-1")

    message = decode(encode("D", [(354, len(text)), (355, text), (957, len(parameters)), *group]), FIX44)

    assert message.get(355) == text
    assert [(entry.get(958), entry.get(960)) for entry in message.group(957)] == parameters
