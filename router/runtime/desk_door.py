"""The desk's way to a running router: a socket in its state directory, one act in, what the engine said to it out.

Whoever may read the state directory may act; nobody else can reach it, and it is no network port. An act is an input as
any other: journaled before it is done, replayed with the rest. Knows no session and decides nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from router.core.events import OperatorEvent
from router.core.outputs import Alarm, Output

DOOR_NAME: Final = "desk.sock"
ACT_BYTES_MAX: Final = 65_536
PATH_BYTES_MAX: Final = 107
"""What an address of a Unix socket holds (sockaddr_un, 108 bytes with its end)."""
WAIT_S: Final = 10.0
"""How long whoever asks waits for the answer: a router that is catching up answers in between."""

_decoder: Final[msgspec.json.Decoder[OperatorEvent]] = msgspec.json.Decoder(OperatorEvent)


class DeskError(Exception):
    """The router could not be asked; the text says why."""


class Answer(Struct, frozen=True):
    """What came of an act. `refused` is why it was no act at all; `alarms` what the engine wants a person to read."""

    alarms: tuple[str, ...] = ()
    outputs: int = 0
    refused: str = ""


class DeskDoor:
    """The router's side. `act` carries an event out and returns what the engine said to it."""

    def __init__(self, state: Path, act: Callable[[OperatorEvent], Sequence[Output]]) -> None:
        self._path = state / DOOR_NAME
        self._act = act
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen. Raises DeskError where the path is too long for a socket's."""
        if len(str(self._path).encode()) > PATH_BYTES_MAX:
            raise DeskError(f"{self._path}: no socket can be made, its path is longer than {PATH_BYTES_MAX} bytes")
        self._path.unlink(missing_ok=True)  # of a life before this one: the journal lets in one process at a time
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=ACT_BYTES_MAX)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = self._answer(await reader.readline())
        except ValueError:  # what `readline` raises on a line beyond the limit
            answer = Answer(refused=f"an act is a line of at most {ACT_BYTES_MAX} bytes")
        writer.write(msgspec.json.encode(answer) + b"\n")
        await writer.drain()
        writer.close()

    def _answer(self, line: bytes) -> Answer:
        try:
            event = _decoder.decode(line)
        except msgspec.DecodeError as error:
            return Answer(refused=str(error))
        outputs = self._act(event)
        return Answer(tuple(output.text for output in outputs if isinstance(output, Alarm)), len(outputs))


def ask(state: Path, event: OperatorEvent) -> Answer:
    """Have the router whose state is in `state` carry out `event`. Raises DeskError."""
    path = state / DOOR_NAME
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(WAIT_S)
            connection.connect(str(path))
            connection.sendall(msgspec.json.encode(event) + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline()
    except OSError as error:
        raise DeskError(f"no router answers at {path}: {error.strerror or error}") from None
    answer = msgspec.json.decode(line, type=Answer) if line else Answer(refused="the router ended meanwhile")
    if answer.refused:
        raise DeskError(answer.refused)
    return answer
