"""`sessions.cfg`: FIX sessions in QuickFIX's own form, read and checked by us before QuickFIX sees them.

QuickFIX takes a misspelt key in silence and Python's `configparser` refuses the repeated `[SESSION]` that the form is
made of, so the form is read here: `key=value`, `#` comments, `[DEFAULT]` then one `[SESSION]` per counterparty. Knows
which keys there are; what they do is QuickFIX's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from router.runtime.toml_file import SettingsError

_REQUIRED: Final = ("ConnectionType", "BeginString", "SenderCompID", "TargetCompID")
_VERSIONS: Final = ("FIX.4.2", "FIX.4.4")
_KEY_NAMES: Final = """
    ConnectionType BeginString SenderCompID TargetCompID SessionQualifier DefaultApplVerID
    StartTime EndTime StartDay EndDay LogonTime LogoutTime LogonDay LogoutDay UseLocalTime NonStopSession
    HeartBtInt LogonTimeout LogoutTimeout ReconnectInterval CheckLatency MaxLatency CheckCompID
    ResetOnLogon ResetOnLogout ResetOnDisconnect RefreshOnLogon PersistMessages SendRedundantResendRequests
    UseDataDictionary DataDictionary ValidateFieldsOutOfOrder ValidateFieldsHaveValues ValidateUserDefinedFields
    ValidateLengthAndChecksum AllowUnknownMsgFields PreserveMessageFieldsOrder TimestampPrecision
    SocketAcceptHost SocketAcceptPort SocketReuseAddress SocketConnectHost SocketConnectPort SocketNodelay
    SocketSendBufferSize SocketReceiveBufferSize AllowedRemoteAddresses
    ServerCertificateFile ServerCertificateKeyFile CertificationAuthoritiesFile CertificateVerifyLevel SSLProtocol
    ClientCertificateFile ClientCertificateKeyFile
"""
KNOWN_KEYS: Final = frozenset(_KEY_NAMES.split())
"""QuickFIX 1.16 session keys that a desk may set; paths of stores and logs are the shell's to choose."""
_PORTS: Final = ("SocketAcceptPort", "SocketConnectPort")
_WHOLE_NUMBERS: Final = (*_PORTS, "HeartBtInt", "ReconnectInterval", "LogonTimeout", "LogoutTimeout", "MaxLatency")
_FLAG_NAMES: Final = """
    PersistMessages ResetOnLogon ResetOnLogout ResetOnDisconnect RefreshOnLogon CheckLatency CheckCompID UseLocalTime
    NonStopSession SendRedundantResendRequests UseDataDictionary ValidateFieldsOutOfOrder ValidateFieldsHaveValues
    ValidateUserDefinedFields ValidateLengthAndChecksum AllowUnknownMsgFields PreserveMessageFieldsOrder
    SocketReuseAddress SocketNodelay
"""
_FLAGS: Final = frozenset(_FLAG_NAMES.split())
_TIMES: Final = ("StartTime", "EndTime", "LogonTime", "LogoutTime")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")


class FixSession(Struct, frozen=True):
    """One session: `ours` is our CompID, `theirs` the counterparty's; `keys` all settings, defaults included."""

    connection: str
    begin_string: str
    ours: str
    theirs: str
    keys: dict[str, str]
    line: int

    @property
    def accepts(self) -> bool:
        """Whether the counterparty connects to us (a client), or we to it (a venue)."""
        return self.connection == "acceptor"

    def without_keys(self, names: frozenset[str]) -> FixSession:
        """The same session less some settings."""
        keys = {key: value for key, value in self.keys.items() if key not in names}
        return FixSession(self.connection, self.begin_string, self.ours, self.theirs, keys, self.line)

    def with_keys(self, changes: Mapping[str, str]) -> FixSession:
        """The same session with some settings changed."""
        return FixSession(
            self.connection, self.begin_string, self.ours, self.theirs, {**self.keys, **changes}, self.line
        )


def read_sessions(path: Path, flags: frozenset[str] = frozenset()) -> tuple[FixSession, ...]:
    """The file's sessions in order; raises SettingsError that names file, line and key.

    `flags` are keys beyond QuickFIX's, Y or N, that whoever reads the file gives a meaning to.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    return parse_sessions(text, str(path), flags)


def parse_sessions(text: str, name: str, flags: frozenset[str] = frozenset()) -> tuple[FixSession, ...]:
    """As `read_sessions`, from text; `name` stands for the file in errors."""
    defaults: dict[str, str] = {}
    blocks: list[tuple[int, dict[str, str]]] = []
    current: dict[str, str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line, place = raw.strip(), f"{name}:{number}"
        if not line or line.startswith("#"):
            continue
        if line == "[DEFAULT]":
            current = defaults
        elif line == "[SESSION]":
            current = {}
            blocks.append((number, current))
        else:
            _take(line, current, place, flags)
    sessions = tuple(_session({**defaults, **keys}, number, name) for number, keys in blocks)
    _refuse_twins(sessions, name)
    return sessions


def _take(line: str, block: dict[str, str] | None, place: str, flags: frozenset[str]) -> None:
    if line.startswith("["):
        raise SettingsError(f"{place}: section {line}: only [DEFAULT] and [SESSION] are known")
    if block is None:
        raise SettingsError(f"{place}: {line!r} stands before [DEFAULT] or [SESSION]")
    key, found, value = (part.strip() for part in line.partition("="))
    if not found:
        raise SettingsError(f"{place}: {line!r}: a setting is key=value")
    if key not in KNOWN_KEYS and key not in flags:
        raise SettingsError(f"{place}: {key}: no such setting")
    if key in block:
        raise SettingsError(f"{place}: {key}: given twice in one section")
    _check_value(key, value, place, _FLAGS | flags)
    block[key] = value


def _check_value(key: str, value: str, place: str, flags: frozenset[str]) -> None:
    if key in _WHOLE_NUMBERS and not (value.isascii() and value.isdigit()):
        raise SettingsError(f"{place}: {key}: a whole number is expected, got {value!r}")
    if key in _PORTS and int(value) > 65_535:
        raise SettingsError(f"{place}: {key}: a port is 0 to 65535, got {value}")
    if key in flags and value not in {"Y", "N"}:
        raise SettingsError(f"{place}: {key}: Y or N is expected, got {value!r}")
    if key in _TIMES and not _TIME.fullmatch(value):
        raise SettingsError(f"{place}: {key}: a time HH:MM:SS is expected, got {value!r}")
    if key == "TimestampPrecision" and value not in {*"0123456789"}:
        raise SettingsError(f"{place}: {key}: digits of a second, 0 to 9, are expected, got {value!r}")
    if key in _REQUIRED and not value:
        raise SettingsError(f"{place}: {key}: a value is expected")
    if key == "ConnectionType" and value not in {"acceptor", "initiator"}:
        raise SettingsError(f"{place}: {key}: acceptor or initiator is expected, got {value!r}")
    if key == "BeginString" and value not in _VERSIONS:
        raise SettingsError(f"{place}: {key}: one of {', '.join(_VERSIONS)} is expected, got {value!r}")


def _session(keys: dict[str, str], number: int, name: str) -> FixSession:
    missing = [key for key in _REQUIRED if key not in keys]
    port = "SocketAcceptPort" if keys.get("ConnectionType") == "acceptor" else "SocketConnectPort"
    if port not in keys:
        missing.append(port)
    if missing:
        raise SettingsError(f"{name}:{number}: this session lacks {', '.join(missing)}")
    if keys.get("PersistMessages", "Y") != "Y":
        raise SettingsError(f"{name}:{number}: PersistMessages: must be Y, or a client's lost reports cannot be resent")
    return FixSession(
        keys["ConnectionType"], keys["BeginString"], keys["SenderCompID"], keys["TargetCompID"], keys, number
    )


def _refuse_twins(sessions: tuple[FixSession, ...], name: str) -> None:
    seen: dict[tuple[str, str], int] = {}
    for session in sessions:
        # QuickFIX would allow one CompID in two FIX versions; a client's orders must lead back to one session.
        identity = (session.ours, session.theirs)
        if identity in seen:
            first = seen[identity]
            raise SettingsError(f"{name}:{session.line}: TargetCompID: {session.theirs} has a session at line {first}")
        seen[identity] = session.line
