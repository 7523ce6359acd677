"""What is not understood is answered once, in the form that its sender waits for: gateway and orders together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import OutField, checksum, decode, encode
from fixspec.dialect import Dialect
from router.core.events import BadRequest
from router.core.instruments import Instrument
from router.gateway import ClientSession, Gateway
from router.orders import Ids, Parents

CLIENTS = {name: ClientSession(name, name, Dialect(name="x")) for name in ("FIX.4.2", "FIX.4.4")}
GATEWAY = Gateway({"ACME": Instrument("ACME")}, CLIENTS, [])
BAD: list[OutField] = [(34, 7), (11, "A2"), (41, "A1"), (55, "ACME"), (54, 1), (38, "1.5"), (40, 1)]


def answers(raw: str, version: str) -> list[str]:
    """The FIX text of what the client hears."""
    event = GATEWAY.to_event(version, raw)
    assert isinstance(event, BadRequest), event
    return [GATEWAY.to_text(output) for output in Parents(Ids("t")).bad_request(1, event)]


@pytest.mark.parametrize("version", CLIENTS)
@pytest.mark.parametrize(
    ("msg_type", "fields", "answer"),
    [
        ("D", BAD, "8"),
        ("G", BAD, "9"),
        ("F", [field for field in BAD if field[0] != 55], "9"),
        ("H", [(11, "A\x7f") if field[0] == 11 else field for field in BAD], "8"),
        ("D", [field for field in BAD if field[0] != 54], "j"),
        ("G", [field for field in BAD if field[0] != 11], "j"),
        ("Q", BAD, "j"),
    ],
)
def test_each_is_answered_once_in_the_form_it_asks_for(
    version: str, msg_type: str, fields: list[OutField], answer: str
) -> None:
    raw = framed(version, msg_type, "".join(f"{tag}={value}\x01" for tag, value in fields))

    (text,) = answers(raw, version)

    message = decode(text, CLIENTS[version].version)
    assert message.msg_type == answer
    assert message.get(58) != ""


@given(st.sampled_from("DFGHQ"), st.lists(st.tuples(st.sampled_from([11, 41, 54, 55, 58, 15]), st.text(max_size=9))))
def test_every_answer_to_anything_can_be_sent(msg_type: str, fields: list[tuple[int, str]]) -> None:
    body = "".join(f"{tag}={value}\x01" for tag, value in fields).encode("utf-8", "replace").decode("latin-1")
    event = GATEWAY.to_event("FIX.4.4", framed("FIX.4.4", msg_type, body).encode("latin-1"))
    said = Parents(Ids("t")).bad_request(1, event) if isinstance(event, BadRequest) else []

    assert len(said) == isinstance(event, BadRequest)
    assert {decode(GATEWAY.to_text(output)).msg_type for output in said} <= {"8", "9", "j"}


def framed(version: str, msg_type: str, body: str) -> str:
    body = f"35={msg_type}\x01{body}"
    text = f"8={version}\x019={len(body)}\x01{body}"
    return f"{text}10={checksum(text)}\x01"


def test_a_good_message_is_not_bad() -> None:
    good = encode("D", [*((11, "A"), (55, "ACME"), (54, 1), (38, 1), (40, 1))])

    assert not isinstance(GATEWAY.to_event("FIX.4.4", good), BadRequest)
