"""The grammar of values in FIX text: quantities, prices, times, ids; parsed on the way in, printed on the way out.

QuickFIX lets through a quantity of -100, of 100.5, of four hundred digits, a price of twenty decimals and a newline in
a ClOrdID(11). Nothing that came over a wire is used before it has passed through here. This module knows text and
integers; it must not know orders, messages or who sent them.

Units: prices are `int` quanta, `scale` quanta to one unit of currency (10,000 unless the instrument says otherwise);
quantities are `int`; times are `int` nanoseconds since 1970-01-01 UTC.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from fixspec.fields import field_name

INT_DIGITS_MAX: Final = 12
"""A trillion shares, or a trillion in currency: beyond every order there is, and far inside an int64 of quanta."""
FRACTION_DIGITS_MAX: Final = 8
"""The finest tick of any market that quotes decimals (digital assets)."""
ID_LENGTH_MAX: Final = 64
"""Longer than any ClOrdID(11) seen in the wild; short enough to be a database key and a log column."""
TEXT_LENGTH_MAX: Final = 512
"""Cap for Text(58) going out: a refusal's sentence fits, a pasted document does not."""
SCALE_DEFAULT: Final = 10_000

_DECIMAL: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+")
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]")
_TIMESTAMP: Final = re.compile(r"([0-9]{8})-([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}|[0-9]{6}|[0-9]{9}))?")
_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NS: Final = 1_000_000_000
_NS_PER_DAY: Final = 86_400 * _NS
_EPOCH_ORDINAL: Final = dt.date(1970, 1, 1).toordinal()
_SHOWN_MAX: Final = 40


class ValueRefused(ValueError):  # noqa: N818 - FIX refuses a value; the word is the answer, not a failure
    """A value outside the grammar. Its text names the field, the rule, the limit where there is one, and the value.

    `tag` is the FIX tag, `rule` completes "`Name(tag)` must be ...", `limit` is the bound that was broken ("" if
    none), `value` is what came.
    """

    def __init__(self, tag: int, rule: str, limit: str, value: str) -> None:
        super().__init__(tag, rule, limit, value)
        self.tag = tag
        self.rule = rule
        self.limit = limit
        self.value = value

    def __str__(self) -> str:
        bound = f" (limit {self.limit})" if self.limit else ""
        return f"{label(self.tag)} must be {self.rule}{bound}: got {shown(self.value)}"


def label(tag: int) -> str:
    """`OrderQty(38)`; a tag outside our table is `tag 9999`."""
    name = field_name(tag)
    return f"{name}({tag})" if name else f"tag {tag}"


def shown(value: str) -> str:
    """`value` quoted for a refusal's text: printable, and cut at 40 characters."""
    text = clean_text(value, cap=_SHOWN_MAX)
    return f"'{text}'"


# -------------------------------------------------------------------------------------------------------- numbers


def parse_qty(text: str, tag: int = 38) -> int:
    """A whole number of shares, > 0. `100` and `100.00` are read; `100.5` is refused, never rounded.

    Raises ValueRefused. A fraction of zeros is accepted because FIX 4.2 clients print Qty as a float (`4100.000000`).
    """
    whole, fraction = _digits(text, tag)
    if fraction.strip("0"):
        raise ValueRefused(tag, "a whole number of shares", "", text)
    qty = int(whole)
    if qty == 0:
        raise ValueRefused(tag, "greater than zero", "0", text)
    return qty


def parse_px(text: str, scale: int = SCALE_DEFAULT, tag: int = 44, *, minor: int = 1) -> int:
    """A price in quanta, > 0; `scale` quanta to the unit of currency.

    `minor` is how many of the quoted unit make one of the currency: 100 where a price is in pence (GBp). A price finer
    than the scale is refused, never rounded. Raises ValueRefused.
    """
    assert scale > 0, scale
    assert minor > 0, minor
    whole, fraction = _digits(text, tag)
    numerator: int = int(whole + fraction) * scale
    unit: int = 10 ** len(fraction) * minor
    quanta, finer = divmod(numerator, unit)
    if finer:
        raise ValueRefused(tag, "a multiple of the price scale", f"1/{scale}", text)
    if quanta == 0:
        raise ValueRefused(tag, "greater than zero", "0", text)
    return quanta


def parse_decimal(text: str, tag: int, *, signed: bool = False) -> Decimal:
    """Decimal text as an exact Decimal: digits, at most one point, no exponent, no `+`, no NaN.

    `signed` admits one leading `-` (offsets). Raises ValueRefused.
    """
    negative = signed and text.startswith("-")
    body = text[1:] if negative else text
    whole, fraction = _digits(body, tag, given=text)
    number = Decimal(f"{whole}.{fraction or '0'}")
    return -number if negative else number


def parse_int(text: str, tag: int, *, low: int, high: int) -> int:
    """A whole number in [low, high], plain digits. Raises ValueRefused."""
    if not (text.isascii() and text.isdigit() and len(text) <= INT_DIGITS_MAX):
        raise ValueRefused(tag, "a whole number", "", text)
    number = int(text)
    if not low <= number <= high:
        raise ValueRefused(tag, f"from {low} to {high}", f"{low} to {high}", text)
    return number


def decimal_text(number: Decimal) -> str:
    """The shortest plain text of `number`: `0.1`, `25`, never `1E-1` and never `0.10`."""
    text = format(number, "f")
    return _trimmed(text) if "." in text else text


def format_px(quanta: int, scale: int = SCALE_DEFAULT, *, minor: int = 1) -> str:
    """Price(44) text of `quanta`: the shortest decimal that is exact. `minor` as in `parse_px`."""
    assert quanta >= 0, quanta
    digits = _scale_digits(scale)
    return _fixed(quanta * minor, digits)


def format_avg_px(
    notional_quanta: int, qty: int, scale: int = SCALE_DEFAULT, digits: int = 8, *, minor: int = 1
) -> str:
    """AvgPx(6) of fills worth `notional_quanta` (sum of LastPx quanta x LastQty) over `qty` shares.

    Divided once, rounded half to even at `digits` decimals. Zero shares print `0`, as FIX asks before the first fill.
    """
    assert notional_quanta >= 0, notional_quanta
    if qty == 0:
        return "0"
    assert qty > 0, qty
    divisor = qty * scale
    quotient, rest = divmod(notional_quanta * minor * 10**digits, divisor)
    twice = 2 * rest
    if twice > divisor or (twice == divisor and quotient % 2):
        quotient += 1
    return _fixed(quotient, digits)


def format_amt(quanta: int, scale: int = SCALE_DEFAULT) -> str:
    """An Amt field (a sum of money, signed) as the shortest exact decimal."""
    sign = "-" if quanta < 0 else ""
    return sign + _fixed(abs(quanta), _scale_digits(scale))


def _digits(text: str, tag: int, *, given: str | None = None) -> tuple[str, str]:
    """Integer and fraction digits of decimal text, each within its cap. `given` is what to show in a refusal."""
    value = text if given is None else given
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise ValueRefused(tag, "plain decimal digits", "", value)
    whole, fraction = match.group(1), match.group(2) or ""
    if len(whole) > INT_DIGITS_MAX:
        raise ValueRefused(tag, f"at most {INT_DIGITS_MAX} integer digits", str(INT_DIGITS_MAX), value)
    if len(fraction) > FRACTION_DIGITS_MAX:
        raise ValueRefused(tag, f"at most {FRACTION_DIGITS_MAX} fraction digits", str(FRACTION_DIGITS_MAX), value)
    return whole, fraction


@lru_cache(maxsize=32)
def _scale_digits(scale: int) -> int:
    digits = len(str(scale)) - 1
    assert scale == 10**digits, scale
    return digits


def _fixed(number: int, digits: int) -> str:
    if digits == 0:
        return str(number)
    text = str(number).rjust(digits + 1, "0")
    return _trimmed(f"{text[:-digits]}.{text[-digits:]}")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".")


# -------------------------------------------------------------------------------------------------------- times


def parse_utc_timestamp(text: str, tag: int = 60) -> int:
    """UTCTimestamp (FIX Vol. 1 data types) to ns: `YYYYMMDD-HH:MM:SS` with no, 3, 6 or 9 fraction digits.

    Second 60 is allowed at 23:59 only (a leap second) and reads as the next midnight, as POSIX time does.
    Raises ValueRefused.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueRefused(tag, "a UTC timestamp YYYYMMDD-HH:MM:SS[.sss[sss[sss]]]", "", text)
    date, hour, minute, second, fraction = match.groups("")
    time_ns = _time_ns(int(hour), int(minute), int(second), text, tag)
    return _date_ns(date, tag) + time_ns + int(fraction.ljust(9, "0"))


def parse_utc_time(text: str, tag: int) -> int:
    """UTCTimeOnly `HH:MM:SS[.sss...]` to ns since midnight. Raises ValueRefused."""
    midnight_ns = parse_utc_timestamp("19700101-00:00:00", tag)
    match = _TIMESTAMP.fullmatch(f"19700101-{text}")
    if match is None:
        raise ValueRefused(tag, "a UTC time HH:MM:SS[.sss[sss[sss]]]", "", text)
    return parse_utc_timestamp(match.group(0), tag) - midnight_ns


def parse_date(text: str, tag: int) -> dt.date:
    """LocalMktDate / UTCDateOnly `YYYYMMDD`. Raises ValueRefused."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueRefused(tag, "a date YYYYMMDD", "", text)
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        raise ValueRefused(tag, "a date of the calendar", "", text) from None


def format_utc_timestamp(at_ns: int, digits: int = 3) -> str:
    """UTCTimestamp text of `at_ns` with `digits` (0, 3, 6 or 9) fraction digits, cut and not rounded.

    Rounding up could print a time that has not come yet.
    """
    assert at_ns >= 0, at_ns
    assert digits in (0, 3, 6, 9), digits
    seconds, ns = divmod(at_ns, _NS)
    day, second = divmod(seconds, 86_400)
    text = f"{_date_text(day)}-{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{text}.{ns:09d}"[: len(text) + 1 + digits] if digits else text


def shortest_utc_timestamp(at_ns: int) -> str:
    """UTCTimestamp text of `at_ns`, exact, with as few of 0, 3, 6, 9 fraction digits as that takes."""
    ns = at_ns % _NS
    digits = next(digits for digits in (0, 3, 6, 9) if ns % 10 ** (9 - digits) == 0)
    return format_utc_timestamp(at_ns, digits)


def _time_ns(hour: int, minute: int, second: int, text: str, tag: int) -> int:
    leap = second == 60 and (hour, minute) == (23, 59)
    if hour > 23 or minute > 59 or (second > 59 and not leap):
        raise ValueRefused(tag, "a time of the day", "23:59:59", text)
    return (hour * 3600 + minute * 60 + second) * _NS


@lru_cache(maxsize=64)
def _date_ns(date: str, tag: int) -> int:
    day = parse_date(date, tag).toordinal() - _EPOCH_ORDINAL
    if day < 0:
        raise ValueRefused(tag, "not before 1970", "19700101", date)
    return day * _NS_PER_DAY


@lru_cache(maxsize=64)
def _date_text(day: int) -> str:
    return dt.date.fromordinal(day + _EPOCH_ORDINAL).strftime("%Y%m%d")


# -------------------------------------------------------------------------------------------------------- text


def parse_id(text: str, tag: int = 11, cap: int = ID_LENGTH_MAX) -> str:
    """An id (ClOrdID(11), Account(1), ...): printable ASCII, 1 to `cap` characters, no space at its ends.

    Raises ValueRefused.
    """
    if len(text) > cap:
        raise ValueRefused(tag, f"at most {cap} characters", str(cap), f"{text[:16]}... ({len(text)} characters)")
    if _PRINTABLE.fullmatch(text) is None:
        raise ValueRefused(tag, "printable ASCII, and not empty", "", text)
    if text != text.strip(" "):
        raise ValueRefused(tag, "without space at its ends", "", text)
    return text


def clean_text(text: str, cap: int = TEXT_LENGTH_MAX) -> str:
    """`text` made safe to send: control characters become spaces, other non-ASCII `?`, cut to `cap` with `...`.

    A SOH inside Text(58) would write real tags; a character outside ASCII could not be sent back.
    """
    assert cap > 3, cap
    if not (text.isascii() and text.isprintable()):
        text = _UNPRINTABLE.sub(lambda match: " " if match.group() < " " or match.group() == "\x7f" else "?", text)
    return text if len(text) <= cap else text[: cap - 3] + "..."
