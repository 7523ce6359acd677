"""Strategy parameters: one typed struct per algorithm gives parsing, validation and documentation.

A field's name is the FIX-style parameter's in snake_case (`max_participation` is MaxParticipation); its `Param` says
what it means, its unit and its bounds. Text becomes exact integers here, or a refusal that names parameter, rule, limit
and value. Knows no message and no tag syntax: the client's dialect has already turned tags into canonical (name, text)
pairs. The FIX tags named here are documentation.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec import Struct

from router.core.types import PPM, SECOND, Ns, Ppm, Px, Qty

LIST_MAX: Final = 64
"""Most entries in a list parameter: more than the venues of any market, and a bound on what one order can carry."""
SHOWN_MAX: Final = 40
"""Most characters of a refused value that are repeated to the client."""
_NS_PER_DAY: Final = 86_400 * SECOND
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?")
_INTEGER: Final = re.compile(r"-?[0-9]{1,12}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_TIMESTAMP: Final = re.compile(r"([0-9]{8})-([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}|[0-9]{6}|[0-9]{9}))?")


class Kind(StrEnum):
    """How a parameter's text is read, and what the value it becomes is counted in."""

    TIME = "UTC timestamp"
    """FIX UTCTimestamp text (YYYYMMDD-HH:MM:SS, then nothing or .sss, .ssssss, .sssssssss) -> Ns."""
    DURATION = "seconds"
    """Decimal seconds, no finer than a nanosecond -> Ns."""
    RATE = "fraction"
    """Decimal fraction, no finer than a millionth -> Ppm: 0.15 is 150,000."""
    BASIS_POINTS = "basis points"
    """Decimal basis points, no finer than 0.01 -> Ppm: 25 is 2,500."""
    PRICE = "price"
    """Decimal price, no finer than the instrument's scale -> Px."""
    QUANTITY = "shares"
    """Whole number -> Qty."""
    NUMBER = "number"
    """Decimal, exponent allowed -> float: for models only."""
    FLAG = "Y/N"
    """FIX Boolean, Y or N -> bool."""
    CHOICE = "one of"
    """One of the named choices, in any case -> str, as the choice is declared."""
    NAMES = "names"
    """Names separated by commas or blanks -> tuple of str, as written, each once."""
    RATES = "fractions"
    """Decimal fractions separated by commas or blanks -> tuple of Ppm."""


Value: TypeAlias = int | float | bool | str | tuple[str, ...] | tuple[Ppm, ...]


class Param(Struct, frozen=True):
    """What a parameter means and which values it may take.

    `low` and `high` are inclusive, in the unit of the value after parsing (ppm, ns, quanta, shares). `tag` is the FIX
    field that carries it in the standard dialect, as documentation; 0 where FIX has none (StrategyParametersGrp 957).
    """

    kind: Kind
    meaning: str
    tag: int = 0
    low: int | float | None = None
    high: int | float | None = None
    choices: tuple[str, ...] = ()
    whole_lots: bool = False


class ParamField(Struct, frozen=True):
    """One parameter of one struct: the client's name for it, ours, its meaning, its default."""

    name: str
    attribute: str
    param: Param
    default: object
    required: bool


class ParamRefusal(Struct, frozen=True):
    """Why parameters were refused: which, by what rule, at what limit ("" where the rule has none), for what value."""

    name: str
    rule: str
    limit: str
    value: str

    @property
    def text(self) -> str:
        """One sentence for Text(58): `MaxParticipation: must be at most 0.99: got '1.5'`."""
        shown = self.value if len(self.value) <= SHOWN_MAX else f"{self.value[:SHOWN_MAX]}..."
        return f"{self.name}: {self.rule}{f' {self.limit}' if self.limit else ''}: got '{shown}'"


class AlgoParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters every algorithm shares. A subclass adds its own fields the same way."""

    start_time: Annotated[
        Ns | None, Param(Kind.TIME, "Trade from here; a past time means now, absent means on arrival.", tag=168)
    ] = None
    end_time: Annotated[Ns | None, Param(Kind.TIME, "Trade until here; absent means the session's close.", tag=126)] = (
        None
    )
    participation_rate: Annotated[
        Ppm | None,
        Param(
            Kind.RATE,
            "POV: the share of volume to be. Elsewhere: a cap, as MaxParticipation; the tighter counts.",
            tag=849,
            low=1,
            high=990_000,
        ),
    ] = None
    min_participation: Annotated[
        Ppm | None,
        Param(Kind.RATE, "Be at least this share of the volume in the window, own included.", low=0, high=990_000),
    ] = None
    max_participation: Annotated[
        Ppm | None,
        Param(
            Kind.RATE,
            "Be at most this share, open slices counted; completion does not lift it.",
            low=1,
            high=990_000,
        ),
    ] = None
    urgency: Annotated[
        str,
        Param(
            Kind.CHOICE,
            "How far behind is too far, and how much is paid to catch up; in IS also the risk aversion.",
            tag=848,
            choices=("Low", "Medium", "High"),
        ),
    ] = "Medium"
    i_would_price: Annotated[
        Px | None, Param(Kind.PRICE, "Take at once whenever the far touch is here or better.", low=1)
    ] = None
    i_would_qty: Annotated[
        Qty | None, Param(Kind.QUANTITY, "Most to take at IWouldPrice; absent means everything left.", low=1)
    ] = None
    relative_limit: Annotated[
        Ppm | None,
        Param(
            Kind.BASIS_POINTS,
            "Trade at prices worse than the benchmark by this at most; negative asks for better.",
            low=-1_000_000,
            high=1_000_000,
        ),
    ] = None
    relative_limit_to: Annotated[
        str,
        Param(
            Kind.CHOICE,
            "RelativeLimit's benchmark: the midpoint on arrival, or the market's VWAP since then.",
            choices=("Arrival", "VWAP"),
        ),
    ] = "Arrival"
    display_qty: Annotated[
        Qty | None,
        Param(Kind.QUANTITY, "Show at most this much on a lit venue at a time.", tag=1138, low=1, whole_lots=True),
    ] = None
    min_qty: Annotated[
        Qty | None, Param(Kind.QUANTITY, "Least execution accepted on a dark venue.", tag=110, low=1)
    ] = None
    dark_pct: Annotated[
        Ppm | None, Param(Kind.RATE, "Share of each slice offered to dark venues.", low=0, high=PPM)
    ] = None
    cross_pct: Annotated[
        Ppm | None,
        Param(
            Kind.RATE,
            "Share of what is left that may wait in each scheduled cross, whatever DarkPct is; absent: 0.1 times "
            "DarkPct, and none where participation is capped.",
            low=0,
            high=PPM,
        ),
    ] = None
    dark_only: Annotated[bool, Param(Kind.FLAG, "Use undisplayed venues only.")] = False
    venues_include: Annotated[tuple[str, ...], Param(Kind.NAMES, "Use these venues (MIC) only.")] = ()
    venues_exclude: Annotated[tuple[str, ...], Param(Kind.NAMES, "Never use these venues (MIC).")] = ()
    day_schedule: Annotated[
        str | None,
        Param(
            Kind.CHOICE,
            "Of an order good till a date, what each day works: All that is left, an Even part of it, or a part by "
            "the Volume expected; absent: Even, and All without a date.",
            choices=("All", "Even", "Volume"),
        ),
    ] = None
    auctions: Annotated[
        str,
        Param(
            Kind.CHOICE,
            "None is the one choice: our algorithms trade in the continuous session and work no auction.",
            choices=("None",),
        ),
    ] = "None"
    completion: Annotated[
        str,
        Param(
            Kind.CHOICE,
            "Near the end: Complete crosses the spread for what is left, Price leaves a residue instead.",
            choices=("Price", "Complete"),
        ),
    ] = "Price"
    halt_policy: Annotated[
        str,
        Param(
            Kind.CHOICE,
            "After a halt: Compress still ends in time, Shift keeps the pace and leaves what no longer fits.",
            choices=("Compress", "Shift"),
        ),
    ] = "Compress"

    def conflict(self) -> ParamRefusal | None:
        """The first rule between parameters that these break. A subclass adds rules and calls super()."""
        low, high, rate = self.min_participation, self.max_participation, self.participation_rate
        if low is not None and high is not None and low > high:
            return ParamRefusal("MinParticipation", "must not exceed MaxParticipation", show_ppm(high), show_ppm(low))
        if rate is not None and high is not None and rate > high:
            return ParamRefusal("ParticipationRate", "must not exceed MaxParticipation", show_ppm(high), show_ppm(rate))
        if rate is not None and low is not None and rate < low:
            return ParamRefusal(
                "ParticipationRate", "must not be below MinParticipation", show_ppm(low), show_ppm(rate)
            )
        if self.i_would_qty is not None and self.i_would_price is None:
            return ParamRefusal("IWouldQty", "needs IWouldPrice", "", str(self.i_would_qty))
        return self._window_conflict() or self._venue_conflict()

    def _window_conflict(self) -> ParamRefusal | None:
        if self.start_time is None or self.end_time is None or self.start_time < self.end_time:
            return None
        return ParamRefusal("EndTime", "must be after StartTime", show_time(self.start_time), show_time(self.end_time))

    def _venue_conflict(self) -> ParamRefusal | None:
        both = [name for name in self.venues_include if name in self.venues_exclude]
        if both:
            return ParamRefusal("VenuesExclude", "must not name a venue of VenuesInclude", "", " ".join(both))
        if self.dark_only and self.dark_pct is not None and self.dark_pct < PPM:
            return ParamRefusal("DarkPct", "must be 1 or absent where DarkOnly is Y", "", show_ppm(self.dark_pct))
        if self.dark_only and self.display_qty is not None:
            return ParamRefusal("DisplayQty", "must be absent where DarkOnly is Y", "", str(self.display_qty))
        return None


P = TypeVar("P", bound=AlgoParams)


# ------------------------------------------------------------------------------------------------------ the struct read


@cache
def param_fields(cls: type[AlgoParams]) -> tuple[ParamField, ...]:
    """The parameters of `cls` in order of declaration. A field without a `Param` is a mistake of its author: assert."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_field(cls, info, hints[info.name]) for info in msgspec.structs.fields(cls))


def _field(cls: type[AlgoParams], info: msgspec.structs.FieldInfo, hint: object) -> ParamField:
    params = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, Param)]
    assert len(params) == 1, f"{cls.__name__}.{info.name} needs one Param in its Annotated type, has {len(params)}"
    name = "".join(word.capitalize() for word in info.name.split("_"))
    return ParamField(name, info.name, params[0], None if info.required else info.default, info.required)


def describe(cls: type[AlgoParams]) -> tuple[dict[str, str], ...]:
    """One row a parameter, as text: name, tag, type, bounds, default, meaning. For documentation and FIXatdl."""
    return tuple(
        {
            "name": field.name,
            "tag": str(field.param.tag or ""),
            "type": field.param.kind.value,
            "bounds": _bounds(field.param),
            "default": "required" if field.required else _show(field.param.kind, field.default),
            "meaning": field.param.meaning,
        }
        for field in param_fields(cls)
    )


def _bounds(param: Param) -> str:
    if param.choices:
        return " | ".join(param.choices)
    kind = param.kind
    # A price's bound is in quanta, whose size the instrument decides: only "above 0" can be said without one.
    if kind is Kind.PRICE:
        return "above 0" if param.low else ""
    if param.low is not None and param.high is not None:
        return f"{_show(kind, param.low)} to {_show(kind, param.high)}"
    if param.low is not None:
        return f"at least {_show(kind, param.low)}"
    return "" if param.high is None else f"at most {_show(kind, param.high)}"


# -------------------------------------------------------------------------------------------------------------- parsing


def parse_params(cls: type[P], pairs: tuple[tuple[str, str], ...], *, price_scale: int, lot: Qty) -> P | ParamRefusal:
    """The parameters that (name, text) `pairs` spell, or why not.

    `price_scale` is quanta per currency unit, `lot` the instrument's round lot. Exact or refused, never rounded;
    unknown, duplicate, missing, out-of-range and contradictory parameters are refused.
    """
    known = {field.name: field for field in param_fields(cls)}
    values: dict[str, Value] = {}
    for name, text in pairs:
        field = known.get(name)
        if field is None:
            return ParamRefusal(name, "is not a parameter of this algorithm, which knows", ", ".join(known), text)
        if field.attribute in values:
            return ParamRefusal(name, "must be given once", "", text)
        value = _parse(field, text, price_scale, lot)
        if isinstance(value, ParamRefusal):
            return value
        values[field.attribute] = value
    for field in known.values():
        if field.required and field.attribute not in values:
            return ParamRefusal(field.name, "is required", "", "")
    params: P = msgspec.convert(values, cls)
    return params.conflict() or params


def _parse(field: ParamField, text: str, price_scale: int, lot: Qty) -> Value | ParamRefusal:
    param = field.param
    value = _read(param, text.strip(), price_scale)
    if isinstance(value, _Bad):
        return ParamRefusal(field.name, value.rule, value.limit, text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if param.low is not None and value < param.low:
            return ParamRefusal(field.name, "must be at least", _show(param.kind, param.low, price_scale), text)
        if param.high is not None and value > param.high:
            return ParamRefusal(field.name, "must be at most", _show(param.kind, param.high, price_scale), text)
        if param.whole_lots and value % lot:
            return ParamRefusal(field.name, "must be a multiple of the round lot", str(lot), text)
    return value


class _Bad(Struct, frozen=True):
    """A text that is not of its kind."""

    rule: str
    limit: str = ""


def _read(param: Param, text: str, price_scale: int) -> Value | _Bad:
    match param.kind:
        case Kind.CHOICE:
            return _choice(param, text)
        case Kind.FLAG:
            return text == "Y" if text in {"Y", "N"} else _Bad("must be Y or N")
        case Kind.TIME:
            return _timestamp(text)
        case Kind.NAMES:
            return _names(text)
        case Kind.RATES:
            return _rates(text)
        case Kind.QUANTITY:
            return int(text) if _INTEGER.fullmatch(text) else _Bad("must be a whole number")
        case Kind.NUMBER:
            return float(text) if _NUMBER.fullmatch(text) else _Bad("must be a number")
        case Kind.PRICE:
            return _scaled(text, price_scale)
        case Kind.RATE | Kind.BASIS_POINTS | Kind.DURATION:
            return _scaled(text, _UNITS[param.kind])


_UNITS: Final = {Kind.RATE: PPM, Kind.BASIS_POINTS: 100, Kind.DURATION: SECOND}
"""Units of the parsed integer in one unit of the text."""


def _choice(param: Param, text: str) -> str | _Bad:
    """The choice as it is declared, whichever case the client writes it in."""
    for choice in param.choices:
        if choice.lower() == text.lower():
            return choice
    return _Bad("must be one of", ", ".join(param.choices))


def _scaled(text: str, scale: int) -> int | _Bad:
    if not _DECIMAL.fullmatch(text):
        return _Bad("must be a decimal number")
    units = Decimal(text) * scale
    if units != int(units):
        return _Bad("must not be finer than", f"1/{scale}")
    return int(units)


def _timestamp(text: str) -> Ns | _Bad:
    matched = _TIMESTAMP.fullmatch(text)
    if not matched:
        return _Bad("must be a UTC timestamp", "YYYYMMDD-HH:MM:SS[.sss]")
    day, hour, minute, second, fraction = matched.groups(default="")
    try:
        ordinal = date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        return _Bad("must be a date of the calendar", "YYYYMMDD-HH:MM:SS[.sss]")
    # FIX allows second 60, a leap second: our clock has none, so it is the next minute's first.
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        return _Bad("must be a time of day", "23:59:60")
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    return ordinal * _NS_PER_DAY + seconds * SECOND + int(fraction.ljust(9, "0"))


def _listed(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _names(text: str) -> tuple[str, ...] | _Bad:
    names = _listed(text)
    if not names or len(names) > LIST_MAX:
        return _Bad("must have this many names", f"1 to {LIST_MAX}")
    if not all(_NAME.fullmatch(name) for name in names):
        return _Bad("must be names of letters, digits, '.', '-' and '_', of length", "1 to 32")
    if len(dict.fromkeys(names)) < len(names):
        return _Bad("must name each once")
    return tuple(names)


def _rates(text: str) -> tuple[Ppm, ...] | _Bad:
    words = _listed(text)
    if not words or len(words) > LIST_MAX:
        return _Bad("must have this many fractions", f"1 to {LIST_MAX}")
    rates: list[Ppm] = []
    for word in words:
        rate = _scaled(word, PPM)
        if isinstance(rate, _Bad):
            return rate
        if not 0 <= rate <= PPM:
            return _Bad("must be fractions from", "0 to 1")
        rates.append(rate)
    return tuple(rates)


# -------------------------------------------------------------------------------------------------------------- showing


def show_time(at: Ns) -> str:
    """`at` as FIX prints it: YYYYMMDD-HH:MM:SS, and the fraction where there is one."""
    seconds, ns = divmod(at, SECOND)
    # Whole seconds only, so that no float comes near the time.
    text = datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y%m%d-%H:%M:%S")
    if ns == 0:
        return text
    return f"{text}.{ns // 1_000_000:03}" if ns % 1_000_000 == 0 else f"{text}.{ns:09}"


def show_ppm(value: Ppm) -> str:
    """A fraction as decimal text: 150,000 is 0.15."""
    return _decimal(value, PPM)


def _decimal(value: float, scale: int) -> str:
    return f"{(Decimal(value) / scale).normalize():f}"


def _show(kind: Kind, value: object, price_scale: int = 1) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, tuple):
        return " ".join(_show(Kind.RATE, item) if kind is Kind.RATES else str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    if kind is Kind.TIME and isinstance(value, int):
        return show_time(value)
    if isinstance(value, int) and (kind in _UNITS or kind is Kind.PRICE):
        return _decimal(value, price_scale if kind is Kind.PRICE else _UNITS[kind])
    return str(value)


# --------------------------------------------------------------------------------------------------------------- window


def resolve_window(params: AlgoParams, now: Ns, session_open: Ns, session_close: Ns) -> tuple[Ns, Ns] | ParamRefusal:
    """(start, end) that an order arriving at `now` will trade in, or why it cannot.

    A past StartTime means now, one before the open means the open. The texts of refusals name both times.
    """
    if now >= session_close:
        return _refuse("EndTime", "the session closed before the order came at", now, session_close)
    start = max(now, session_open, params.start_time or 0)
    end = session_close if params.end_time is None else params.end_time
    if start >= session_close:
        return _refuse("StartTime", _beyond(start, session_close), session_close, start)
    if end > session_close:
        return _refuse("EndTime", _beyond(end, session_close), session_close, end)
    if end <= now:
        return _refuse("EndTime", "must not be past; it is now", now, end)
    if end <= start:
        return _refuse("EndTime", "must be after the start, which is", start, end)
    return start, end


def _beyond(at: Ns, session_close: Ns) -> str:
    """The rule a time at or after the close breaks. A day is UTC's here: only the wording depends on it."""
    another_day = at // _NS_PER_DAY != session_close // _NS_PER_DAY
    return "must be on the day of the session that closes" if another_day else "must not be beyond the close"


def _refuse(name: str, rule: str, limit: Ns, value: Ns) -> ParamRefusal:
    return ParamRefusal(name, rule, show_time(limit), show_time(value))
