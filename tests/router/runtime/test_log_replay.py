"""A client's FIX log replayed on a seeded simulated market."""

from pathlib import Path

import pytest

from router.runtime.log_replay import ReplayError, first_difference, replay_log
from router.runtime.settings import Settings, default_home, read_settings

HEAD = "8=FIX.4.4|9=1|35={kind}|49=EMS44|56=SLUICE|34={number}|52={time}|"
BODY = "11={id}|55=ACME|54={side}|38={qty}|60={time}|{rest}10=000|"


def message(kind: str, number: int, time: str, **fields: object) -> str:
    """One line of the log; `rest` are further fields."""
    return f"{time} : " + (HEAD + BODY).format(kind=kind, number=number, time=time, **{"rest": "", **fields})


LOG = "\n".join(
    [
        message("D", 2, "20260316-14:00:00.000", id="A1", side=1, qty=300, rest="40=2|44=41.00|59=0|"),
        "some other text",
        message("D", 3, "20260316-14:00:05.000", id="A2", side=2, qty=500, rest="40=2|44=99.00|59=0|"),
        message("F", 4, "20260316-14:00:09.000", id="A3", side=2, qty=500, rest="41=A2|"),
        "",
    ]
)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(default_home())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "client.log"
    path.write_text(LOG)
    return path


def kinds(lines: list[str]) -> list[str]:
    """ClOrdID(11), ExecType(150) and OrdStatus(39) of each report."""
    found = []
    for line in lines:
        fields = dict(part.split("=", 1) for part in line.split(" : ", 1)[1].split("|") if part)
        found.append(f"{fields['11']} {fields.get('150', '9')} {fields['39']}")
    return found


def test_every_request_of_the_log_is_answered_at_the_logs_own_times(log: Path, settings: Settings) -> None:
    replayed = replay_log(log, settings, seed=1)

    answers = kinds(replayed.lines)
    assert replayed.requests == 3
    assert answers[0] == "A1 0 0"
    assert answers[-2:] == ["A3 6 6", "A3 4 4"]
    assert next(line for line in replayed.lines if "|11=A2|" in line).startswith("20260316-14:00:05.000 : ")


def test_an_order_id_of_the_house_that_is_in_the_log_does_not_hide_which_order_is_meant(
    log: Path, settings: Settings
) -> None:
    log.write_text(LOG.replace("41=A2|", "41=A2|37=THEIRS-2|"))

    assert kinds(replay_log(log, settings).lines)[-2:] == ["A3 6 6", "A3 4 4"]


def test_the_same_log_and_seed_give_the_same_bytes(log: Path, settings: Settings) -> None:
    assert replay_log(log, settings, seed=5).lines == replay_log(log, settings, seed=5).lines


def test_a_log_without_orders_is_refused_by_name(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "empty.log"
    path.write_text("nothing here\n")

    with pytest.raises(ReplayError, match="no NewOrderSingle"):
        replay_log(path, settings)


def test_what_cannot_be_read_is_kept_and_counted(log: Path, settings: Settings) -> None:
    log.write_text(LOG + "8=FIX.4.4|9=12|35=D|49=EMS44\n")

    replayed = replay_log(log, settings)

    assert (replayed.requests, len(replayed.garbage)) == (3, 1)


def test_the_first_difference_is_shown_with_what_came_before_it() -> None:
    assert first_difference(["a", "b", "c"], ["a", "b", "d"]) == "line 3 differs:\n  a\n  b\n- d\n+ c"


def test_logs_of_different_length_differ_where_one_ends() -> None:
    assert first_difference(["a"], ["a", "b"]) == "1 lines instead of 2; the first that has no counterpart:\n- b"


def test_equal_logs_do_not_differ() -> None:
    assert first_difference(["a", "b"], ["a", "b"]) is None
