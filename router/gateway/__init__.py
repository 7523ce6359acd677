"""The gateway: a client's FIX message to an event, an output to a FIX message. The one place that knows both tongues.

Must not know sockets, sequence numbers or QuickFIX, and holds no state: the same text gives the same event, so that a
journal of events is a journal of what the clients said.
"""

from router.gateway.gateway import Gateway
from router.gateway.session import ClientSession

__all__ = ["ClientSession", "Gateway"]
