"""Real clients' FIX logs, replayed: every request is answered once, at once, and in the client's own way of speaking.

The market is the simulator's, so that fills are not the log's; answers, ids, echoes and conventions are what is tested.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fixspec.codec import decode
from fixspec.logs import LogRecord, messages, read_log
from fixspec.message import Message
from router.runtime.log_replay import REQUESTS, replay_log
from router.runtime.settings import read_settings, write_home

pytestmark = [pytest.mark.real_data, pytest.mark.slow, pytest.mark.untraced]

DESK_LOG = "ems_to_algo_desk_uat_2020.log"
FUTURES_LOG = "FIX.4.2-KOD-BON.messages.current.log.xz"
DIALECT = Path(__file__).resolve().parent.parent / "fixspec" / "data" / "ems_2020.toml"

ANSWERS = {
    # The desk's own parameters (auctions, pegs, offsets) are refused by name, and what builds on a refused replace too.
    "as-written": """
        D0 D0 F6 D0 D0 D0 G9 G9 G9 G9 F6
        D8 G9 G9 G9 G9 G9 G9 G9 G9 G9 F9
        D8 G9 G9 G9 H3 H3 F9
        D0 G9 GE G9 G9 G9 G9 G9 G9 G9 G9 G9 G9
    """,
    # The same client once it has agreed that they mean nothing here: chains of replaces stand. POV without a rate does
    # not, nor does what names an order that was replaced meanwhile.
    "agreed": """
        D0 D0 F6 D0 D0 D0 GE GE GE GE F6
        D8 G9 G9 G9 G9 G9 G9 G9 G9 G9 F9
        D0 GE GE GE H3 H3 F6
        D0 G9 GE G9 G9 G9 G9 G9 G9 G9 G9 G9 G9
    """,
}
"""MsgType(35) of each request, in order, and its answer: ExecType(150) of the report, 9 for an OrderCancelReject, and
for a status request ExecTransType(20), which is 3."""


class Talk(NamedTuple):
    """A log's requests and our answers, both in order."""

    agreement: str
    requests: list[Message]
    reports: list[Message]


@pytest.fixture(scope="module", params=ANSWERS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, real_data_dir: Path) -> Talk:
    """A buy side's UAT with an algo desk: FIX 4.4 with 4.2 habits, over two days."""
    home = tmp_path_factory.mktemp("desk")
    write_home(home)
    dialect = DIALECT.read_text() if request.param == "as-written" else without_the_desk_s_own(DIALECT.read_text())
    (home / "dialects" / "ems_2020.toml").write_text(dialect)
    add(home / "sessions.cfg", SESSION)
    add(home / "clients.toml", '[[client]]\ncomp_id = "IREACH"\ndialect = "ems_2020"\n')
    # Participation above half is what this client tests with; and no reference price of 2020 is known.
    add(home / "risk.toml", '[client.IREACH]\nmax_participation_ppm = "none"\ncollar_ppm = "none"\n')
    talk = replayed(real_data_dir / "fixlogs" / DESK_LOG, home, request.param)
    shutil.rmtree(home)
    return talk


SESSION = """
[SESSION]
ConnectionType=acceptor
BeginString=FIX.4.4
TargetCompID=IREACH
SocketAcceptHost=127.0.0.1
SocketAcceptPort=9878
"""


def add(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text()}\n{text}")


def without_the_desk_s_own(dialect: str) -> str:
    """The dialect, with the tags of the parameters named `Desk...` among those to be passed over."""
    rules = dialect.split("\n\n")
    own = [rule for rule in rules if 'name = "Desk' in rule]
    tags = ", ".join(tag for rule in own for tag in re.findall(r"tag = ([0-9]+)", rule))
    assert tags, "the dialect has no parameters of the desk's own"
    return "\n\n".join(rule for rule in rules if rule not in own).replace("ignore = [", f"ignore = [{tags}, ")


def replayed(log: Path, home: Path, agreement: str = "", *, seed: int = 1) -> Talk:
    requests = [message for message in messages(read_log(log)) if message.msg_type in REQUESTS]
    result = replay_log(log, read_settings(home), seed=seed)
    assert (result.requests, result.garbage) == (len(requests), [])
    reports = [decode(line.split(" : ", 1)[1].replace("|", "\x01")) for line in result.lines]
    fills = sum(report.get(32, "0") != "0" for report in reports)
    print(f"\n{log.name} {agreement}: {len(requests)} requests, {len(reports)} reports, {fills} fills")
    return Talk(agreement, requests, reports)


def answers(talk: Talk) -> Iterator[tuple[Message, Message]]:
    """Each request with its answer: the first report not yet taken that answers to its ClOrdID(11) and kind."""
    left = list(talk.reports)
    for request in talk.requests:
        answer = next(report for report in left if is_answer(request, report))
        left.remove(answer)
        yield request, answer


def word(answer: Message) -> str:
    """An answer in one character; see ANSWERS."""
    if answer.msg_type == "9" or answer.get(20) == "3":
        return answer.get(20) or "9"
    return answer.get(150)


def is_answer(request: Message, report: Message) -> bool:
    """Whether it could be: an acknowledgement, a refusal, or for a status request a report with ExecTransType(20)=3."""
    if request.msg_type == "H":
        return report.get(20) == "3"
    if report.get(11) != request.get(11) or report.get(20, "0") != "0":
        return False
    return report.msg_type == "9" or report.get(150) in {"D": "08", "F": "6", "G": "E"}[request.msg_type]


def test_every_request_of_the_desk_log_has_the_answer_agreed(desk: Talk) -> None:
    found = [f"{request.msg_type}{word(answer)}" for request, answer in answers(desk)]

    assert found == ANSWERS[desk.agreement].split()
    assert len(found) == 42


def test_every_answer_comes_once_and_at_the_time_of_its_request(desk: Talk) -> None:
    pairs = list(answers(desk))

    assert [answer.get(52) for _, answer in pairs] == [request.get(52) for request, _ in pairs]
    taken = [answer for _, answer in pairs]
    assert not [
        report
        for report in desk.reports
        if report not in taken and any(is_answer(request, report) for request in desk.requests)
    ]


def test_reports_keep_to_the_conventions_of_the_client(desk: Talk) -> None:
    """ExecTransType(20), ExecType(150) 1 and 2 for fills, LastQty(32) always, DeliverToCompID(128) for who asked."""
    reports = [report for report in desk.reports if report.msg_type == "8"]

    assert {report.get(150) for report in reports} <= set("01234568E")
    assert {report.get(20) for report in reports} <= {"0", "3"}
    assert [report for report in reports if not (report.get(32) and report.get(31))] == []
    assert {report.get(128) for report in desk.reports} == {"HARRISEUAP"}
    fills = [report for report in reports if report.get(32) != "0"]
    assert {report.get(29) for report in fills} == {"4"}
    assert [report for report in fills if report.get(150) != ("2" if report.get(151) == "0" else "1")] == []


@pytest.mark.parametrize("tag", [55, 48, 22, 167, 15, 63])
def test_what_names_the_instrument_comes_back_as_it_was_written(desk: Talk, tag: int) -> None:
    by_id = {request.get(11): request for request in desk.requests if request.msg_type in "DG"}
    pairs = [(report, by_id[report.get(11)]) for report in desk.reports if report.get(11) in by_id]

    differ = [report for report, request in pairs if report.msg_type == "8" and report.get(tag) != request.get(tag)]

    assert differ == []
    assert len(pairs) > 40


def test_pence_stay_pence(desk: Talk) -> None:
    """Currency(15)=GBp: a limit of 59.73 is 59.73 pence, and so are LastPx(31) and AvgPx(6)."""
    fills = [report for report in desk.reports if report.get(15) == "GBp" and report.get(32, "0") != "0"]

    assert len(fills) > 10
    assert all(50 < float(report.get(tag)) < 70 for report in fills for tag in (6, 31))


def test_sums_follow_from_the_fills(desk: Talk) -> None:
    cum: Counter[str] = Counter()
    for report in desk.reports:
        if report.msg_type == "8" and report.get(20) == "0":
            cum[report.get(37)] += int(report.get(32))
            assert int(report.get(14)) == cum[report.get(37)], report
    assert cum.total() > 1_000


@pytest.fixture(scope="module")
def futures(tmp_path_factory: pytest.TempPathFactory, real_data_dir: Path) -> Talk:
    """A FIX 4.2 session of 602 orders and a cancel for each, after a resend at its start."""
    home = tmp_path_factory.mktemp("futures")
    write_home(home)
    # Its orders are a hundredth away from the market: this seed's comes by.
    talk = replayed(real_data_dir / "fixlogs" / FUTURES_LOG, home, seed=4)
    shutil.rmtree(home)
    return talk


def test_every_request_of_the_futures_session_is_answered_once(futures: Talk) -> None:
    """An order is accepted; its cancel finds it working (6) or filled before (9)."""
    first: dict[str, list[str]] = {request.get(11): [] for request in futures.requests}
    for report in futures.reports:
        if word(report) in "0689":
            first[report.get(11)].append(word(report))

    kinds = Counter((request.msg_type, "".join(first[request.get(11)])) for request in futures.requests)

    assert kinds[("D", "0")] == 602
    assert kinds[("F", "6")] + kinds[("F", "9")] == 602
    assert kinds[("F", "6")] > kinds[("F", "9")] > 0


def test_every_order_of_the_futures_session_is_filled_whole_or_cancelled_with_what_it_got(futures: Talk) -> None:
    last = {report.get(37): report for report in futures.reports if report.msg_type == "8"}
    got = Counter[str]()
    for report in futures.reports:
        if report.get(150) in {"1", "2"}:
            got[report.get(37)] += int(report.get(32))

    ends = [(report.get(39), int(report.get(14)), report.get(151)) for report in last.values()]

    assert len(ends) == 602
    assert {end for end in ends if end[0] == "2"} == {("2", 10, "0")}
    assert {(status, leaves) for status, _, leaves in ends if status != "2"} == {("4", "0")}
    assert [cum for _, cum, _ in ends] == [got[order_id] for order_id in last]
    assert max(cum for status, cum, _ in ends if status == "4") < 10


def test_reports_of_the_futures_session_speak_fix_42_and_name_the_trader(futures: Talk) -> None:
    """SenderSubID(50) of the request comes back as TargetSubID(57); ExecTransType(20) is there, ExecType(150)=F not."""
    reports = [report for report in futures.reports if report.msg_type == "8"]

    assert {report.get(8) for report in futures.reports} == {"FIX.4.2"}
    assert {report.get(57) for report in futures.reports} == {"BONT"}
    assert {report.get(20) for report in reports} == {"0"}
    assert {report.get(150) for report in reports} - {"1"} == set("0246")


def test_sample_logs_hold_as_many_messages_as_they_say(real_data_dir: Path) -> None:
    """They state ExpectedMessageCount in their own text: other delimiters, junk around, messages cut in lines."""
    stated, found = {}, {}
    for path in sorted((real_data_dir / "fixlogs").glob("FIX4*.log")):
        stated[path.name] = int(re.findall(r"ExpectedMessageCount=([0-9]+)", path.read_text("latin-1"))[0])
        items = list(read_log(path))
        found[path.name] = len(items)
        assert all(isinstance(item, LogRecord) for item in items)

    assert found == stated
    assert len(stated) == 11
