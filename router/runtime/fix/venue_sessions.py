"""`venue-sessions.cfg`: who may log on to the simulated venues, and on what terms. Its form is that of `sessions.cfg`.

SenderCompID is the venue's MIC, TargetCompID the client's. Two keys are ours and not QuickFIX's: `CancelOnDisconnect`,
and `HouseTags` for a client that understands what we say beyond FIX 4.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from router.runtime.fix.sessions_file import FixSession, read_sessions
from router.runtime.toml_file import SettingsError
from simulator.face.face import ClientTerms

_CANCEL_ON_DISCONNECT: Final = "CancelOnDisconnect"
_HOUSE_TAGS: Final = "HouseTags"
OUR_KEYS: Final = frozenset({_CANCEL_ON_DISCONNECT, _HOUSE_TAGS})


class VenueSessions(Struct, frozen=True):
    """By MIC, in the file's order: the sessions as QuickFIX is to have them, and each client's terms."""

    sessions: dict[str, list[FixSession]]
    terms: dict[str, dict[str, ClientTerms]]

    def on_ports(self, free: Iterable[int]) -> VenueSessions:
        """The same with other ports, one a venue."""
        moved = {
            mic: [session.with_keys({"SocketAcceptPort": str(port)}) for session in sessions]
            for (mic, sessions), port in zip(self.sessions.items(), free, strict=False)
        }
        return VenueSessions(moved, self.terms)


def read_venue_sessions(path: Path, mics: Sequence[str]) -> VenueSessions:
    """The file's sessions; `mics` are the venues that are simulated. SettingsError names file, line and key."""
    sessions: dict[str, list[FixSession]] = {}
    terms: dict[str, dict[str, ClientTerms]] = {}
    for session in read_sessions(path, OUR_KEYS):
        _refuse(path, session, mics)
        sessions.setdefault(session.ours, []).append(session.without_keys(OUR_KEYS))
        terms.setdefault(session.ours, {})[session.theirs] = ClientTerms(
            house_tags=session.keys.get(_HOUSE_TAGS) == "Y",
            cancel_on_disconnect=session.keys.get(_CANCEL_ON_DISCONNECT) == "Y",
        )
    if not sessions:
        raise SettingsError(f"{path}: no [SESSION]: nobody could log on")
    _refuse_shared_ports(path, sessions)
    return VenueSessions(sessions, terms)


def _refuse(path: Path, session: FixSession, mics: Sequence[str]) -> None:
    place = f"{path}:{session.line}"
    if not session.accepts:
        raise SettingsError(f"{place}: ConnectionType: venues are connected to: acceptor is expected, got initiator")
    if session.begin_string != "FIX.4.4":
        raise SettingsError(f"{place}: BeginString: venues speak FIX.4.4, got {session.begin_string}")
    if session.ours not in mics:
        known = ", ".join(mics)
        raise SettingsError(f"{place}: SenderCompID: {session.ours!r} is no simulated venue; there are {known}")


def _refuse_shared_ports(path: Path, sessions: Mapping[str, Sequence[FixSession]]) -> None:
    """A venue has one port, and has it alone: a Logon(A) is answered by whoever listens where it comes in."""
    holders: dict[str, str] = {}
    for mic, mine in sessions.items():
        ports = list(dict.fromkeys(session.keys["SocketAcceptPort"] for session in mine))
        if len(ports) > 1:
            raise SettingsError(f"{path}: SocketAcceptPort: {mic} has {' and '.join(ports)}; one port a venue")
        other = holders.setdefault(ports[0], mic)
        if other != mic:
            raise SettingsError(f"{path}: SocketAcceptPort: {other} and {mic} both have {ports[0]}; one venue a port")
