"""`Gateway`: one object for the shell, FIX text in and FIX text out. Must not know sessions' state or sockets."""

from collections.abc import Mapping, Sequence

from fixspec.codec import OutField, encode
from router.core.events import ClientEvent
from router.core.instruments import Instrument
from router.core.outputs import ClientOutput
from router.gateway.inbound import Inbound
from router.gateway.outbound import fields_of
from router.gateway.session import ClientSession


class Gateway:
    """Both ways between clients' FIX and the engine's words.

    `clients` by CompID; `venues` are what ExDestination(100) may name for direct access; `ours` names the router there.
    """

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        clients: Mapping[str, ClientSession],
        venues: Sequence[str],
        ours: str = "SLUICE",
    ) -> None:
        self._instruments = instruments
        self._clients = clients
        self._inbound = Inbound(instruments, venues, ours)

    def to_event(self, client: str, raw: str | bytes) -> ClientEvent:
        """The event that `client`'s message is; `BadRequest` for whatever cannot be taken. Never raises on any text."""
        return self._inbound.read(self._clients[client], raw)

    def to_fix(self, output: ClientOutput) -> tuple[str, list[OutField]]:
        """MsgType(35) and fields, header routing included, sequence number, times and CompIDs left to the session."""
        return fields_of(output, self._clients[output.client], self._instruments)

    def to_text(self, output: ClientOutput) -> str:
        """The message as text, for QuickFIX's `Message(text, dictionary)`."""
        msg_type, fields = self.to_fix(output)
        return encode(msg_type, fields, self._clients[output.client].begin_string)
