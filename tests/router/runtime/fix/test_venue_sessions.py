"""Who may log on to the simulated venues: the file's form, and what is refused in it by line and key."""

from pathlib import Path

import pytest

from router.runtime.fix.venue_sessions import OUR_KEYS, read_venue_sessions
from router.runtime.settings import VENUE_SESSIONS_NAME
from router.runtime.toml_file import SettingsError
from simulator.face.face import ClientTerms

SHIPPED = ("XLIT", "XALT", "XINV", "XDRK", "XBLK", "XCRS", "XVWP")
PLAIN = """\
[SESSION]
ConnectionType=acceptor
BeginString=FIX.4.4
SenderCompID=XLIT
TargetCompID=DESK
SocketAcceptPort=9881
"""


def test_the_shipped_file_has_the_router_at_every_venue_and_another_client_at_two(repo: Path) -> None:
    read = read_venue_sessions(repo / VENUE_SESSIONS_NAME, SHIPPED)

    router = ClientTerms(house_tags=True)
    assert read.terms == {
        **{mic: {"SLUICE": router} for mic in SHIPPED},
        "XLIT": {"SLUICE": router, "TRADER": ClientTerms(cancel_on_disconnect=True)},
        "XDRK": {"SLUICE": router, "TRADER": ClientTerms()},
    }
    assert all(OUR_KEYS.isdisjoint(session.keys) for mine in read.sessions.values() for session in mine)


def test_a_venue_can_be_put_on_other_ports(repo: Path) -> None:
    moved = read_venue_sessions(repo / VENUE_SESSIONS_NAME, SHIPPED).on_ports(range(7_001, 7_100))

    ports = {mic: {session.keys["SocketAcceptPort"] for session in mine} for mic, mine in moved.sessions.items()}
    assert ports == {mic: {str(7_001 + number)} for number, mic in enumerate(SHIPPED)}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("XLIT", "XMAS"), f":1: SenderCompID: 'XMAS' is no simulated venue; there are {', '.join(SHIPPED)}"),
        (("FIX.4.4", "FIX.4.2"), ":1: BeginString: venues speak FIX.4.4, got FIX.4.2"),
        (
            ("acceptor", "initiator\nSocketConnectPort=1"),
            ":1: ConnectionType: venues are connected to: acceptor is expected, got initiator",
        ),
        (("Port=9881", "Port=9881\nHouseTags=yes"), ":7: HouseTags: Y or N is expected, got 'yes'"),
        ((PLAIN, ""), ": no [SESSION]: nobody could log on"),
        (("Port=9881\n", f"Port=9881\n{PLAIN.replace('XLIT', 'XALT')}"), (": SocketAcceptPort: XLIT and XALT both have "
                                                                       "9881; one venue a port")),
        (
            ("Port=9881\n", f"Port=9881\n{PLAIN.replace('DESK', 'TWO').replace('9881', '9882')}"),
            ": SocketAcceptPort: XLIT has 9881 and 9882; one port a venue",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_line_and_key(tmp_path: Path, change: tuple[str, str], error: str) -> None:
    path = tmp_path / VENUE_SESSIONS_NAME
    path.write_text(PLAIN.replace(*change))

    with pytest.raises(SettingsError) as refused:
        read_venue_sessions(path, SHIPPED)

    assert str(refused.value) == f"{path}{error}"
