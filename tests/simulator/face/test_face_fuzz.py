"""Whatever a client sends, the only ways out are answers: a command for the venue, or a message that says why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import SOH, checksum, decode
from fixspec.spec import FIX44
from router.core.instruments import Instrument
from simulator.face.face import ClientTerms, FixFace

AT = 1_773_667_800_123_000_000
ANSWERS = {"8", "9", "r", "j", "W", "Y", "f"}
KNOWN = sorted(
    {tag for kind in "DFGHqV" for tag in FIX44.messages[kind].required} | {41, 44, 59, 18, 110, 111, 126, 790}
)

values = st.sampled_from(
    ["a", "b", "ACME", "MOON", "1", "2", "3", "7", "P", "Y", "M", "6", "100", "40.01", "-1", "1e3", "0"]
) | st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters=SOH), max_size=12)
fields = st.tuples(st.sampled_from([*KNOWN, 20101, 20102, 2362, 23, 97, 43, 34]) | st.integers(1, 25_000), values)
good = st.just([("11", "a"), ("55", "ACME"), ("54", "1"), ("38", "100"), ("40", "2"), ("44", "40.01"), ("41", "a")])


def message(msg_type: str, body: list[tuple[str, str]]) -> str:
    """A frame that holds; what is in it is not judged. A character a byte."""
    inner = f"35={msg_type}{SOH}" + "".join(f"{tag}={value}{SOH}" for tag, value in body)
    text = f"8=FIX.4.4{SOH}9={len(inner)}{SOH}{inner}"
    return f"{text}10={checksum(text)}{SOH}".encode("latin-1").decode("utf-8", "surrogateescape")


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str]:
    """A request, sometimes a good one in part: what is wrong with it is then met deep inside."""
    strange = [(str(tag), value) for tag, value in draw(st.lists(fields, max_size=8))]
    body = {**dict(draw(good | st.just([]))), **dict(strange)} if draw(st.booleans()) else None
    msg_type = draw(st.sampled_from([*"DFGHqV", "8", "AE", "U1"]))
    return msg_type, message(msg_type, [*body.items()] if body is not None else strange)


@pytest.mark.slow
@given(st.lists(requests(), max_size=12))
def test_every_message_is_answered_and_every_answer_can_be_read(sent: list[tuple[str, str]]) -> None:
    face = FixFace("XLIT", {"ACME": Instrument("ACME")}, {"C": ClientTerms(house_tags=True)})

    for msg_type, raw in sent:
        heard = face.message(AT, "C", raw)

        unsubscribed = msg_type == "V" and f"{SOH}263=2{SOH}" in raw
        assert heard.commands or heard.letters or unsubscribed, raw
        assert {decode(text).msg_type for _, text in heard.letters} <= ANSWERS
        assert {client for client, _ in heard.letters} <= {"C"}


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_what_is_no_message_at_all_is_answered(raw: str) -> None:
    face = FixFace("XLIT", {"ACME": Instrument("ACME")}, {})

    ((_, text),) = face.message(AT, "C", raw).letters

    assert decode(text).msg_type == "j"
