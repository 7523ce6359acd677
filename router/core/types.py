"""The words every floor shares: FIX enumerations, and what an int means where it stands for time, price or quantity.

Knows no message, no order and no venue. Values of the enumerations are FIX's own codes, so that a journal line, a
report and this table read the same.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

Ns: TypeAlias = int
"""UTC nanoseconds since 1970-01-01."""
Px: TypeAlias = int
"""A price in quanta: price x `Instrument.price_scale` (10^4 unless the instrument says otherwise)."""
Qty: TypeAlias = int
"""A quantity in shares or contracts."""
Micros: TypeAlias = int
"""Money in millionths of a currency unit: fees per share need finer steps than prices (0.00295)."""
Ppm: TypeAlias = int
"""A fraction in parts per million, exact: 0.15 is 150,000."""

SECOND: Final = 1_000_000_000
MILLISECOND: Final = 1_000_000
MICROSECOND: Final = 1_000
PPM: Final = 1_000_000


class Side(StrEnum):
    """Side(54)."""

    BUY = "1"
    SELL = "2"
    SELL_SHORT = "5"
    SELL_SHORT_EXEMPT = "6"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for every kind of sell."""
        return 1 if self is Side.BUY else -1

    @property
    def is_buy(self) -> bool:
        return self is Side.BUY

    @property
    def opposite(self) -> Side:
        """The side that trades against this one; the opposite of every sell is a buy."""
        return Side.SELL if self is Side.BUY else Side.BUY

    def accepts(self, limit_px: Px | None, px: Px) -> bool:
        """Whether an order of this side limited at `limit_px` (None: no limit) may trade at `px`."""
        if limit_px is None:
            return True
        return px <= limit_px if self is Side.BUY else px >= limit_px


class OrdType(StrEnum):
    """OrdType(40)."""

    MARKET = "1"
    LIMIT = "2"
    PEGGED = "P"


class TimeInForce(StrEnum):
    """TimeInForce(59)."""

    DAY = "0"
    GTC = "1"
    AT_OPEN = "2"
    IOC = "3"
    FOK = "4"
    GTD = "6"
    AT_CLOSE = "7"


class HandlInst(StrEnum):
    """HandlInst(21): who works an order."""

    AUTOMATED = "1"
    AUTOMATED_WATCHED = "2"
    """A broker may step in: worked as `AUTOMATED` here."""
    MANUAL = "3"
    """A person: staged until the desk releases it."""


class OrdStatus(StrEnum):
    """OrdStatus(39)."""

    NEW = "0"
    PARTIALLY_FILLED = "1"
    FILLED = "2"
    DONE_FOR_DAY = "3"
    CANCELED = "4"
    REPLACED = "5"
    PENDING_CANCEL = "6"
    STOPPED = "7"
    REJECTED = "8"
    SUSPENDED = "9"
    PENDING_NEW = "A"
    CALCULATED = "B"
    EXPIRED = "C"
    PENDING_REPLACE = "E"


class ExecType(StrEnum):
    """ExecType(150), FIX 4.4 codes; the gateway maps them to 4.2 and to a client's habits."""

    NEW = "0"
    DONE_FOR_DAY = "3"
    CANCELED = "4"
    REPLACED = "5"
    PENDING_CANCEL = "6"
    STOPPED = "7"
    REJECTED = "8"
    SUSPENDED = "9"
    PENDING_NEW = "A"
    EXPIRED = "C"
    RESTATED = "D"
    PENDING_REPLACE = "E"
    TRADE = "F"
    TRADE_CORRECT = "G"
    TRADE_CANCEL = "H"
    ORDER_STATUS = "I"


class OrdRejReason(StrEnum):
    """OrdRejReason(103)."""

    BROKER_OPTION = "0"
    UNKNOWN_SYMBOL = "1"
    EXCHANGE_CLOSED = "2"
    EXCEEDS_LIMIT = "3"
    TOO_LATE = "4"
    UNKNOWN_ORDER = "5"
    DUPLICATE_ORDER = "6"
    DUPLICATE_OF_VERBAL_ORDER = "7"
    STALE_ORDER = "8"
    UNSUPPORTED = "11"
    INCORRECT_QUANTITY = "13"
    UNKNOWN_ACCOUNT = "15"
    OTHER = "99"


class CxlRejReason(StrEnum):
    """CxlRejReason(102)."""

    TOO_LATE = "0"
    UNKNOWN_ORDER = "1"
    BROKER_OPTION = "2"
    ALREADY_PENDING = "3"
    DUPLICATE_CL_ORD_ID = "6"
    OTHER = "99"


class CxlRejResponseTo(StrEnum):
    """CxlRejResponseTo(434)."""

    CANCEL = "1"
    REPLACE = "2"


class ListStatusType(StrEnum):
    """ListStatusType(429): why a list is reported."""

    ACK = "1"
    RESPONSE = "2"
    TIMED = "3"
    EXEC_STARTED = "4"
    ALL_DONE = "5"
    ALERT = "6"


class ListOrderStatus(StrEnum):
    """ListOrderStatus(431)."""

    IN_BIDDING_PROCESS = "1"
    RECEIVED = "2"
    EXECUTING = "3"
    CANCELING = "4"
    ALERT = "5"
    ALL_DONE = "6"
    REJECT = "7"


class BusinessRejectReason(StrEnum):
    """BusinessRejectReason(380)."""

    OTHER = "0"
    UNKNOWN_ID = "1"
    UNKNOWN_SECURITY = "2"
    UNSUPPORTED_MESSAGE_TYPE = "3"
    APPLICATION_NOT_AVAILABLE = "4"
    CONDITIONALLY_REQUIRED_FIELD_MISSING = "5"


class ExecRestatementReason(StrEnum):
    """ExecRestatementReason(378)."""

    GT_CORPORATE_ACTION = "0"
    GT_RENEWAL = "1"
    VERBAL_CHANGE = "2"
    REPRICING = "3"
    BROKER_OPTION = "4"
    PARTIAL_DECLINE = "5"
    CANCEL_ON_HALT = "6"
    CANCEL_ON_SYSTEM_FAILURE = "7"
    MARKET_OPTION = "8"


class LastLiquidityInd(StrEnum):
    """LastLiquidityInd(851)."""

    ADDED = "1"
    REMOVED = "2"
    ROUTED_OUT = "3"
    AUCTION = "4"


class LastCapacity(StrEnum):
    """LastCapacity(29)."""

    AGENT = "1"


class VenueKind(StrEnum):
    """What a venue is to the router: displayed book, undisplayed midpoint pool, or a cross at stated times."""

    LIT = "lit"
    DARK = "dark"
    CROSS = "cross"


class Peg(StrEnum):
    """What a pegged order follows: ExecInst(18) codes."""

    MID = "M"
    PRIMARY = "R"
    MARKET = "P"


class Phase(StrEnum):
    """What may happen in an instrument now.

    The subset of TradingSessionSubID(625) and SecurityTradingStatus(326) that matters here.
    """

    PRE_OPEN = "pre-open"
    OPENING_AUCTION = "opening-auction"
    CONTINUOUS = "continuous"
    CLOSING_AUCTION = "closing-auction"
    HALTED = "halted"
    CLOSED = "closed"


class PrintKind(StrEnum):
    """How a trade came about: which prints count in a volume or a VWAP is a rule over these."""

    REGULAR = "regular"
    HIDDEN = "hidden"
    DARK = "dark"
    CROSS = "cross"
    OPENING = "opening"
    CLOSING = "closing"
    OFF_EXCHANGE = "off-exchange"
    LATE = "late"


class Urgency(StrEnum):
    """How much an algorithm would pay for certainty; the router turns it into posting, pegging or sweeping."""

    PASSIVE = "passive"
    NEUTRAL = "neutral"
    AGGRESSIVE = "aggressive"


class Reason(StrEnum):
    """Why a slice was cut or a child order sent, as it stands in the journal and in the report."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch-up"
    PARTICIPATE = "participate"
    I_WOULD = "i-would"
    COMPLETION = "completion"
    IMMEDIATE = "immediate"
    DIRECT = "direct"
    PASSIVE_POST = "passive-post"
    RE_PEG = "re-peg"
    SWEEP = "sweep"
    DARK_PROBE = "dark-probe"
    DARK_REST = "dark-rest"
    CONDITIONAL = "conditional"
    FIRM_UP = "firm-up"
    CROSS = "cross"
    ESCALATE = "escalate"
