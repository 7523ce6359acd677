"""One strategy parameter as a client sends it, and the canonical text it becomes. Must not know any algorithm.

Canonical text is what the parameters' own types read: rates are decimal fractions (`0.1`), offsets basis points
(`-50`), times FIX UTC timestamps, durations seconds, prices in the currency's main unit, flags `Y`/`N`, lists have
commas between.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Literal, TypeAlias

import msgspec

from fixspec import values
from fixspec.values import ValueRefused, label

Kind: TypeAlias = Literal["text", "rate", "bps", "qty", "price", "time", "time_of_day", "duration", "flag", "list"]
Unit: TypeAlias = Literal["", "fraction", "percent", "bps", "milliseconds", "seconds", "minutes", "hours"]

KINDS: Final[Mapping[str, Kind]] = {
    "StartTime": "time",
    "EndTime": "time",
    "ParticipationRate": "rate",
    "MinParticipation": "rate",
    "MaxParticipation": "rate",
    "Urgency": "text",
    "RiskAversion": "text",
    "IWouldPrice": "price",
    "IWouldQty": "qty",
    "RelativeLimit": "bps",
    "RelativeLimitTo": "text",
    "Auctions": "text",
    "MaxAuctionPct": "rate",
    "DisplayQty": "qty",
    "MinQty": "qty",
    "DarkPct": "rate",
    "VenuesInclude": "list",
    "VenuesExclude": "list",
    "DarkOnly": "flag",
    "Completion": "text",
    "HaltPolicy": "text",
    "Interval": "duration",
    "Variance": "rate",
    "CurveSource": "text",
}
"""The parameters that algorithms share, by canonical name. Any other CamelCase name is a plug-in's own."""

OF_THE_ORDER: Final = frozenset(
    {
        *(8, 9, 10, 34, 35, 43, 49, 52, 56, 97),
        *(1, 11, 15, 18, 21, 22, 37, 38, 40, 41, 44, 48, 54, 55, 59, 60, 100, 207, 432, 790),
        *(99, 152, 211, 388, 389, 516, 957, 958, 959, 960),
    }
)
"""Fields of the session and of any order, whose meaning no dialect can change. Those that may be a parameter as well,
such as EffectiveTime(168) and MaxFloor(111), are not among them."""
TEXT_MAX: Final = 256
LIST_TEXT_MAX: Final = 1024
LIST_MAX: Final = 64
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")
_SEPARATORS: Final = re.compile(r"[\s,;|]+")
_RATE: Final = {"": Decimal(1), "fraction": Decimal(1), "percent": Decimal("0.01"), "bps": Decimal("0.0001")}
_BPS: Final = {"": Decimal(1), "bps": Decimal(1), "percent": Decimal(100), "fraction": Decimal(10_000)}
_SECONDS: Final = {
    "": Decimal(1),
    "milliseconds": Decimal("0.001"),
    "seconds": Decimal(1),
    "minutes": Decimal(60),
    "hours": Decimal(3600),
}
_UNITS: Final[Mapping[Kind, Mapping[str, Decimal]]] = {"rate": _RATE, "bps": _BPS, "duration": _SECONDS}


class ParameterRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a client sends one parameter: in a tag, under a name in StrategyParametersGrp (957), or either.

    `name` is canonical. `kind` is left out for the shared parameters. `unit` is the client's unit of a rate, an offset
    or a duration. `values` translates codes first. `strategies` limits the rule to some strategies, `pattern` to texts
    of a form, where one tag means different things.
    """

    name: str
    tag: int = 0
    group: str = ""
    kind: Kind | None = None
    unit: Unit = ""
    values: dict[str, str] = {}
    strategies: tuple[str, ...] = ()
    pattern: str = ""

    def __post_init__(self) -> None:
        if not is_canonical(self.name):
            raise ValueError(f"name '{self.name}' is not CamelCase of at most 40 letters and digits")
        if not self.tag and not self.group:
            raise ValueError(f"'{self.name}' needs a tag or a group name")
        if self.tag in OF_THE_ORDER:
            raise ValueError(f"{label(self.tag)} says something else of an order: '{self.name}' cannot stand there")
        if self.unit not in _UNITS.get(self.read_as, {"": 1}):
            raise ValueError(f"unit '{self.unit}' does not fit '{self.name}', which is a {self.read_as}")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern '{self.pattern}' is no regular expression: {error}") from None

    @property
    def read_as(self) -> Kind:
        """The kind stated, or that of the shared parameter, or text."""
        return self.kind or KINDS.get(self.name, "text")

    def applies(self, strategy: str | None, text: str) -> bool:
        """Whether this rule reads `text` of an order for `strategy`."""
        if self.strategies and strategy not in self.strategies:
            return False
        return not self.pattern or re.fullmatch(self.pattern, text) is not None


def is_canonical(name: str) -> bool:
    """Whether `name` is one a parameter can have: CamelCase, letters and digits, at most 40."""
    return _NAME.fullmatch(name) is not None


class Sent(msgspec.Struct, frozen=True):
    """A parameter as it came: its text, the tag it stood in, and what reading it may need of its order.

    `minor` is how many of the quoted price unit make one of the currency; `transact_time` is TransactTime(60).
    """

    text: str
    tag: int
    minor: int
    transact_time: str


def canonical(rule: ParameterRule, sent: Sent) -> str:
    """The canonical text of what was sent; a code in `rule.values` is translated and then read like any other text.

    Raises ValueRefused.
    """
    if rule.values:
        if sent.text not in rule.values:
            raise ValueRefused(sent.tag, f"a code of {rule.name}: {', '.join(rule.values)}", "", sent.text)
        sent = msgspec.structs.replace(sent, text=rule.values[sent.text])
    kind = rule.read_as
    if kind in _SCALED:
        return _SCALED[kind](rule, sent)
    return _PLAIN[kind](sent)


def _rate(rule: ParameterRule, sent: Sent) -> str:
    fraction = values.parse_decimal(sent.text.removesuffix("%"), sent.tag) * _RATE[rule.unit]
    if fraction > 1:
        most = values.decimal_text(1 / _RATE[rule.unit])
        raise ValueRefused(sent.tag, f"a {rule.name} of at most {most} ({rule.unit or 'fraction'})", most, sent.text)
    return values.decimal_text(fraction)


def _bps(rule: ParameterRule, sent: Sent) -> str:
    offset = values.parse_decimal(sent.text.removesuffix("bps"), sent.tag, signed=True)
    return values.decimal_text(offset * _BPS["bps" if sent.text.endswith("bps") else rule.unit])


def _duration(rule: ParameterRule, sent: Sent) -> str:
    return values.decimal_text(values.parse_decimal(sent.text, sent.tag) * _SECONDS[rule.unit])


def _text(sent: Sent) -> str:
    return values.parse_id(sent.text, sent.tag, cap=TEXT_MAX)


def _qty(sent: Sent) -> str:
    return str(values.parse_qty(sent.text, sent.tag))


def _price(sent: Sent) -> str:
    price = values.parse_decimal(sent.text, sent.tag)
    if price == 0:
        raise ValueRefused(sent.tag, "greater than zero", "0", sent.text)
    return values.decimal_text(price / sent.minor)


def _time(sent: Sent) -> str:
    return values.shortest_utc_timestamp(values.parse_utc_timestamp(sent.text, sent.tag))


def _time_of_day(sent: Sent) -> str:
    """A time without a date is on the day of TransactTime(60)."""
    day_ns = values.parse_utc_timestamp(f"{sent.transact_time[:8]}-00:00:00", 60)
    return values.shortest_utc_timestamp(day_ns + values.parse_utc_time(sent.text, sent.tag))


def _flag(sent: Sent) -> str:
    if sent.text not in {"Y", "N"}:
        raise ValueRefused(sent.tag, "Y or N", "", sent.text)
    return sent.text


def _list(sent: Sent) -> str:
    items = [item for item in _SEPARATORS.split(values.parse_id(sent.text, sent.tag, cap=LIST_TEXT_MAX)) if item]
    if len(items) > LIST_MAX:
        raise ValueRefused(sent.tag, f"at most {LIST_MAX} names", str(LIST_MAX), sent.text)
    return ",".join(items)


_SCALED: Final[Mapping[Kind, Callable[[ParameterRule, Sent], str]]] = {
    "rate": _rate,
    "bps": _bps,
    "duration": _duration,
}
_PLAIN: Final[Mapping[Kind, Callable[[Sent], str]]] = {
    "text": _text,
    "qty": _qty,
    "price": _price,
    "time": _time,
    "time_of_day": _time_of_day,
    "flag": _flag,
    "list": _list,
}
