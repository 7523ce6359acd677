"""QuickFIX's single-threaded engines, worked by whoever owns the pump: no thread of QuickFIX's, no lock to wait for.

A thread for each connection costs more than the work: every message waits twice for the interpreter's lock, and the
loop waits for the thread. So the owner's loop watches the sockets and calls `poll` where something is to be read.

QuickFIX opens its sockets by itself and tells nobody, so they are found among the process's descriptors. An acceptor's
are put there by us: QuickFIX listens on a Unix socket that only we knock at, hears a client's Logon(A) there once it
is whole (see `front_door`), and when its answer has been passed on, the client's own connection takes the place of
ours (`dup2`). A venue's connection comes to the initiator in the same way (see `caller`). Knows that bytes wait, not
what they say.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import struct
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from router.runtime.fix.caller import Caller
from router.runtime.fix.front_door import FrontDoor, Place, Visitor

TICK_S: Final = 0.25
"""How often engines are polled with nothing to read: QuickFIX counts heartbeats in whole seconds."""
CALLING_TICK_S: Final = 0.05
"""The same while a venue is called: its connection is not watched before it stands."""
_POLLS_MAX: Final = 16
"""Polls until a Logon is answered: three, and one for each connection dropped just before."""
_BYTES_ACKED_AT: Final = 120
"""Where Linux's `struct tcp_info` has tcpi_bytes_acked (since 4.1)."""
_READS_MAX: Final = 16
"""Reads of one venue in a turn, of 8 KiB each: a second of all that it can say."""
_LOGON_BYTES_MAX: Final = 65_536

Engine: TypeAlias = Any
"""QuickFIX's SocketAcceptor or SocketInitiator: it has no types."""


class Pump:
    """Watches sockets; `turn` works what is ready. All calls but `wake` come from one thread at a time.

    When a socket that `can_write` said no to has room again, `turn` returns.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._say = say
        self._folder = os.open(folder, os.O_DIRECTORY | os.O_CLOEXEC)
        self._knocks = 0
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll = select.epoll()
        self._epoll.register(self._bell, select.EPOLLIN)
        self._engines: list[_Watched] = []
        self._lost: list[_Watched] = []
        self._doors: dict[int, tuple[FrontDoor, _Watched, str]] = {}
        self._owners: dict[int, _Watched] = {}
        self._inner: dict[int, _Watched] = {}
        self._names: dict[int, str] = {}
        self._inodes: dict[int, int | None] = {}
        # Messages given to QuickFIX since the last turn, and the most that its own queue can hold, by socket.
        self._sent: Counter[int] = Counter()
        self._stuck: dict[int, int] = {}
        self._ticked = 0.0

    def fileno(self) -> int:
        """Can be read when `turn` has something to do."""
        return self._epoll.fileno()

    @property
    def tick_s(self) -> float:
        """How soon `turn` wants to be called with nothing to read."""
        return CALLING_TICK_S if any(engine.calls for engine in self._engines) else TICK_S

    def wake(self) -> None:
        """Make `turn` return; from any thread."""
        os.eventfd_write(self._bell, 1)

    # --- engines

    def add_acceptor(self, engine: Engine, places: Sequence[Place]) -> None:
        """Open the doors of an acceptor. Raises PortError where a place cannot be had, or QuickFIX's own errors."""
        watched = _Watched(engine)
        self._engines.append(watched)
        self._open(watched)
        at_port = {place.port: place for place in places}
        for fd, port in watched.listening.items():
            inner = f"/proc/self/fd/{self._folder}/door-{port}"
            with contextlib.suppress(FileNotFoundError):  # of a process that was killed
                Path(inner).unlink()
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as private:
                private.bind(inner)
                private.listen()
                private.setblocking(False)
                os.dup2(private.fileno(), fd, inheritable=False)
            door = FrontDoor(at_port[port])
            self._doors[door.fileno()] = door, watched, inner
            self._epoll.register(door.fileno(), select.EPOLLIN)

    def add_initiator(self, name: str, caller: Caller, engine: Engine, make_again: Callable[[], Engine]) -> None:
        """Take in the initiator of one venue; `make_again` replaces it when its connection is lost."""
        watched = _Watched(engine)
        watched.name, watched.caller, watched.make_again = name, caller, make_again
        self._engines.append(watched)

    def _open(self, watched: _Watched) -> None:
        """Have an engine open its sockets: a pair to signal to itself, and what it listens on or connects."""
        watched.is_open = True
        with _opening:
            before = {fd for fd, _ in _sockets()}
            watched.engine.poll()
            for fd, copy in _sockets():
                if fd in before:
                    continue
                if copy.family == socket.AF_UNIX:
                    self._inner[fd] = watched
                    self._inodes[fd] = _inode(fd)
                elif copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    watched.listening[fd] = copy.getsockname()[1]
        for fd, owner in self._inner.items():
            if owner is watched:
                self._epoll.register(fd, select.EPOLLIN)

    def socket_of(self, name: str) -> int | None:
        """The latest socket of a client's CompID, or to a venue."""
        found = [fd for fd, known in self._names.items() if known == name]
        return found[-1] if found else None

    def _forget(self, fd: int) -> None:
        """QuickFIX has closed this socket."""
        watched = self._owners.pop(fd)
        for known in (self._names, self._stuck, self._sent, self._inodes):
            known.pop(fd, None)
        if watched.caller is not None:
            watched.line = None
            self._lost.append(watched)

    def let_go(self) -> None:
        """Forget the engines, which are to go before what they point to."""
        for watched in self._engines:
            watched.engine = None
            if watched.caller is not None:
                watched.caller.close()
        self._engines.clear()
        for known in (self._owners, self._inner):
            known.clear()

    def close(self) -> None:
        """Close what the engines have left open, after they are gone, and what is ours."""
        for door, _, inner in self._doors.values():
            door.close()
            with contextlib.suppress(FileNotFoundError):
                Path(inner).unlink()
        for fd, inode in self._inodes.items():
            if _inode(fd) == inode:  # or QuickFIX has closed it, and the number may be somebody else's by now
                os.close(fd)
        for fd in (self._bell, self._folder):
            os.close(fd)
        self._epoll.close()

    # --- a turn

    def turn(self, timeout: float = 0.0) -> None:
        """Wait for something to do, at most `timeout` seconds, and do it."""
        self._replace_lost()
        due: dict[_Watched, None] = {}
        doors, writable = [], []
        for fd, events in self._epoll.poll(timeout):
            if fd in self._owners:
                due[self._owners[fd]] = None
                if events & select.EPOLLOUT:
                    writable.append(fd)
            elif fd in self._inner:
                due[self._inner[fd]] = None
                self._blocked(self._inner[fd])
            elif fd in self._doors:
                doors.append(fd)
            else:
                with contextlib.suppress(BlockingIOError):  # not the bell: a socket of an engine that is being replaced
                    os.eventfd_read(self._bell)
        self._note_sent()
        if time.monotonic() - self._ticked >= self.tick_s:
            self._ticked = time.monotonic()
            due, doors = self._tick(), list(self._doors)
        # What venues say comes first, all of it: clients' orders would otherwise overtake the answers to earlier ones.
        for watched in sorted(due, key=lambda watched: watched.caller is None):
            self._poll(watched)
        for fd in doors:
            self._answer(fd)
        for fd in writable:
            self._has_room(fd)

    def _tick(self) -> dict[_Watched, None]:
        """See to what says nothing: sockets that were closed, and venues that are called. Returns whom to poll."""
        for fd, inode in list(self._inodes.items()):
            if fd in self._owners and _inode(fd) != inode:
                self._forget(fd)
        for watched in self._engines:
            if watched in self._lost:
                continue  # to be replaced before it is used again
            line = watched.caller.reach() if watched.calls and watched.caller is not None else None
            if line is not None:
                with line:
                    self._put_through(watched, line)
        return dict.fromkeys(self._engines)

    def _poll(self, watched: _Watched) -> None:
        if watched.calls:
            return  # it would connect by itself, or say a Logon to nobody
        watched.engine.poll()
        fd = watched.line
        if fd is None:
            return
        for _ in range(_READS_MAX):
            if _inode(fd) != self._inodes[fd]:
                self._forget(fd)
                return
            if not _can(fd, select.POLLIN):
                return
            watched.engine.poll()

    def _replace_lost(self) -> None:
        for watched in self._lost:
            for fd in [fd for fd, owner in self._inner.items() if owner is watched]:
                del self._inner[fd], self._inodes[fd]  # it closes them itself
            watched.engine, watched.line, watched.is_open = None, None, False
            watched.engine = watched.make_again()
        self._lost.clear()

    def _watch(self, watched: _Watched, fd: int, name: str) -> None:
        if fd in self._owners:
            self._forget(fd)  # of a connection that was closed since
        self._owners[fd] = watched
        self._names[fd] = name
        self._inodes[fd] = _inode(fd)
        try:
            self._epoll.register(fd, select.EPOLLIN)
        except FileExistsError:
            self._epoll.modify(fd, select.EPOLLIN)

    # --- who comes in

    def _answer(self, fd: int) -> None:
        door, watched, inner = self._doors[fd]
        visitors, turned_away = door.turn()
        for text in turned_away:
            self._say(text)
        for visitor in visitors:
            self._let_in(watched, inner, visitor)

    def _let_in(self, watched: _Watched, inner: str, visitor: Visitor) -> None:
        """Have QuickFIX accept a connection of ours and answer the Logon on it; then put the visitor there."""
        self._knocks += 1
        name = f"/proc/self/fd/{self._folder}/knock-{self._knocks}"
        with visitor.connection, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
            knock.bind(name)
            try:
                knock.connect(inner)
            finally:
                Path(name).unlink()
            knock.setblocking(False)
            knock.send(visitor.logon)
            answer = _answer_to(knock, watched.engine)
            taken = [fd for fd, copy in _sockets() if copy.family == socket.AF_UNIX and _peer_of(copy) == name]
            sent = 0
            with contextlib.suppress(OSError):  # it has left meanwhile
                sent = visitor.connection.send(answer)
            # Refused by QuickFIX, or without room for its answer: it goes, and QuickFIX sees our end close.
            if taken and sent == len(answer):
                os.dup2(visitor.connection.fileno(), taken[0], inheritable=False)
                self._watch(watched, taken[0], visitor.comp_id)

    def _put_through(self, watched: _Watched, line: socket.socket) -> None:
        """Have QuickFIX connect to the caller's door, pass its Logon on, and put the venue's line there."""
        assert watched.caller is not None
        for _ in range(_POLLS_MAX):
            if watched.is_open:
                watched.engine.poll()
            else:
                self._open(watched)
            try:
                ours, address = watched.caller.door.accept()
            except BlockingIOError:  # out of the session's hours
                continue
            with ours:
                ours.setblocking(False)
                fd = connected(address, ours.getsockname())
                if fd is None:
                    continue  # it has closed it again
                with contextlib.suppress(OSError):  # not said yet, or the line is lost: QuickFIX will see that
                    line.send(ours.recv(_LOGON_BYTES_MAX))
                os.dup2(line.fileno(), fd, inheritable=False)
                watched.line = fd
                self._watch(watched, fd, watched.name)
                return

    # --- who can be written to

    def can_write(self, fd: int) -> bool:
        """Whether a message given to QuickFIX now goes out at once."""
        if fd in self._stuck:
            return False
        if _can(fd, select.POLLOUT):
            return True
        self._listen(fd, select.EPOLLIN | select.EPOLLOUT)
        return False

    def progress(self, fd: int) -> tuple[int, int]:
        """Bytes that wait in the socket, and bytes that its peer has taken so far; none of a socket that is closed."""
        if fd not in self._owners or _inode(fd) != self._inodes[fd]:
            return 0, 0
        with socket.socket(fileno=os.dup(fd)) as copy:
            (waiting,) = struct.unpack("i", fcntl.ioctl(fd, termios.TIOCOUTQ, bytes(4)))
            info = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_ACKED_AT + 8)
        (taken,) = struct.unpack_from("Q", info, _BYTES_ACKED_AT)
        return waiting, taken

    def count(self, fd: int) -> None:
        """QuickFIX is given a message for this socket."""
        self._sent[fd] += 1

    def _blocked(self, watched: _Watched) -> None:
        """QuickFIX keeps messages back: a socket took less than it was given.

        It sends one of them a poll and does not say when it is done; it holds no more than it was given since it had
        none, so that many polls will do.
        """
        for fd, count in self._sent.items():
            if count and self._owners.get(fd) is watched:
                self._stuck.setdefault(fd, 0)
                self._listen(fd, select.EPOLLIN | select.EPOLLOUT)

    def _note_sent(self) -> None:
        for fd in self._stuck:
            self._stuck[fd] += self._sent[fd]
        self._sent.clear()

    def _has_room(self, fd: int) -> None:
        if fd in self._stuck:
            self._stuck[fd] -= 1
            if self._stuck[fd] > 0:
                return
            del self._stuck[fd]
        self._listen(fd, select.EPOLLIN)

    def _listen(self, fd: int, events: int) -> None:
        with contextlib.suppress(OSError):  # closed by QuickFIX in this turn: the next tick sees to it
            self._epoll.modify(fd, events)


class _Watched:
    """One engine, and what is known of its sockets."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = ""
        self.is_open = False
        self.caller: Caller | None = None
        self.make_again: Callable[[], Engine] = lambda: None
        self.line: int | None = None
        """The socket of an initiator's only session."""
        self.listening: dict[int, int] = {}

    @property
    def calls(self) -> bool:
        """Whether its venue is not reached: then it is not to be polled, for it would connect by itself."""
        return self.caller is not None and self.line is None


_opening: Final = threading.Lock()
"""Held while an engine opens its sockets: what is new after that is its."""


def _answer_to(knock: socket.socket, engine: Engine) -> bytes:
    """What QuickFIX says to a Logon: to accept, to note the connection and to read are a poll each."""
    answer = b""
    for _ in range(_POLLS_MAX):
        engine.poll()
        try:
            while chunk := knock.recv(65_536):
                answer += chunk
        except BlockingIOError:
            if answer:
                break
        else:
            break  # closed
    return answer


def _sockets() -> Iterator[tuple[int, socket.socket]]:
    """The sockets of this process: descriptor, and a copy that is closed when the next one is asked for."""
    for entry in Path("/proc/self/fd").iterdir():
        fd = int(entry.name)
        try:
            if not str(entry.readlink()).startswith("socket:"):
                continue
            copy = socket.socket(fileno=os.dup(fd))
        except OSError:
            continue  # closed since the listing
        with copy:
            yield fd, copy


def connected(local: tuple[str, int], peer: tuple[str, int]) -> int | None:
    """The descriptor of this process's connection from `local` to `peer`, None where there is none.

    By both ends: the kernel gives one local port to two connections where their peers are different.
    """
    for fd, copy in _sockets():
        with contextlib.suppress(OSError):  # not connected
            if copy.family == socket.AF_INET and (copy.getsockname(), copy.getpeername()) == (local, peer):
                return fd
    return None


def _can(fd: int, what: int) -> bool:
    """Whether a socket is ready, to be read or written, or closed."""
    ready = select.poll()
    ready.register(fd, what)
    return bool(ready.poll(0))


def _inode(fd: int) -> int | None:
    """What tells a socket from another that has its number later; None where nothing is open."""
    try:
        return os.fstat(fd).st_ino
    except OSError:
        return None


def _peer_of(connection: socket.socket) -> object:
    try:
        return connection.getpeername()
    except OSError:  # not connected
        return None
