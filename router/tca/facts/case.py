"""One parent order as a post-trade analyst has it: its record, the market around it, and what the house knew of both.

Every analysis takes a `Case`: from a journal (`cases`), from Parquet, or made by hand in a test. Knows no analysis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, EngineConfig, FeeRule, VenueProfile
from router.core.types import Micros, Ns, Phase, Ppm, PrintKind, Px, VenueKind
from router.journal import Extent
from router.tca.costs import fee
from router.tca.facts.quotes import QuoteTape
from router.tca.facts.record import Fill, OrderRecord
from router.tca.facts.recorder import Recorder
from router.tca.facts.tape import MarketTape

_KIND_OF_PRINT: Final = {PrintKind.DARK: VenueKind.DARK, PrintKind.CROSS: VenueKind.CROSS}


class Case(Struct, frozen=True):
    """What an analysis of one parent needs, and nothing that runs.

    `as_of` is the last instant of which anything is known: figures that lie after it do not exist yet. `days` are the
    trading dates that were seen, with the time at which each began.
    """

    record: OrderRecord
    instrument: Instrument
    quotes: QuoteTape
    tape: MarketTape
    as_of: Ns
    days: tuple[tuple[Ns, str], ...] = ()
    venues: dict[str, VenueProfile] = {}
    sessions: tuple[CalendarDay, ...] = ()
    """Trading dates of the instrument's calendar, in order; empty where the journal names none."""
    previous_close: Px | None = None
    """The close before the first date, as configured."""
    phases: tuple[tuple[Ns, Phase], ...] = ()
    curve: tuple[Ppm, ...] = ()
    """The configured volume curve, open to close: the symbol's own, else the pooled one; empty where there is none."""
    cut: Extent | None = None
    """How far the journal's outputs go, where that is not to its end: what is open may be over since."""

    then: Case | None = None
    """The same order in the journal that goes on, on the same date, where this one ends (`official`)."""

    def reaching(self, at: Ns) -> Case:
        """Which journal to ask of `at`: this one, or where it ends before that, the one that goes on."""
        return self if self.then is None or at <= self.as_of else self.then.reaching(at)

    @property
    def is_cut_short(self) -> bool:
        """Open for want of the journal's last outputs, as far as anybody can tell."""
        return self.cut is not None and self.record.is_open

    @property
    def fills(self) -> tuple[Fill, ...]:
        """Trades as they stand, in the order of their trading."""
        return tuple(self.record.fills.values())

    def day(self, at: Ns) -> str:
        """The trading date (YYYYMMDD) in force at `at`; empty before the first."""
        began = [day for start, day in self.days if start <= at]
        return began[-1] if began else ""

    def session(self, at: Ns) -> CalendarDay | None:
        """The session of the trading date in force at `at`; None on a holiday or without a calendar."""
        day = self.day(at)
        return next((session for session in self.sessions if session.day == day), None)

    def currency(self, quanta: int | Fraction) -> Fraction:
        """Quanta of price x shares as money of the instrument's currency, exact."""
        return Fraction(quanta) * self.instrument.multiplier / self.instrument.price_scale

    def venue_kind(self, fill: Fill) -> VenueKind:
        """What the venue of a fill is: by its profile, without one by how it reported the trade."""
        profile = self.venues.get(fill.venue)
        return profile.kind if profile else _KIND_OF_PRINT.get(fill.kind, VenueKind.LIT)

    def fee(self, fill: Fill) -> Micros:
        """The venue's fee for one fill by the rule of its date; a rebate is negative; 0 where none is known."""
        rule = self.fee_rule(fill)
        return 0 if rule is None else fee(rule, fill.qty, fill.liquidity, fill.kind)

    def fee_rule(self, fill: Fill) -> FeeRule | None:
        """The venue's tariff on the date of a fill; None without a profile, or before its first rule."""
        profile = self.venues.get(fill.venue)
        return None if profile is None else profile.known_fee(self.day(fill.at))


def market_numbers(found: Iterable[Case]) -> tuple[int, ...]:
    """A number for each case; cases of one journal and symbol share it, since they share one tape of quotes.

    Two journals may use the same identifiers and the same hours, those of two seeds do: what is grouped by time or by
    identifier has to be grouped by market first.
    """
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(id(case.quotes), len(numbers)) for case in found)


def cases(recorder: Recorder) -> Iterator[Case]:
    """Every parent of a journal, in the order of their coming."""
    return (case_of(recorder, record) for record in recorder.orders.values())


def case_of(recorder: Recorder, record: OrderRecord) -> Case:
    """One parent of a journal. Where the journal names no configuration, the instrument has its defaults."""
    config = recorder.config
    instrument = instrument_of(config, record.symbol)
    return Case(
        record=record,
        instrument=instrument,
        quotes=recorder.quotes.get(record.symbol, QuoteTape()),
        tape=recorder.tapes.get(record.symbol, MarketTape()),
        as_of=recorder.at,
        days=tuple(recorder.days),
        venues={venue.mic: venue for venue in config.venues} if config else {},
        sessions=sessions_of(config, instrument),
        previous_close=config.last_px.get(record.symbol) if config else None,
        phases=tuple(recorder.phases.get(record.symbol, ())),
        curve=curve_of(config, record.symbol),
        cut=recorder.cut,
    )


def instrument_of(config: EngineConfig | None, symbol: str) -> Instrument:
    """The configured instrument, or one of that symbol with defaults."""
    known: Sequence[Instrument] = config.instruments if config else ()
    return next((instrument for instrument in known if instrument.symbol == symbol), None) or Instrument(symbol)


def sessions_of(config: EngineConfig | None, instrument: Instrument) -> tuple[CalendarDay, ...]:
    """The dates of the instrument's calendar; empty without a configuration."""
    return config.calendars.get(instrument.calendar, ()) if config else ()


def curve_of(config: EngineConfig | None, symbol: str) -> tuple[Ppm, ...]:
    """The configured volume curve: the symbol's own, else the pooled one; empty where there is none."""
    return config.curves.get(symbol, config.curves.get("*", ())) if config else ()
