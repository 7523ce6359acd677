"""The consolidated market: the national best against a naive twin, phases, references, venues that go down and up."""

from hypothesis import given
from hypothesis import strategies as st

from router.core.events import BookSnapshot, LevelUpdate, PhaseChange, TradePrint
from router.core.instruments import Instrument
from router.core.profiles import VenueProfile
from router.core.types import Phase, PrintKind, Side, VenueKind
from router.core.venue import Nbbo
from router.market.state import SymbolMarket

VENUES = (
    VenueProfile("XLIT", VenueKind.LIT, "lit"),
    VenueProfile("XALT", VenueKind.LIT, "lit"),
    VenueProfile("XOUT", VenueKind.LIT, "lit", protected=False),
    VenueProfile("XDRK", VenueKind.DARK, "dark"),
)


def market() -> SymbolMarket:
    return SymbolMarket(Instrument("SYM"), VENUES)


def bid(venue: str, px: int, qty: int) -> LevelUpdate:
    return LevelUpdate(venue, "SYM", is_bid=True, px=px, qty=qty)


def ask(venue: str, px: int, qty: int) -> LevelUpdate:
    return LevelUpdate(venue, "SYM", is_bid=False, px=px, qty=qty)


steps = st.lists(
    st.one_of(
        st.builds(
            LevelUpdate,
            venue=st.sampled_from(["XLIT", "XALT", "XOUT"]),
            symbol=st.just("SYM"),
            is_bid=st.booleans(),
            px=st.integers(1, 12),
            qty=st.integers(0, 3),
        ),
        st.tuples(st.sampled_from(["XLIT", "XALT"]), st.booleans()),
    ),
    max_size=50,
)


class NaiveMarket:
    """Keeps every level in one dict and sorts it at each question."""

    def __init__(self) -> None:
        self.levels: dict[tuple[str, bool, int], int] = {}
        self.down: dict[str, bool] = {}

    def on(self, step: LevelUpdate | tuple[str, bool]) -> None:
        if isinstance(step, LevelUpdate):
            self.levels[step.venue, step.is_bid, step.px] = step.qty
            return
        venue, up = step
        self.down[venue] = not up
        if not up:
            self.levels = {key: qty for key, qty in self.levels.items() if key[0] != venue}

    def best(self, *, is_bid: bool) -> tuple[int | None, int]:
        at_px: dict[int, int] = {}
        for (venue, side, px), qty in self.levels.items():
            if side is is_bid and qty and venue in ("XLIT", "XALT") and not self.down.get(venue, False):
                at_px[px] = at_px.get(px, 0) + qty
        if not at_px:
            return None, 0
        px = (max if is_bid else min)(at_px)
        return px, at_px[px]


@given(steps=steps)
def test_national_best_is_the_naive_best_and_touch_seq_counts_its_price_changes(
    steps: list[LevelUpdate | tuple[str, bool]],
) -> None:
    fast, naive = market(), NaiveMarket()
    for at, step in enumerate(steps):
        before = (fast.bid, fast.ask, fast.touch_seq)

        naive.on(step)
        if isinstance(step, LevelUpdate):
            fast.on_level(at, step)
        else:
            fast.set_up(at, step[0], up=step[1])

        assert (fast.bid, fast.bid_qty) == naive.best(is_bid=True)
        assert (fast.ask, fast.ask_qty) == naive.best(is_bid=False)
        changed = (fast.bid != before[0]) + (fast.ask != before[1])
        assert fast.touch_seq == before[2] + changed
        assert fast.touch_at == at or not changed


def test_quantities_at_the_best_are_summed_over_protected_venues() -> None:
    state = market()
    for update in (bid("XLIT", 100, 300), bid("XALT", 100, 200), bid("XOUT", 100, 999), ask("XALT", 102, 50)):
        state.on_level(7, update)

    assert state.nbbo() == Nbbo("SYM", bid=100, ask=102, bid_qty=500, ask_qty=50, at=7)


def test_a_size_change_at_the_best_is_no_touch_change() -> None:
    state = market()
    state.on_level(1, bid("XLIT", 100, 300))

    state.on_level(2, bid("XLIT", 100, 200))

    assert (state.bid_qty, state.touch_seq, state.touch_at) == (200, 1, 1)


def test_a_snapshot_replaces_a_venues_book() -> None:
    state = market()
    state.on_level(1, bid("XLIT", 105, 300))

    state.on_snapshot(2, BookSnapshot("XLIT", "SYM", bids=((99, 10),), asks=((101, 20),)))

    assert (state.bid, state.bid_qty, state.ask, state.ask_qty) == (99, 10, 101, 20)


def test_near_and_far_are_seen_from_the_orders_side() -> None:
    state = market()
    state.on_level(1, bid("XLIT", 99, 10))
    state.on_level(1, ask("XALT", 101, 20))

    assert (state.near(Side.BUY), state.far(Side.BUY)) == (99, 101)
    assert (state.near(Side.SELL_SHORT), state.far(Side.SELL_SHORT)) == (101, 99)
    assert state.against("XALT", Side.BUY).best == 101
    assert state.beside("XLIT", Side.BUY).best == 99


def test_a_venue_that_does_not_answer_has_no_quotes_until_it_is_up_and_speaks_again() -> None:
    state = market()
    state.on_level(1, bid("XLIT", 100, 10))
    state.on_level(1, bid("XALT", 99, 20))

    state.set_up(2, "XLIT", up=False)
    while_down = state.bid
    state.on_level(3, bid("XLIT", 101, 5))
    heard_while_down = state.bid
    state.set_up(4, "XLIT", up=True)

    assert (while_down, heard_while_down, state.bid) == (99, 99, 101)


def test_reference_is_the_midpoint_at_the_feeds_last_word() -> None:
    state = market()
    state.on_level(1, bid("XLIT", 99, 10))
    state.on_level(2, ask("XLIT", 102, 10))
    state.on_level(9, ask("XALT", 105, 10))

    assert state.reference(9) == (100, 9)


def test_reference_is_the_last_trade_where_the_market_is_crossed() -> None:
    state = market()
    state.on_print(1, TradePrint("XLIT", "SYM", px=100, qty=10))
    state.on_level(2, bid("XLIT", 103, 10))
    state.on_level(3, ask("XALT", 101, 10))

    assert not state.is_normal
    assert state.mid2 is None
    assert state.reference(9) == (100, 1)


def test_there_is_no_reference_before_the_first_word() -> None:
    assert market().reference(9) is None


def test_an_instrument_is_closed_until_a_phase_is_announced() -> None:
    state = market()

    assert (state.phase, state.venue_phase("XLIT")) == (Phase.CLOSED, Phase.CLOSED)


def test_a_venues_own_phase_counts_only_while_the_instrument_trades() -> None:
    state = market()
    state.on_phase(3, PhaseChange("SYM", Phase.CONTINUOUS))
    state.on_phase(3, PhaseChange("SYM", Phase.HALTED, venue="XALT"))

    trading = (state.venue_phase("XLIT"), state.venue_phase("XALT"))
    state.on_phase(3, PhaseChange("SYM", Phase.CLOSING_AUCTION))

    assert trading == (Phase.CONTINUOUS, Phase.HALTED)
    assert state.venue_phase("XALT") is Phase.CLOSING_AUCTION
    assert state.status_seq == 3


def test_a_new_day_forgets_yesterdays_quotes_and_phases() -> None:
    state = market()
    state.on_level(1, bid("XLIT", 99, 10))
    state.on_phase(3, PhaseChange("SYM", Phase.CONTINUOUS))

    state.start_day()

    assert (state.bid, state.phase, state.books["XLIT"].bids.best) == (None, Phase.CLOSED, None)


class TestReferenceInAHalt:
    """A halt is no silence of the feed: the last good price stands, and its age does not grow."""

    def halted_at_10(self) -> SymbolMarket:
        """Last heard at 9, halted at 10."""
        state = market()
        state.on_phase(1, PhaseChange("SYM", Phase.CONTINUOUS))
        state.on_level(2, bid("XLIT", 99, 10))
        state.on_level(9, ask("XLIT", 101, 10))
        state.on_phase(10, PhaseChange("SYM", Phase.HALTED))
        return state

    def test_it_is_as_old_as_it_was_whatever_is_quoted_meanwhile(self) -> None:
        state = self.halted_at_10()
        state.on_level(500, bid("XLIT", 100, 10))

        assert state.reference(1_000) == (100, 999)

    def test_from_the_resumption_on_it_ages_again_until_the_market_speaks(self) -> None:
        state = self.halted_at_10()
        state.on_phase(1_000, PhaseChange("SYM", Phase.CONTINUOUS))

        silent = state.reference(1_070)
        state.on_print(1_080, TradePrint("XLIT", "SYM", px=120, qty=10, kind=PrintKind.OPENING))
        state.on_level(1_080, bid("XLIT", 119, 10))
        state.on_level(1_080, ask("XLIT", 123, 10))
        state.on_level(1_081, ask("XLIT", 101, 0))

        assert silent == (100, 999)
        assert state.reference(1_090) == (121, 1_081)

    def test_what_was_stale_before_stays_so(self) -> None:
        state = self.halted_at_10()
        state.on_phase(1_000, PhaseChange("SYM", Phase.CONTINUOUS))
        state.on_phase(1_200, PhaseChange("SYM", Phase.HALTED))

        assert state.reference(5_000) == (100, 5_000 - 201)

    def test_a_halt_before_the_first_word_leaves_the_first_word_to_it(self) -> None:
        state = market()
        state.on_phase(1, PhaseChange("SYM", Phase.HALTED))

        state.on_print(5, TradePrint("XLIT", "SYM", px=120, qty=10))

        assert state.reference(9) == (120, 5)


class TestHaltedEverywhere:
    """The instrument is halted while no protected venue that answers trades it."""

    def trading(self, *halted: str) -> SymbolMarket:
        state = market()
        state.on_phase(1, PhaseChange("SYM", Phase.CONTINUOUS))
        for venue in halted:
            state.on_phase(2, PhaseChange("SYM", Phase.HALTED, venue=venue))
        return state

    def test_by_the_word_of_every_protected_venue(self) -> None:
        assert self.trading("XLIT", "XDRK", "XOUT").phase is Phase.CONTINUOUS
        assert self.trading("XLIT", "XALT").phase is Phase.HALTED

    def test_who_does_not_answer_is_not_waited_for(self) -> None:
        state = self.trading()
        state.set_up(2, "XALT", up=False)

        state.on_phase(3, PhaseChange("SYM", Phase.HALTED, venue="XLIT"))

        assert state.phase is Phase.HALTED

    def test_the_first_that_trades_again_ends_it_and_the_others_stay_halted(self) -> None:
        state = self.trading("XLIT", "XALT")

        state.on_phase(3, PhaseChange("SYM", Phase.CONTINUOUS, venue="XALT"))

        assert (state.phase, state.venue_phase("XLIT"), state.venue_phase("XALT")) == (
            Phase.CONTINUOUS,
            Phase.HALTED,
            Phase.CONTINUOUS,
        )

    def test_nothing_is_halted_that_is_closed(self) -> None:
        state = self.trading("XLIT", "XALT")

        state.on_phase(3, PhaseChange("SYM", Phase.CLOSED))

        assert state.phase is Phase.CLOSED
