"""All simulated venues behind their FIX faces, on one world: letters in, letters out, time as an argument.

What it adds to a face is the way: a command goes into the world with its latency, and what the world says at one
instant goes to the venue that said it. Knows no session and no clock: the same letters at the same times have the same
answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from router.api import AuctionImbalance, BookSnapshot, LevelUpdate, MarketEvent, Ns, PhaseChange, TradePrint
from simulator.face.face import FixFace, Heard
from simulator.lives import mark_of, marked
from simulator.world import Delivered, World

_PUBLIC: Final = (LevelUpdate, TradePrint, BookSnapshot, PhaseChange, AuctionImbalance)


class Post(Struct, frozen=True, gc=False):
    """A message from venue `mic` for `client`."""

    mic: str
    client: str
    text: str


class Exchange:
    """See the module. The first face also carries the tape: prints of who has no face (reporting facilities).

    `life` is how often these venues were up before, with clients that may remember their ids.
    """

    def __init__(self, world: World, faces: Mapping[str, FixFace], life: int = 0) -> None:
        assert faces, "no venue has a face"
        self._world = world
        self._faces = faces
        self._tape = next(iter(faces))
        self._mark = mark_of(life)
        for face in faces.values():
            face.mark_ids(self._mark)

    @property
    def next_at(self) -> Ns | None:
        """When something happens next in the world."""
        return self._world.next_at

    def message(self, at: Ns, mic: str, client: str, raw: str) -> list[Post]:
        """A client's message arrives at `at`; what is answered at once. Commands are on their way to the venue."""
        at = max(at, self._world.now)
        return self._carry(at, mic, self._faces[mic].message(at, client, raw))

    def client_down(self, at: Ns, mic: str, client: str) -> None:
        """A client's session with a venue has ended."""
        at = max(at, self._world.now)
        answers = self._carry(at, mic, self._faces[mic].client_down(client))
        assert not answers, answers

    def advance(self, until: Ns) -> list[Post]:
        """Let the world go on to the next instant at which something is heard, `until` at most; what is said then.

        Something must be due by `until` (`next_at`).
        """
        posts: list[Post] = []
        public: dict[tuple[str, str], list[MarketEvent]] = {}
        now = self._world.now
        for at, event in self._world.step(until):
            now = at
            if isinstance(event, _PUBLIC):
                for mic in self._where(event):
                    public.setdefault((mic, event.symbol), []).append(event)
            else:
                posts += self._reported(at, marked(event, self._mark) if self._mark else event)
        for (mic, symbol), events in public.items():
            posts += (Post(mic, client, text) for client, text in self._faces[mic].publish(now, symbol, events))
        return posts

    def _carry(self, at: Ns, mic: str, heard: Heard) -> list[Post]:
        for command in heard.commands:
            self._world.send(at, command)
        return [Post(mic, client, text) for client, text in heard.letters]

    def _where(self, event: MarketEvent) -> Iterable[str]:
        if event.venue is None:
            return self._faces  # a phase of the instrument, everywhere
        if event.venue in self._faces:
            return (event.venue,)
        return (self._tape,) if isinstance(event, TradePrint) else ()

    def _reported(self, at: Ns, event: Delivered) -> list[Post]:
        assert not isinstance(event, _PUBLIC), event
        face = self._faces.get(event.venue)
        return [] if face is None else [Post(face.mic, client, text) for client, text in face.report(at, event)]
