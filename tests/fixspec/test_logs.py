"""Logs of every form: one small log of our own for each, then the real ones, counted."""

import gzip
import lzma
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import encode
from fixspec.logs import CHARS_MAX, LINES_MAX, Garbage, LogItem, LogRecord, messages, read_lines, read_log

HEARTBEAT = encode("0", [(49, "US"), (56, "THEM"), (34, 2), (52, "20240102-14:30:00"), (112, "T1")])
ORDER = encode("D", [(49, "US"), (56, "THEM"), (34, 3), (11, "A1"), (55, "ABC"), (38, 100), (58, "a;b|c")])
AT_NS = 1_704_205_800_000_000_000  # 2024-01-02 14:30:00 UTC


def summary(items: list[LogItem]) -> list[tuple[int, str | None]]:
    """Line and MsgType(35) of records; None stands for garbage."""
    return [(item.line, item.message.msg_type if isinstance(item, LogRecord) else None) for item in items]


def read(text: str) -> list[LogItem]:
    return list(read_lines(text.splitlines(keepends=True)))


def only(text: str) -> LogRecord:
    (item,) = read(text)
    assert isinstance(item, LogRecord), item
    return item


@pytest.mark.parametrize("sign", ["\x01", "|", ";", "^A", "<SOH>", "[SOH]", "\\x01", "\\u0001", "^"])
def test_reads_any_usual_sign_for_soh(sign: str) -> None:
    record = only(HEARTBEAT.replace("\x01", sign))

    assert (record.message.get(112), record.message.flaws, record.line) == ("T1", (), 1)


@pytest.mark.parametrize("sign", [";", "|"])
def test_keeps_the_sign_inside_a_text(sign: str) -> None:
    record = only(ORDER.replace("\x01", sign))

    assert (record.message.get(58), record.message.flaws) == ("a;b|c", ())


def test_reads_a_message_whose_last_sign_is_missing() -> None:
    assert only(HEARTBEAT.replace("\x01", "|")[:-1]).message.flaws == ()


def test_reads_several_messages_on_a_line_with_text_around() -> None:
    items = read(f"noise {HEARTBEAT} and {ORDER}{HEARTBEAT} noise\n")

    assert summary(items) == [(1, "0"), (1, "D"), (1, "0")]


def test_reads_a_message_broken_over_lines() -> None:
    broken = "\r\n".join([HEARTBEAT[:6], HEARTBEAT[6:30], HEARTBEAT[30:-5], HEARTBEAT[-5:]])

    record = only(f"before\n{broken}\nafter\n")

    assert (record.line, record.raw, record.message.flaws) == (2, HEARTBEAT, ())


def test_keeps_a_line_break_that_is_part_of_the_message() -> None:
    raw = encode("B", [(34, 2), (354, 7), (355, "one\ntwo")])

    assert only(raw + "\n").message.get(355) == "one\ntwo"


def test_is_not_misled_by_a_checksum_inside_data() -> None:
    raw = encode("B", [(34, 2), (354, 11), (355, "a\x0110=123\x01bc"), (148, "news")])

    record = only(raw)

    assert (record.message.get(355), record.message.get(148)) == ("a\x0110=123\x01bc", "news")


@pytest.mark.parametrize(
    ("prefix", "at_ns", "direction"),
    [
        ("20240102-14:30:00 : ", AT_NS, None),
        ("20240102-14:30:00.125 : ", AT_NS + 125_000_000, None),
        ("2024/01/02 14:30:00.174454 ", AT_NS + 174_454_000, None),
        ("2024/01/02-14:30:00,393 INFO :: TracingIncomingMessage[X]: ", AT_NS + 393_000_000, "in"),
        ("2024/01/02-14:30:00,393 INFO :: TracingOutgoingMessage[X]: ", AT_NS + 393_000_000, "out"),
        ("01/02/2024  14:30:00:   <== ", AT_NS, "in"),
        ("2024-01-02T14:30:00Z sent ", AT_NS, "out"),
        ("<20240102-14:30:00, FIX.4.4:US->THEM, outgoing> (", AT_NS, "out"),
        ("99999999-99:99:99 -> ", None, None),
        ("", None, None),
    ],
)
def test_reads_time_and_direction_from_the_prefix(prefix: str, at_ns: int | None, direction: str | None) -> None:
    record = only(prefix + HEARTBEAT + ")")

    assert (record.at_ns, record.direction) == (at_ns, direction)


def test_messages_of_one_line_share_its_prefix_and_the_next_line_has_its_own() -> None:
    items = read(f"20240102-14:30:00 incoming {HEARTBEAT}{HEARTBEAT}\n{HEARTBEAT}\n")

    stamps = [(item.at_ns, item.direction) for item in items if isinstance(item, LogRecord)]
    assert stamps == [(AT_NS, "in"), (AT_NS, "in"), (None, None)]


def test_a_text_that_quotes_a_message_inside_a_field_is_one_message() -> None:
    raw = encode("j", [(34, 2), (372, "D"), (380, 0), (58, "cannot read 8=FIX.4.4")])

    assert only(raw).message.get(58) == "cannot read 8=FIX.4.4"


def test_a_field_that_ends_like_a_start_is_none() -> None:
    assert read("58=FIX.4.4 is a text\n") == []


def test_flawed_messages_are_read_with_their_flaws() -> None:
    record = only(HEARTBEAT.replace("112=T1", "112=T2"))

    assert [type(flaw).__name__ for flaw in record.message.flaws] == ["BadChecksumError"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8=FIX", "BeginString(8) without BodyLength(9) behind it"),
        ("8=FIX.4.4 is what we speak, since 2003", "BeginString(8) without BodyLength(9) behind it"),
        ("8=FIX.4.4|9=5|35=0|", "no CheckSum(10) behind it"),
        ("8=FIX.4.4\x019=5\x0135=0\x010x=1\x0110=123\x01", "'0x=1' is not tag=value at byte 19"),
    ],
)
def test_nothing_is_lost_what_cannot_be_read_is_garbage_with_the_reason(text: str, why: str) -> None:
    items = read(f"{text}\n{HEARTBEAT}\n")

    assert items[0] == Garbage(1, text, why)
    assert summary(items[1:]) == [(2, "0")]


def test_an_unfinished_message_is_given_up_at_the_bound() -> None:
    by_lines = read("8=FIX.4.4|9=5|35=0|\n" + "x\n" * (LINES_MAX + 5))
    by_size = read("8=FIX.4.4|9=5|35=0|" + "x" * CHARS_MAX + "\ny\n")

    assert summary(by_lines) == [(1, None)]
    assert summary(by_size) == [(1, None)]


@pytest.mark.parametrize("suffix", [".log", ".log.xz", ".log.gz"])
def test_opens_plain_and_compressed_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"fix{suffix}"
    raw = f"{HEARTBEAT}\n{ORDER}\n".encode()
    path.write_bytes({".log": raw, ".log.xz": lzma.compress(raw), ".log.gz": gzip.compress(raw)}[suffix])

    assert [message.msg_type for message in messages(read_log(path))] == ["0", "D"]


@given(st.lists(st.sampled_from([HEARTBEAT, ORDER, "8=FIX", "|9=5|", "\x0110=123\x01", "\n", "x", "=", "35=0"])))
def test_any_text_is_read_without_other_exits(parts: list[str]) -> None:
    for item in read("".join(parts)):
        assert isinstance(item, (LogRecord, Garbage))


REAL = {
    "FIX.4.2-KOD-BON.messages.current.log.xz": {"A": 2, "2": 1, "4": 1, "0": 74, "D": 602, "8": 1204, "F": 602},
    "FIX42-CoyTrade-BCExchange-MarketDataRequest.log": {"V": 1},
    "FIX42-CoyTrade-BCExchange-MessagesSplitBetweenMultipleLines.log": {"A": 2, "5": 2},
    "FIX42-CoyTrade-BCExchange-NoMessagesInLog.log": {},
    "FIX42-CoyTrade-BCExchange-PipeDelimeter.log": {"D": 1},
    "FIX42-CoyTrade-BCExchange-SenderAndTargetInSameLogFile.log": {"A": 2, "D": 1, "8": 1, "5": 2},
    "FIX42-CoyTrade-BCExchange-SenderMessagePerLine.log": {"A": 1, "D": 2, "0": 1},
    "FIX42-CoyTrade-BCExchange-SenderMessagePerLineMixedWithOtherText.log": {"A": 1, "D": 3, "0": 2},
    "FIX42-CoyTrade-BCExchange-SenderMessagePerLineNoExtraLoggingInfo.log": {"A": 1, "D": 2, "0": 1},
    "FIX42-CoyTrade-BCExchange-TargetMessagePerLine.log": {"0": 1, "8": 5},
    "FIX42-CoyTrade-BCExchange-TargetMessagePerLineNoExtraLoggingInfo.log": {"0": 1, "8": 5},
    "FIX44-FXSpot-WithSubparties.log": {"AE": 1},
    "FIXT.1.1-EXEC-BANZAI.messages.log": {"A": 4, "D": 42, "8": 42, "k": 2, "E": 2, "5": 2},
    "Montran_order_messages.log": {"A": 2, "D": 2, "8": 6, "5": 2},
    "ems_to_algo_desk_uat_2020.log": {"D": 8, "G": 28, "F": 4, "H": 2, "8": 70, "9": 8},
}
HAND_EDITED = {
    "FIX44-FXSpot-WithSubparties.log": {"BadBodyLengthError": 1},
    "FIXT.1.1-EXEC-BANZAI.messages.log": {"BadBodyLengthError": 2, "BadChecksumError": 2},
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", REAL)
def test_reads_every_message_of_a_real_log(real_data_dir: Path, name: str) -> None:
    items = list(read_log(real_data_dir / "fixlogs" / name))

    records = [item for item in items if isinstance(item, LogRecord)]
    flaws = Counter(type(flaw).__name__ for record in records for flaw in record.message.flaws)
    assert len(records) == len(items)
    assert Counter(record.message.msg_type for record in records) == REAL[name]
    assert flaws == HAND_EDITED.get(name, {})


@pytest.mark.real_data
def test_knows_who_sent_what_in_a_desk_log(real_data_dir: Path) -> None:
    items = list(read_log(real_data_dir / "fixlogs" / "ems_to_algo_desk_uat_2020.log"))

    directions = Counter((item.direction, item.message.msg_type) for item in items if isinstance(item, LogRecord))
    assert directions == {
        ("in", "D"): 8,
        ("in", "G"): 28,
        ("in", "F"): 4,
        ("in", "H"): 2,
        ("out", "8"): 70,
        ("out", "9"): 8,
    }


@pytest.mark.real_data
def test_reads_nested_parties_of_a_real_log(real_data_dir: Path) -> None:
    path = real_data_dir / "fixlogs" / "FIX44-FXSpot-WithSubparties.log"

    (trade,) = messages(read_log(path))

    parties = [(party.get(448), [sub.get(523) for sub in party.group(802)]) for party in trade.group(453)]
    assert parties == [("EXECUTING", ["PERSON1"]), ("TARGET", ["PERSON2"]), ("PRIMEBROKER", [])]
