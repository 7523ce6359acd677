"""The QuickFIX form, read strictly."""

from pathlib import Path

import pytest

from router.runtime.fix.sessions_file import FixSession, parse_sessions, read_sessions
from router.runtime.toml_file import SettingsError

CLIENT = """\
# a comment
[DEFAULT]
SenderCompID=SLUICE
SocketAcceptPort = 9878

[SESSION]
ConnectionType=acceptor
BeginString=FIX.4.2
TargetCompID=EMS42
SocketAcceptPort=9999
"""


def test_a_session_takes_the_defaults_and_its_own_settings_win() -> None:
    assert parse_sessions(CLIENT, "s.cfg") == (
        FixSession(
            connection="acceptor",
            begin_string="FIX.4.2",
            ours="SLUICE",
            theirs="EMS42",
            keys={
                "SenderCompID": "SLUICE",
                "SocketAcceptPort": "9999",
                "ConnectionType": "acceptor",
                "BeginString": "FIX.4.2",
                "TargetCompID": "EMS42",
            },
            line=6,
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("TargetCompID=EMS42", "TargetCompId=EMS42", "s.cfg:9: TargetCompId: no such setting"),
        ("TargetCompID=EMS42", "", "s.cfg:6: this session lacks TargetCompID"),
        ("=9999", "=99999", "s.cfg:10: SocketAcceptPort: a port is 0 to 65535, got 99999"),
        ("=9999", "=x", "s.cfg:10: SocketAcceptPort: a whole number is expected, got 'x'"),
        ("[SESSION]", "[CLIENT]", "s.cfg:6: section [CLIENT]: only [DEFAULT] and [SESSION] are known"),
        ("[DEFAULT]", "", "s.cfg:3: 'SenderCompID=SLUICE' stands before [DEFAULT] or [SESSION]"),
        ("=FIX.4.2", "=FIX.4.3", "s.cfg:8: BeginString: one of FIX.4.2, FIX.4.4 is expected, got 'FIX.4.3'"),
        ("=acceptor", "=server", "s.cfg:7: ConnectionType: acceptor or initiator is expected, got 'server'"),
        ("TargetCompID=EMS42", "EMS42", "s.cfg:9: 'EMS42': a setting is key=value"),
        ("# a comment", "[DEFAULT]\nResetOnLogon=yes", "s.cfg:2: ResetOnLogon: Y or N is expected, got 'yes'"),
        ("[SESSION]", "PersistMessages=N\n[SESSION]", "s.cfg:7: PersistMessages: must be Y"),
        ("TargetCompID=EMS42", "TargetCompID=A\nTargetCompID=B", "s.cfg:10: TargetCompID: given twice in one section"),
    ],
)
def test_a_wrong_line_is_named(old: str, new: str, said: str) -> None:
    assert old in CLIENT

    with pytest.raises(SettingsError) as caught:
        parse_sessions(CLIENT.replace(old, new, 1), "s.cfg")

    assert str(caught.value).startswith(said)


def test_two_sessions_with_one_counterparty_are_refused() -> None:
    twice = CLIENT + CLIENT[CLIENT.index("[SESSION]") :]

    with pytest.raises(SettingsError, match=r"s\.cfg:11: TargetCompID: EMS42 has a session at line 6"):
        parse_sessions(twice, "s.cfg")


def test_the_shipped_sessions_are_two_clients_and_a_venue(repo: Path) -> None:
    sessions = read_sessions(repo / "sessions.cfg")

    assert [(session.theirs, session.begin_string, session.accepts) for session in sessions] == [
        ("EMS42", "FIX.4.2", True),
        ("EMS44", "FIX.4.4", True),
        ("XFIX", "FIX.4.4", False),
    ]
