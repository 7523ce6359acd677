"""One client's limits, made ready: lists as sets for membership, and the exact window of its messages.

Knows no market, no instrument's price and no other client.
"""

from __future__ import annotations

import re
from collections import deque
from decimal import Decimal
from typing import Final

from router.core.events import Params
from router.core.instruments import Instrument
from router.core.profiles import ClientProfile
from router.core.types import PPM, SECOND, Ns, Ppm, Qty
from router.risk.rules import (
    ACCOUNTS,
    ALLOWED_SYMBOLS,
    MAX_ADV,
    MAX_PARTICIPATION,
    MAX_QTY,
    MESSAGE_RATE,
    OPEN_ORDERS,
    PARTICIPATION_TEXT,
    POSITIVE_QTY,
    RESTRICTED,
    Refusal,
    show_decimal,
)

PARTICIPATION: Final = ("MaxParticipation", "MinParticipation", "ParticipationRate")
"""The parameters that say how much of the volume to be. MinParticipation binds too: it forces trading."""

_FRACTION: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")


class ClientLimits:
    """What one client may do, by its profile."""

    __slots__ = ("_accounts", "_restricted", "_sent", "_symbols", "limits")

    def __init__(self, profile: ClientProfile) -> None:
        limits = self.limits = profile.limits
        self._symbols = None if limits.symbols is None else frozenset(limits.symbols)
        self._restricted = frozenset(limits.restricted)
        self._accounts = None if limits.accounts is None else frozenset(limits.accounts)
        # Times of the last messages that passed: never more than the limit, so that the window is exact and bounded.
        self._sent: deque[Ns] = deque(maxlen=limits.max_messages_per_second)

    def count_message(self, at: Ns) -> Refusal | None:
        """Refuse the message that would be one too many within the second that ends `at`; a refused one is not counted.

        So a client that goes on too fast is served at its limit, and is not locked out.
        """
        limit = self.limits.max_messages_per_second
        if limit is None:
            return None
        sent = self._sent
        if len(sent) >= limit and (limit == 0 or at - sent[0] < SECOND):
            return MESSAGE_RATE.refuse(value=f"{limit + 1:,}", limit=f"{limit:,}")
        sent.append(at)
        return None

    def check_symbol(self, symbol: str) -> Refusal | None:
        """The lists of what the client may and may not trade."""
        if self._symbols is not None and symbol not in self._symbols:
            return ALLOWED_SYMBOLS.refuse(symbol=symbol, limit=f"{len(self._symbols):,}")
        if symbol in self._restricted:
            return RESTRICTED.refuse(symbol=symbol, limit=f"{len(self._restricted):,}")
        return None

    def check_account(self, account: str) -> Refusal | None:
        """The accounts that the client may use."""
        if self._accounts is None or account in self._accounts:
            return None
        return ACCOUNTS.refuse(account=account, limit=f"{len(self._accounts):,}")

    def check_qty(self, qty: Qty, instrument: Instrument) -> Refusal | None:
        """An order's whole quantity, by itself and against an average day where one is known."""
        limits = self.limits
        if qty < 1:
            return POSITIVE_QTY.refuse(value=f"{qty:,}")
        if limits.max_qty is not None and qty > limits.max_qty:
            return MAX_QTY.refuse(value=f"{qty:,}", limit=f"{limits.max_qty:,}")
        adv, adv_ppm = instrument.adv, limits.max_adv_ppm
        if adv is None or adv_ppm is None or qty * PPM <= adv * adv_ppm:
            return None
        return MAX_ADV.refuse(
            value=f"{qty:,}", limit=f"{adv * adv_ppm // PPM:,}", fraction=show_decimal(adv_ppm, PPM), adv=f"{adv:,}"
        )

    def check_open_orders(self, open_orders: int) -> Refusal | None:
        """One order more, where `open_orders` of the client are open."""
        limit = self.limits.max_open_orders
        if limit is None or open_orders < limit:
            return None
        return OPEN_ORDERS.refuse(value=f"{open_orders + 1:,}", limit=f"{limit:,}")

    def check_participation(self, params: Params) -> Refusal | None:
        """Each stated share of the volume. A text that cannot be read is refused: what it asks is not known."""
        limit = self.limits.max_participation_ppm
        if limit is None:
            return None
        for name, text in params:
            if name in PARTICIPATION and (refusal := _check_rate(name, text, limit)) is not None:
                return refusal
        return None


def _check_rate(parameter: str, text: str, limit: Ppm) -> Refusal | None:
    if not _FRACTION.fullmatch(text):
        return PARTICIPATION_TEXT.refuse(parameter=parameter, value=text[:40], limit=show_decimal(limit, PPM))
    if Decimal(text) * PPM <= limit:
        return None
    return MAX_PARTICIPATION.refuse(parameter=parameter, value=text, limit=show_decimal(limit, PPM))
