"""Reading and writing FIX text: what decodes, what is refused by which error, and that both ways agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec import codec
from fixspec.codec import OutField, UnsendableError, checksum, decode, encode
from fixspec.message import (
    BadBodyLengthError,
    BadChecksumError,
    BadDataError,
    BadGroupCountError,
    BadGroupOrderError,
    BadTagError,
    EmptyValueError,
    FixSyntaxError,
    MissingTagError,
    NotFixError,
    RepeatedTagError,
    TooLongError,
    TruncatedError,
)
from fixspec.spec import FIX42, FIX44

ORDER: list[OutField] = [(11, "A1"), (55, "ABC"), (54, 1), (60, "20240102-14:30:00"), (38, 100), (40, 1)]


def framed(body: str, begin_string: str = "FIX.4.4") -> str:
    """A message around `body`, with `|` for SOH, length and sum as they should be."""
    text = f"8={begin_string}|9={len(body)}|{body}".replace("|", "\x01")
    return f"{text}10={checksum(text)}\x01"


def test_reads_fields_in_wire_order() -> None:
    message = decode(framed("35=D|34=2|11=A1|55=ABC|38=100|"))

    assert repr(message) == "8=FIX.4.4|9=30|35=D|34=2|11=A1|55=ABC|38=100|10=118|"
    assert (message.begin_string, message.msg_type, message.flaws) == ("FIX.4.4", "D", ())
    assert (message.get(55), message.need(38), message.get(44), 44 in message) == ("ABC", "100", "", False)
    assert list(message.tags()) == [8, 9, 35, 34, 11, 55, 38, 10]


def test_reads_bytes_as_text() -> None:
    text = framed("35=D|11=A1|")

    assert decode(text.encode()) == decode(text)


def test_asking_for_a_missing_tag_names_it() -> None:
    with pytest.raises(MissingTagError, match="tag 44 is missing") as missing:
        decode(framed("35=D|11=A1|")).need(44)

    assert (missing.value.tag, missing.value.reason) == (44, 1)


def test_a_message_is_not_a_key() -> None:
    with pytest.raises(TypeError, match="Message is not a key"):
        hash(decode(framed("35=0|")))


def test_reads_the_tag_behind_an_equals_sign_in_a_value() -> None:
    message = decode(framed("35=8|17=17=1|37=37=|"))

    assert (message.get(17), message.get(37)) == ("17=1", "37=")


def test_reads_groups_by_the_table_and_keeps_them_apart_from_the_body() -> None:
    message = decode(framed("35=D|11=A1|957=2|958=Urgency|959=14|960=High|958=DarkPct|960=0.2|58=hello|"))

    entries = message.group(957)
    assert [(entry.get(958), entry.get(959), entry.get(960)) for entry in entries] == [
        ("Urgency", "14", "High"),
        ("DarkPct", "", "0.2"),
    ]
    assert (958 in message, message.get(957), message.get(58)) == (False, "2", "hello")


def test_reads_nested_groups() -> None:
    body = "35=D|11=A1|453=2|448=ME|452=1|802=2|523=DESK|803=10|523=TRADER|448=YOU|447=D|802=1|523=X|55=ABC|"

    me, you = decode(framed(body)).group(453)

    assert [entry.get(523) for entry in me.group(802)] == ["DESK", "TRADER"]
    assert (you.get(447), [entry.get(523) for entry in you.group(802)]) == ("D", ["X"])


def test_reads_market_data_entries_with_text_inside_and_outside() -> None:
    message = decode(framed("35=W|55=ABC|268=2|269=0|270=9.5|58=in|269=1|270=10|"), FIX44)

    assert [(entry.get(269), entry.get(270), entry.get(58)) for entry in message.group(268)] == [
        ("0", "9.5", "in"),
        ("1", "10", ""),
    ]
    assert message.get(58) == ""


def test_a_data_field_may_hold_soh() -> None:
    message = decode(framed("35=A|95=8|96=a\x0158=x\x01b|108=30|".replace("|", "\x01")))

    assert (message.get(96), message.get(58), message.get(108)) == ("a\x0158=x\x01b", "", "30")


def test_values_hold_one_character_a_byte() -> None:
    raw = framed("35=B|58=Zürich|").encode("latin-1")

    message = decode(raw)

    assert message.get(58) == "Zürich"
    assert decode(raw.decode("utf-8", "surrogateescape")) == message


@pytest.mark.parametrize(
    ("text", "error", "tag", "reason"),
    [
        ("hello", NotFixError, 0, 99),
        ("8=FIX.4.4\x0135=D\x01", NotFixError, 0, 99),
        (framed("35=0|").replace("9=5", "9=6"), BadBodyLengthError, 9, 5),
        (framed("35=0|")[:-8], TruncatedError, 10, 99),
        (framed("35=0|")[:-4] + "999\x01", BadChecksumError, 10, 5),
        (framed("35=0|xyz|"), BadTagError, 0, 0),
        (framed("35=0|0112=x|"), BadTagError, 0, 0),
        (framed("35=0|-1=x|"), BadTagError, 0, 0),
        (framed("35=0|11223344556=x|"), BadTagError, 0, 0),
        (framed("35=0|58=a=b|77|"), EmptyValueError, 77, 4),
        (framed("35=0|112=|"), EmptyValueError, 112, 4),
        (framed("35=D|11=A|11=B|"), RepeatedTagError, 11, 13),
        (framed("35=A|95=9|96=abc|108=30|"), BadDataError, 96, 5),
        (framed("35=A|95=2|96=abc|"), BadDataError, 96, 5),
        (framed("35=A|95=x|96=abc|"), BadDataError, 95, 5),
        (framed("35=A|95=3|108=30|"), BadDataError, 108, 5),
        (framed("35=D|957=2|958=a|960=b|"), BadGroupCountError, 957, 16),
        (framed("35=D|957=x|958=a|960=b|"), BadGroupCountError, 957, 16),
        (framed("35=D|957=1|960=b|958=a|"), BadGroupOrderError, 960, 15),
        (framed("35=D|957=1|958=a|960=b|960=c|"), BadGroupOrderError, 960, 15),
    ],
)
def test_refuses_what_cannot_be_read(text: str, error: type[FixSyntaxError], tag: int, reason: int) -> None:
    with pytest.raises(error) as refused:
        decode(text)

    assert (type(refused.value), refused.value.tag, refused.value.reason) == (error, tag, reason)


def test_an_error_says_what_and_at_which_byte() -> None:
    with pytest.raises(EmptyValueError) as refused:
        decode(framed("35=D|11=A1|55=|"))

    assert (str(refused.value), refused.value.offset) == ("tag 55 has no value at byte 26", 26)


def test_refuses_another_version_than_the_sessions() -> None:
    with pytest.raises(NotFixError, match=r"BeginString\(8\) must be FIX\.4\.2: got 'FIX\.4\.4'"):
        decode(framed("35=0|"), FIX42)


def test_refuses_more_bytes_or_fields_than_a_message_may_have() -> None:
    with pytest.raises(TooLongError, match="limit 1048576"):
        decode("8=" + "x" * codec.MESSAGE_BYTES_MAX)
    with pytest.raises(TooLongError, match="limit 65536"):
        decode(framed("35=B|" + "1=x|" * codec.FIELDS_MAX))


def test_refuses_a_character_that_is_no_byte() -> None:
    with pytest.raises(BadTagError, match="a character that is no byte"):
        decode("8=FIX.4.4\x01\ud800")


def test_lenient_reading_notes_flaws_and_goes_on() -> None:
    text = framed("35=D|11=A|11=B|58=|957=2|958=x|960=y|").replace("9=37", "9=36")

    message = decode(text, strict=False)

    kinds = [type(flaw) for flaw in message.flaws]
    assert kinds == [BadBodyLengthError, BadChecksumError, EmptyValueError, BadGroupCountError, RepeatedTagError]
    assert (message.get(11), len(message.group(957)), message.get(58, "absent")) == ("A", 1, "")


def test_writes_header_first_in_the_standards_order() -> None:
    text = encode("D", [*ORDER, (52, "20240102-14:30:00.000"), (128, "DESK"), (56, "THEM"), (34, 2), (49, "US")])

    assert repr(decode(text, FIX44)) == (
        "8=FIX.4.4|9=109|35=D|49=US|56=THEM|128=DESK|34=2|52=20240102-14:30:00.000|"
        "11=A1|55=ABC|54=1|60=20240102-14:30:00|38=100|40=1|10=049|"
    )


def test_what_is_written_is_read_back() -> None:
    fields: list[OutField] = [*ORDER, (957, 1), (958, "Urgency"), (959, 14), (960, "High")]

    message = decode(encode("D", fields, "FIX.4.2"), FIX42)

    assert list(message.fields[3:-1]) == [(tag, str(value)) for tag, value in fields]


@pytest.mark.parametrize("value", ["", "a\x01555=1", "line\nbreak", "Zürich", "\udce9", "\x7f", "\x01"])
def test_does_not_write_what_would_be_read_as_something_else(value: str) -> None:
    with pytest.raises(UnsendableError, match="tag 58 must be printable ASCII and not empty"):
        encode("8", [(37, "1"), (58, value)])


def test_writes_data_of_the_stated_length_and_no_other() -> None:
    message = decode(encode("A", [(98, 0), (95, 3), (96, "a\x01\xff"), (108, 30)]))

    assert (message.get(96), message.get(108)) == ("a\x01\xff", "30")
    with pytest.raises(UnsendableError, match="tag 96 has 3 bytes, its length says '4'"):
        encode("A", [(95, 4), (96, "a\x01b")])
    with pytest.raises(UnsendableError, match="tag 96 has 1 bytes"):
        encode("A", [(95, 1), (96, "\u20ac")])


def test_checksum_is_the_sum_of_bytes_modulo_256() -> None:
    text = "\xff" * 1_000

    assert checksum(text) == f"{sum(text.encode('latin-1')) % 256:03d}"


@given(st.text(st.characters(max_codepoint=255), max_size=1_000))
def test_checksum_agrees_with_the_plain_sum(text: str) -> None:
    assert checksum(text) == f"{sum(text.encode('latin-1')) % 256:03d}"
