"""A simulated venue as its FIX clients meet it: text in, commands and text out.

Text is whole messages, less what the session adds. Every message has an answer, and the only ways out are answers:
what cannot be read, is not known or is not supported is refused by the message that FIX has for it. Knows neither
sessions nor sockets, nor which simulator is behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from fixspec.codec import decode, encode
from fixspec.message import FixSyntaxError, Message
from fixspec.values import clean_text
from router.api import BusinessRejectReason, Instrument, MarketEvent, Ns, VenueDown, VenueReport, VenueUp
from simulator.face.entry import ClientTerms, Heard, Letter, OrderEntry
from simulator.face.feed import Feed
from simulator.face.reports import business_reject

__all__ = ["ClientTerms", "FixFace", "Heard", "Letter"]

STALE: Final = frozenset({"W", "X", "Y", "f"})
"""What is not sent again to a client that was away: market data has a new snapshot, and reports are what is missed."""


class FixFace:
    """One venue's. `clients` are those who may have a session, by CompID.

    `wire_time` turns the market's time into what is written of it: where a market of another day is paced by the wall,
    its clients count in the wall's time. `market_time` is its inverse, for the times that they name.
    """

    def __init__(
        self,
        mic: str,
        instruments: Mapping[str, Instrument],
        clients: Mapping[str, ClientTerms],
        wire_time: Callable[[Ns], Ns] = lambda at: at,
        market_time: Callable[[Ns], Ns] = lambda at: at,
    ) -> None:
        self.mic = mic
        self._wire_time = wire_time
        self._entry = OrderEntry(mic, instruments, clients, wire_time, market_time)
        self._feed = Feed(instruments, frozenset(name for name, terms in clients.items() if terms.house_tags))
        self._down = ""
        self._orders: dict[str, Callable[[Ns, str, Message], Heard]] = {
            "D": self._entry.new_order,
            "F": self._entry.cancel,
            "G": self._entry.replace,
            "H": self._entry.status,
            "q": self._entry.mass_cancel,
        }

    def mark_ids(self, mark: str) -> None:
        """The ids of this life end with `mark` (`simulator.lives`)."""
        self._entry.mark_ids(mark)

    def message(self, at: Ns, client: str, raw: str) -> Heard:
        """What a client's application message comes to at `at`, the market's time. Never raises for what it holds."""
        at = self._wire_time(at)
        try:
            message = decode(raw)
        except FixSyntaxError as error:
            return Heard(letters=((client, _unreadable(raw, error)),))
        if message.msg_type == "V":
            return Heard(letters=self._feed.request(at, client, message))
        handler = self._orders.get(message.msg_type)
        if handler is None:
            text = f"MsgType(35) {clean_text(message.msg_type, cap=16)} is not supported"
            return self._refuse(client, message, BusinessRejectReason.UNSUPPORTED_MESSAGE_TYPE, text)
        if self._down:
            return self._refuse(client, message, BusinessRejectReason.APPLICATION_NOT_AVAILABLE, self._down)
        return handler(at, client, message)

    def client_down(self, client: str) -> Heard:
        """A client's session has ended: so have its subscriptions, and, where it agreed to that, its orders."""
        self._feed.forget(client)
        return self._entry.client_down(client)

    def report(self, at: Ns, report: VenueReport) -> tuple[Letter, ...]:
        """What the venue says of an order, to its owner; of itself, to nobody: it shows in the answers."""
        if isinstance(report, VenueDown):
            self._down = f"{self.mic} is down: {report.text}" if report.text else f"{self.mic} is down"
            return ()
        if isinstance(report, VenueUp):
            self._down = ""
            return ()
        return self._entry.report(self._wire_time(at), report)

    def publish(self, at: Ns, symbol: str, events: Sequence[MarketEvent]) -> tuple[Letter, ...]:
        """What happened at one instant in one symbol, to those who subscribed to it."""
        return self._feed.publish(self._wire_time(at), symbol, events)

    def _refuse(self, client: str, message: Message, reason: BusinessRejectReason, text: str) -> Heard:
        return Heard(letters=((client, business_reject(message, reason, text)),))


def _unreadable(raw: str, error: FixSyntaxError) -> str:
    """BusinessMessageReject(j) to what passed the session and is no message here (a tag twice, a wrong group count)."""
    try:
        return business_reject(decode(raw, strict=False), BusinessRejectReason.OTHER, str(error))
    except FixSyntaxError:
        return encode("j", [(372, "?"), (380, BusinessRejectReason.OTHER), (58, clean_text(str(error), cap=400))])
