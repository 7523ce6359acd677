"""The rules of pre-trade risk as a table: name, setting, unit, OrdRejReason(103), and the words of the refusal.

The documentation's table is made from this one. It must not know how a limit is computed or where it is checked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct

from router.core.types import OrdRejReason


class Refusal(Struct, frozen=True, gc=False):
    """Why an order may not be taken, or a child not sent. `text` names the rule, the limit and the value: Text(58)."""

    reason: OrdRejReason
    text: str


class Rule(Struct, frozen=True):
    """One rule. `setting` is the key of `RiskLimits` that holds its limit, empty where the rule cannot be set."""

    name: str
    words: str
    reason: OrdRejReason
    setting: str = ""
    unit: str = ""

    def refuse(self, **values: str) -> Refusal:
        """The refusal, with `values` put in the places that `words` leaves open."""
        return Refusal(self.reason, f"{self.name}: {self.words.format(**values)}")


# --- who and what

UNKNOWN_CLIENT: Final = Rule("client", "{client} has no profile here", OrdRejReason.BROKER_OPTION)
KILLED: Final = Rule("kill switch", "no order of {scope} goes out", OrdRejReason.BROKER_OPTION)
UNKNOWN_SYMBOL: Final = Rule("instrument", "Symbol(55) {symbol} is not traded here", OrdRejReason.UNKNOWN_SYMBOL)
ALLOWED_SYMBOLS: Final = Rule(
    "allowed symbols",
    "Symbol(55) {symbol} is not one of the {limit} that the client may trade",
    OrdRejReason.BROKER_OPTION,
    setting="symbols",
    unit="list of Symbol(55)",
)
RESTRICTED: Final = Rule(
    "restricted list",
    "Symbol(55) {symbol} is one of the {limit} on it",
    OrdRejReason.BROKER_OPTION,
    setting="restricted",
    unit="list of Symbol(55)",
)
ACCOUNTS: Final = Rule(
    "accounts",
    "Account(1) {account!r} is not one of the {limit} that the client may use",
    OrdRejReason.UNKNOWN_ACCOUNT,
    setting="accounts",
    unit="list of Account(1)",
)

# --- how much

POSITIVE_QTY: Final = Rule(
    "positive quantity", "OrderQty(38) {value} is below the limit 1", OrdRejReason.INCORRECT_QUANTITY, unit="shares"
)
MAX_QTY: Final = Rule(
    "maximum quantity",
    "OrderQty(38) {value} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_qty",
    unit="shares",
)
MAX_ADV: Final = Rule(
    "share of daily volume",
    "OrderQty(38) {value} is above the limit {limit}, which is {fraction} of the average day's {adv}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_adv_ppm",
    unit="parts per million of the average daily volume, where known",
)
MAX_NOTIONAL: Final = Rule(
    "maximum notional",
    "{value} {currency} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_notional",
    unit="the instrument's currency",
)
MAX_PARTICIPATION: Final = Rule(
    "maximum participation",
    "{parameter} {value} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_participation_ppm",
    unit="parts per million of the market's volume",
)
PARTICIPATION_TEXT: Final = Rule(
    "maximum participation",
    "{parameter} {value!r} cannot be held against the limit {limit}: it is not a decimal fraction",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_participation_ppm",
    unit="parts per million of the market's volume",
)
OPEN_ORDERS: Final = Rule(
    "open orders",
    "this would be number {value}, above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_open_orders",
    unit="orders of the client",
)
LIST_ORDERS: Final = Rule(
    "orders of a list",
    "TotNoOrders(68) {value} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_list_orders",
    unit="orders in one list",
)
LIST_NOTIONAL: Final = Rule(
    "notional of a list",
    "buys and sells together, {value} {currency} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_list_notional",
    unit="each currency of the list's instruments",
)
MESSAGE_RATE: Final = Rule(
    "message rate",
    "message {value} within one second is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="max_messages_per_second",
    unit="messages of the client in any second",
)

# --- at what price

NO_REFERENCE: Final = Rule(
    "fresh reference",
    "there is no price of {symbol} to hold the order against",
    OrdRejReason.BROKER_OPTION,
    setting="reference_age_max_ns",
    unit="ns since the price was last known to hold",
)
STALE_REFERENCE: Final = Rule(
    "fresh reference",
    "the price of {symbol} is {value} s old, above the limit {limit} s",
    OrdRejReason.BROKER_OPTION,
    setting="reference_age_max_ns",
    unit="ns since the price was last known to hold",
)
COLLAR: Final = Rule(
    "price collar",
    "Price(44) {value} is {beyond} the limit {limit}, which is {fraction} from the reference {reference}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="collar_ppm",
    unit="parts per million of the reference price",
)

# --- the last gate, for each child

PARENT_QTY: Final = Rule(
    "parent quantity",
    "filled {filled} + open {exposure} + this {adds} = {value} is above the limit, OrderQty(38) {limit} of the parent",
    OrdRejReason.EXCEEDS_LIMIT,
    unit="shares",
)
PARENT_LIMIT: Final = Rule(
    "parent limit",
    "Price(44) {value} is {beyond} the limit, Price(44) {limit} of the parent",
    OrdRejReason.EXCEEDS_LIMIT,
    unit="price",
)
PARENT_LIMIT_UNKEPT: Final = Rule(
    "parent limit",
    "a child without Price(44) cannot keep the limit, Price(44) {limit} of the parent",
    OrdRejReason.EXCEEDS_LIMIT,
    unit="price",
)
CHILD_MAX_QTY: Final = Rule(
    "maximum child quantity",
    "OrderQty(38) {value} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="child_max_qty",
    unit="shares",
)
CHILD_MAX_NOTIONAL: Final = Rule(
    "maximum child notional",
    "{value} {currency} is above the limit {limit}",
    OrdRejReason.EXCEEDS_LIMIT,
    setting="child_max_notional",
    unit="the instrument's currency",
)

ORDER_RULES: Final = (
    UNKNOWN_CLIENT,
    KILLED,
    UNKNOWN_SYMBOL,
    ALLOWED_SYMBOLS,
    RESTRICTED,
    ACCOUNTS,
    POSITIVE_QTY,
    MAX_QTY,
    MAX_ADV,
    OPEN_ORDERS,
    MAX_PARTICIPATION,
    PARTICIPATION_TEXT,
    NO_REFERENCE,
    STALE_REFERENCE,
    COLLAR,
    MAX_NOTIONAL,
)
"""What a client's order is held against, in the order of the checks: the first that is broken answers."""

LIST_RULES: Final = (KILLED, LIST_ORDERS, NO_REFERENCE, STALE_REFERENCE, LIST_NOTIONAL)
"""What a list is held against as a whole, before its orders are one by one."""

CHILD_RULES: Final = (
    UNKNOWN_CLIENT,
    KILLED,
    UNKNOWN_SYMBOL,
    ALLOWED_SYMBOLS,
    RESTRICTED,
    POSITIVE_QTY,
    CHILD_MAX_QTY,
    PARENT_QTY,
    PARENT_LIMIT,
    PARENT_LIMIT_UNKEPT,
    NO_REFERENCE,
    STALE_REFERENCE,
    COLLAR,
    CHILD_MAX_NOTIONAL,
)
"""What a child is held against at the last gate, in the order of the checks."""

MESSAGE_RULES: Final = (UNKNOWN_CLIENT, MESSAGE_RATE)
"""What every message of a client is held against, before anything reads it."""


def rules_table(rules: tuple[Rule, ...]) -> str:
    """The rules as a Markdown table, in the order of the checks."""
    head = "| rule | setting | unit | OrdRejReason(103) | Text(58) |\n|---|---|---|---|---|\n"
    return head + "".join(_row(rule) for rule in rules)


def _row(rule: Rule) -> str:
    setting = f"`{rule.setting}`" if rule.setting else "always on"
    reason = f"{rule.reason.value} {rule.reason.name.replace('_', ' ').lower()}"
    words = rule.words.replace("!r}", "}")
    return f"| {rule.name} | {setting} | {rule.unit or '-'} | {reason} | `{rule.name}: {words}` |\n"


def show_decimal(value: int, scale: int) -> str:
    """`value / scale` as exact decimal text with thousands separators, and at least two decimals if it has any."""
    number = (Decimal(value) / scale).normalize()
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), f"not a finite number: {value}/{scale}"
    return f"{number:,.{max(-exponent, 2) if exponent < 0 else 0}f}"
