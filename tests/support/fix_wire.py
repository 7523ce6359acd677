"""The world's venues behind their FIX faces, on virtual time: what the engine says and hears goes through FIX text.

No socket and no session: a TestRequest(1) is answered at once. Knows no order.
"""

from __future__ import annotations

from collections.abc import Sequence

from fixspec.codec import decode, encode
from router.core.events import Event
from router.core.outputs import VenueCommand
from router.core.profiles import EngineConfig
from router.core.types import Ns
from router.runtime.fix.fix_venue import FixVenueLink
from simulator.face.exchange import Exchange, Post
from simulator.face.face import ClientTerms, FixFace
from simulator.world import World

US = "SLUICE"


class FixWire:
    """A `MarketClock` that takes commands. `letters` holds what crossed, as (MIC, text), in order."""

    def __init__(self, world: World, config: EngineConfig) -> None:
        instruments = {instrument.symbol: instrument for instrument in config.instruments}
        mics = [venue.mic for venue in config.venues if venue.enabled]
        terms = {US: ClientTerms(house_tags=True)}
        self._world = world
        self._links = {mic: FixVenueLink(mic, instruments) for mic in mics}
        self._exchange = Exchange(world, {mic: FixFace(mic, instruments, terms) for mic in mics})
        self._answers: list[tuple[Ns, Event]] = []
        self.letters: list[tuple[str, str]] = []
        for mic, link in self._links.items():
            test = decode(link.logged_on(world.now)).get(112)
            self._hear(world.now, mic, encode("0", [(112, test)]))

    @property
    def next_at(self) -> Ns | None:
        return self._answers[0][0] if self._answers else self._exchange.next_at

    def step(self, until: Ns) -> Sequence[tuple[Ns, Event]]:
        """What was answered at once, else what the venues say next."""
        if not self._answers:
            self._post(self._exchange.advance(until))
        heard, self._answers = self._answers, []
        return heard

    def send(self, at: Ns, command: VenueCommand) -> None:
        """A command leaves for its venue as text."""
        self._say(at, command.venue, self._links[command.venue].command(at, command))

    def _say(self, at: Ns, mic: str, text: str) -> None:
        self.letters.append((mic, text))
        self._post(self._exchange.message(at, mic, US, text))

    def _post(self, posts: Sequence[Post]) -> None:
        for post in posts:
            assert post.client == US, post
            self._hear(self._world.now, post.mic, post.text)

    def _hear(self, at: Ns, mic: str, text: str) -> None:
        self.letters.append((mic, text))
        understood = self._links[mic].message(text)
        assert understood.troubles == (), understood
        self._answers += ((at, event) for event in understood.events)
        for reply in understood.replies:
            self._say(at, mic, reply)
