"""The world: one clock, latency, one NBBO, phases, venues that go down; the same seed, the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest

from router.api import (
    MILLISECOND,
    SECOND,
    BookSnapshot,
    CalendarDay,
    CancelChild,
    ChildAccepted,
    ChildBusted,
    ChildFilled,
    ChildRejected,
    Instrument,
    LastLiquidityInd,
    LevelUpdate,
    Nbbo,
    Ns,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    Reason,
    SendChild,
    Side,
    SimulatedVenue,
    TradePrint,
    VenueCommand,
    VenueDown,
    VenueFactory,
    VenueKind,
    VenueProfile,
    VenueSays,
    VenueUp,
)
from simulator.lit import LitVenue
from simulator.scenario import Begin, Scenario, SetPhase
from simulator.scenario_states import Down, Halted
from simulator.source import MarketPort, MarketSource
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK
from simulator.world import Delivered, World

BID, ASK = MID - TICK, MID + TICK
XLIT = VenueProfile("XLIT", VenueKind.LIT, "lit", latency_ns=200, market_data_latency_ns=300)
XALT = VenueProfile("XALT", VenueKind.LIT, "lit", latency_ns=500, market_data_latency_ns=700)
Act = Callable[[MarketPort], None]


class Script:
    """A source of given deeds at given instants."""

    def __init__(self, *deeds: tuple[Ns, Act]) -> None:
        self._deeds = list(deeds)

    @property
    def next_at(self) -> Ns | None:
        return self._deeds[0][0] if self._deeds else None

    def step(self, port: MarketPort) -> None:
        self._deeds.pop(0)[1](port)


class Pool:
    """A venue that only listens."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        self.mic = profile.mic
        self.heard: list[Nbbo] = []
        self.commands: list[tuple[Ns, VenueCommand]] = []

    @property
    def next_at(self) -> Ns | None:
        return None

    def on_time(self, at: Ns) -> list[VenueSays]:
        return []

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        self.heard.append(nbbo)
        return []

    def on_command(self, at: Ns, command: VenueCommand) -> list[VenueSays]:
        self.commands.append((at, command))
        return []


def add(venue: str, oid: int, is_bid: bool, px: Px, qty: Qty) -> Act:
    return lambda port: port.book(venue, SYMBOL).add(oid, is_bid, px, qty)


def delete(venue: str, oid: int) -> Act:
    def act(port: MarketPort) -> None:
        port.book(venue, SYMBOL).delete(oid)

    return act


def world(*deeds: tuple[Ns, Act], venues: Sequence[VenueProfile] = (XLIT, XALT), seed: int = 7) -> World:
    return World(venues, INSTRUMENTS, [Script(*deeds)], seed=seed, start=NOON)


def run(sim: World, until: Ns = NOON + 3_600 * SECOND) -> list[tuple[Ns, Delivered]]:
    """All that is heard up to `until`, with the time since NOON, without the session's opening words."""
    heard: list[tuple[Ns, Delivered]] = []
    while sim.next_at is not None and sim.next_at <= until:
        heard += sim.step()
    return [(at - NOON, event) for at, event in heard if at > NOON]


def send(venue: str, child_id: str, side: Side, qty: Qty, px: Px) -> SendChild:
    return SendChild(
        venue=venue,
        child_id=child_id,
        symbol=SYMBOL,
        side=side,
        qty=qty,
        ord_type=OrdType.LIMIT,
        px=px,
        reason=Reason.DIRECT,
    )


def test_opens_with_venues_up_and_the_phase() -> None:
    sim = world()

    assert sim.step() == [
        (NOON, VenueUp("XLIT")),
        (NOON, VenueUp("XALT")),
        (NOON, PhaseChange(SYMBOL, Phase.CONTINUOUS)),
    ]
    assert sim.next_at is None


def test_market_data_and_reports_take_their_time() -> None:
    sim = world((NOON + 1_000, add("XLIT", 1, False, ASK, 100)))
    sim.send(NOON + 5_000, send("XLIT", "c1", Side.BUY, 100, ASK))

    assert run(sim) == [
        (1_300, LevelUpdate("XLIT", SYMBOL, False, ASK, 100)),
        (5_400, ChildAccepted("XLIT", "c1", "XLIT-1")),
        (5_400, fill("XLIT", "c1", 100, ASK)),
        (5_500, TradePrint("XLIT", SYMBOL, ASK, 100, True)),
        (5_500, LevelUpdate("XLIT", SYMBOL, False, ASK, 0)),
    ]


def test_a_step_with_a_limit_passes_through_instants_at_which_nothing_is_heard() -> None:
    deeds = [(NOON + n, add("XLIT", n, True, BID, 100)) for n in (10, 20, 30)]
    sim = world(*deeds)
    sim.step()

    assert sim.step(NOON + 25) == []
    assert (sim.now, sim.next_at) == (NOON + 20, NOON + 30)
    assert sim.step(NOON + 1_000) == [(NOON + 310, LevelUpdate("XLIT", SYMBOL, True, BID, 100))]


def test_who_only_listens_is_told_as_it_comes_what_an_engine_would_hear() -> None:
    deeds = [(NOON + n, add("XLIT", n, True, BID, 100)) for n in (10, 20, 30)]
    told: list[tuple[Ns, Delivered]] = []
    sim = world(*deeds)

    sim.hear(NOON + 320, lambda at, event: told.append((at - NOON, event)))

    assert [(at, event) for at, event in told if at > 0] == run(world(*deeds), NOON + 320)
    assert (sim.now, sim.next_at) == (NOON + 320, NOON + 330)


def test_a_turn_of_a_source_is_counted() -> None:
    sim = world(*((NOON + n, add("XLIT", n, True, BID, 100)) for n in (10, 20, 30)))

    run(sim, NOON + 25)

    assert sim.turns == 2


def test_a_quote_that_fades_on_the_way_is_missed() -> None:
    sim = world((NOON + 1_000, add("XALT", 1, False, ASK, 100)), (NOON + 1_900, delete("XALT", 1)))
    sim.send(NOON + 1_700, send("XALT", "c1", Side.BUY, 100, ASK))

    assert not [event for _, event in run(sim) if isinstance(event, ChildFilled)]


def test_commands_to_one_venue_arrive_in_the_order_sent_whatever_the_jitter() -> None:
    listener = VenueProfile("XLSN", VenueKind.DARK, "pool", latency_ns=10, latency_jitter_ns=1_000)
    pool = Pool(listener, INSTRUMENTS, 0)
    sim = World([listener], INSTRUMENTS, [], seed=7, start=NOON, factories={"pool": lambda *_: pool})
    sent = [send("XLSN", f"c{number}", Side.BUY, 100, BID) for number in range(50)]
    for command in sent:
        sim.send(NOON, command)

    run(sim)

    assert [command for _, command in pool.commands] == sent
    assert len({at for at, _ in pool.commands}) > 1


def test_a_late_command_is_sent_now() -> None:
    sim = world((NOON + 9_000, add("XLIT", 1, False, ASK, 100)))
    run(sim)

    sim.send(NOON, send("XLIT", "c1", Side.BUY, 100, BID))

    assert sim.next_at == NOON + 9_500


class TestNbbo:
    def heard(self, *deeds: tuple[Ns, Act], others: Sequence[VenueProfile] = (XLIT, XALT)) -> list[Nbbo]:
        listener = VenueProfile("XLSN", VenueKind.DARK, "pool")
        pool = Pool(listener, INSTRUMENTS, 0)
        factories: dict[str, VenueFactory] = {"pool": lambda *_: pool, "lit": LitVenue}
        run(World([*others, listener], INSTRUMENTS, [Script(*deeds)], seed=7, start=NOON, factories=factories))
        return pool.heard

    def test_is_the_best_of_all_protected_venues_with_all_their_shares(self) -> None:
        heard = self.heard(
            (NOON + 1, add("XLIT", 1, True, BID, 100)),
            (NOON + 2, add("XALT", 1, False, ASK, 200)),
            (NOON + 3, add("XALT", 2, True, BID, 50)),
            (NOON + 4, add("XALT", 3, True, MID, 70)),
        )

        assert heard == [
            Nbbo(SYMBOL, BID, None, 100, 0, NOON + 1),
            Nbbo(SYMBOL, BID, ASK, 100, 200, NOON + 2),
            Nbbo(SYMBOL, MID, ASK, 70, 200, NOON + 4),
        ]

    def test_a_change_of_size_alone_is_told_now_and_then(self) -> None:
        heard = self.heard(
            (NOON + 1, add("XLIT", 1, True, BID, 100)),
            (NOON + 2, add("XLIT", 2, True, BID, 100)),
            (NOON + 100 * MILLISECOND + 1, add("XLIT", 3, True, BID, 100)),
        )

        assert [nbbo.bid_qty for nbbo in heard] == [100, 300]

    def test_is_known_at_a_venue_in_which_nobody_waited_for_it(self) -> None:
        sim = world((NOON + 10, add("XALT", 1, True, BID, 100)), (NOON + 10, add("XALT", 2, False, ASK, 100)))
        peg = msgspec.structs.replace(send("XLIT", "c1", Side.BUY, 50, BID), ord_type=OrdType.PEGGED, peg=Peg.PRIMARY)

        sim.send(NOON + 20, msgspec.structs.replace(peg, px=None))

        assert (520, LevelUpdate("XLIT", SYMBOL, True, BID, 50)) in run(sim)

    def test_leaves_out_unprotected_quotes(self) -> None:
        open_outcry = VenueProfile("XOUT", VenueKind.LIT, "lit", protected=False)

        assert self.heard((NOON + 1, add("XOUT", 1, True, BID, 100)), others=[open_outcry]) == []

    def test_leaves_out_a_venue_that_is_down_until_it_is_back(self) -> None:
        heard = self.heard(
            (NOON + 1, add("XLIT", 1, True, BID, 100)),
            (NOON + 2, lambda port: port.venue_down("XLIT", "cut")),
            (NOON + 3, lambda port: port.venue_up("XLIT")),
        )

        assert [(nbbo.bid, nbbo.at - NOON) for nbbo in heard] == [(BID, 1), (None, 2), (BID, 3)]


class TestVenueDown:
    def test_answers_nothing_and_tells_what_happened_when_it_is_back(self) -> None:
        sim = World(
            [XLIT],
            INSTRUMENTS,
            [
                Script((NOON + 5_000, lambda port: _market(port, True, 100))),
                Scenario([Begin(NOON + 2_000, Down("XLIT", "cut"), until=NOON + 9_000)]),
            ],
            seed=7,
            start=NOON,
        )
        sim.send(NOON + 1, send("XLIT", "c1", Side.SELL, 300, ASK))
        sim.send(NOON + 3_000, send("XLIT", "lost", Side.BUY, 100, BID))

        heard = [(at, event) for at, event in run(sim) if at >= 2_000]

        assert heard == [
            (2_000, VenueDown("XLIT", "cut")),
            (9_200, VenueUp("XLIT")),
            (9_200, fill("XLIT", "c1", 100, ASK, added=True)),
            (9_300, BookSnapshot("XLIT", SYMBOL, (), ((ASK, 200),))),
        ]


class TestPhases:
    def test_follow_the_calendar(self) -> None:
        day = CalendarDay("20240304", NOON + 10, NOON + 20)
        sim = World([XLIT], INSTRUMENTS, [], seed=7, start=NOON, days={SYMBOL: day})

        heard = sim.step()[1:]
        heard += [(at + NOON, event) for at, event in run(sim)]

        assert heard == [
            (NOON, PhaseChange(SYMBOL, Phase.PRE_OPEN)),
            (NOON + 10, PhaseChange(SYMBOL, Phase.CONTINUOUS)),
            (NOON + 20, PhaseChange(SYMBOL, Phase.CLOSED)),
        ]

    def test_a_halt_reaches_the_venues_and_the_engine_at_once(self) -> None:
        sim = World([XLIT], INSTRUMENTS, [Scenario([SetPhase(NOON + 5, SYMBOL, Phase.HALTED)])], seed=7, start=NOON)
        sim.send(NOON + 6, send("XLIT", "c1", Side.BUY, 100, BID))

        heard = run(sim)

        assert heard[0] == (5, PhaseChange(SYMBOL, Phase.HALTED))
        assert "halted" in msgspec.json.encode(heard[1][1]).decode()
        assert sim.phase_of(SYMBOL) is Phase.HALTED


def test_prints_of_other_places_reach_the_tape() -> None:
    sim = world((NOON + 5, lambda port: port.tape("FINN", SYMBOL, MID, 300, kind=PrintKind.OFF_EXCHANGE)))

    assert run(sim) == [(5, TradePrint("FINN", SYMBOL, MID, 300, None, PrintKind.OFF_EXCHANGE))]


def test_a_bust_of_a_fill_that_the_market_made_comes_when_it_is_due() -> None:
    faults = {"fault_bust_ppm": 1_000_000, "fault_amend_ns": 2_000}
    profile = msgspec.structs.replace(XLIT, settings=faults)
    sim = world((NOON + 1_000, lambda port: _market(port, True, 100)), venues=[profile])
    sim.send(NOON, send("XLIT", "c1", Side.SELL, 300, ASK))

    heard = [(at, event) for at, event in run(sim) if isinstance(event, ChildFilled | ChildBusted)]

    assert heard == [
        (1_200, fill("XLIT", "c1", 100, ASK, added=True)),
        (3_200, ChildBusted("XLIT", "c1", "XLIT-X1-B", "XLIT-X1")),
    ]


def test_a_source_that_stands_still_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        next_at = NOON

        def step(self, port: MarketPort) -> None:
            """Forget to move on."""

    monkeypatch.setattr("simulator.world.INSTANT_MAX", 100)
    sim = World([XLIT], INSTRUMENTS, [Stuck()], seed=7, start=NOON)

    with pytest.raises(AssertionError, match="more than 100 happenings"):
        sim.step()


@pytest.mark.parametrize(
    ("profiles", "message"),
    [
        ([VenueProfile("XFIX", VenueKind.LIT, "fix")], "venue XFIX: plugin 'fix' is not simulated here"),
        ([XLIT, XLIT], "venue XLIT: configured twice"),
    ],
)
def test_a_venue_that_cannot_be_simulated_is_refused(profiles: list[VenueProfile], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        World(profiles, INSTRUMENTS, [], seed=7, start=NOON)


def test_a_disabled_venue_is_left_out() -> None:
    sim = World([VenueProfile("XFIX", VenueKind.LIT, "fix", enabled=False)], INSTRUMENTS, [], seed=7, start=NOON)

    with pytest.raises(KeyError):
        sim.send(NOON, CancelChild(venue="XFIX", child_id="c", request_id="r", symbol=SYMBOL, side=Side.BUY))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def everything(seed: int) -> bytes:
        venues = [
            XLIT,
            msgspec.structs.replace(XALT, latency_jitter_ns=10_000, settings={"fault_duplicate_ppm": 300_000}),
            VenueProfile("XDRK", VenueKind.DARK, "dark", settings={"contra_per_second_ppm": 5_000_000}),
            VenueProfile("XCRS", VenueKind.CROSS, "cross", cross_times=(12 * 3_600,), settings={"window_ns": SECOND}),
        ]
        deeds = [
            (
                NOON + n * MILLISECOND,
                add(("XLIT", "XALT")[n % 2], n, n % 3 == 0, MID + (-TICK if n % 3 == 0 else TICK), n),
            )
            for n in range(1, 200)
        ]
        sim = World(venues, INSTRUMENTS, [Script(*deeds)], seed=seed, start=NOON)
        for number, venue in enumerate(("XLIT", "XALT", "XDRK", "XCRS") * 5):
            sim.send(NOON + number * 9 * MILLISECOND, send(venue, f"c{number}", Side.BUY, 250, ASK))
        return msgspec.json.encode(run(sim, NOON + 20 * SECOND))

    assert everything(1) == everything(1)
    assert everything(1) != everything(2)


def test_a_script_is_a_market_source_and_a_pool_a_venue() -> None:
    assert isinstance(Script(), MarketSource)
    assert isinstance(Pool(XLIT, INSTRUMENTS, 0), SimulatedVenue)


def fill(venue: str, child_id: str, qty: Qty, px: Px, *, added: bool = False) -> ChildFilled:
    return ChildFilled(
        venue=venue,
        child_id=child_id,
        exec_id=f"{venue}-X1",
        qty=qty,
        px=px,
        liquidity=LastLiquidityInd.ADDED if added else LastLiquidityInd.REMOVED,
        last_mkt=venue,
        cum_qty=qty,
    )


def _market(port: MarketPort, is_buy: bool, qty: Qty) -> None:
    port.book("XLIT", SYMBOL).market(is_buy, qty)


def test_an_order_s_place_is_known_at_the_venue_before_anybody_hears_of_it() -> None:
    pool = VenueProfile("XDRK", VenueKind.DARK, "dark")
    sim = world((NOON, add("XLIT", 1, True, BID, 500)), (NOON + 1_000, delete("XLIT", 1)), venues=(XLIT, pool))
    sim.send(NOON, send("XLIT", "c1", Side.BUY, 100, BID))
    places = []
    for until in (200, 1_000):
        run(sim, NOON + until)
        places.append(sim.ahead("XLIT", "c1"))

    # A pool has no queue to stand in.
    assert (places, sim.ahead("XLIT", "c2"), sim.ahead("XDRK", "c1")) == ([500, 0], None, None)


def test_a_world_names_what_trades_in_it() -> None:
    assert world().symbols == (SYMBOL,)


class Listener:
    """A source that does nothing but hear us, and then wants one turn."""

    def __init__(self) -> None:
        self.next_at: Ns | None = None
        self.told: list[tuple[str, list[str]]] = []
        self.stepped: list[Ns] = []

    def step(self, port: MarketPort) -> None:
        self.stepped.append(port.now)
        self.next_at = None

    def on_own(self, port: MarketPort, command: VenueCommand, says: Sequence[VenueSays]) -> None:
        self.told.append((command.child_id, [type(event).__name__ for event in says]))
        self.next_at = port.now + 50


class TestScenarios:
    """What a scenario may do to a world, each by itself."""

    def test_a_slow_venue_takes_as_many_times_as_long_both_ways(self) -> None:
        sim = world((NOON + 1, lambda port: port.slow("XLIT", 10)), (NOON + 9_000, lambda port: port.slow("XLIT", 1)))
        run(sim, NOON + 5)
        sim.send(NOON + 10, send("XLIT", "slow", Side.BUY, 100, BID))
        slow = [said for said in run(sim, NOON + 9_500) if isinstance(said[1], ChildAccepted)]
        sim.send(NOON + 10_000, send("XLIT", "quick", Side.BUY, 100, BID))

        quick = [said for said in run(sim) if isinstance(said[1], ChildAccepted)]

        assert slow == [(4_010, ChildAccepted("XLIT", "slow", "XLIT-1", 0))]
        assert quick == [(10_400, ChildAccepted("XLIT", "quick", "XLIT-2", 100))]

    def test_a_late_feed_is_late_in_order_and_what_is_late_comes_at_once_when_it_is_over(self) -> None:
        sim = world(
            (NOON + 1, lambda port: port.stale("XLIT", 10_000)),
            (NOON + 2, add("XLIT", 1, True, BID, 100)),
            (NOON + 11_000, add("XLIT", 2, True, BID, 100)),
            (NOON + 12_000, add("XLIT", 3, False, ASK, 100)),
            (NOON + 13_000, lambda port: port.stale("XLIT", 0)),
            (NOON + 14_000, add("XLIT", 4, False, ASK, 100)),
        )

        assert run(sim) == [
            (10_302, LevelUpdate("XLIT", SYMBOL, True, BID, 100)),
            (13_300, LevelUpdate("XLIT", SYMBOL, True, BID, 200)),
            (13_300, LevelUpdate("XLIT", SYMBOL, False, ASK, 100)),
            (14_300, LevelUpdate("XLIT", SYMBOL, False, ASK, 200)),
        ]

    def test_a_cut_feed_says_nothing_and_its_books_are_told_whole_after_it(self) -> None:
        sim = world(
            (NOON + 1, lambda port: port.stale("XLIT", None)),
            (NOON + 2, add("XLIT", 1, True, BID, 100)),
            (NOON + 1_000, lambda port: _market(port, False, 40)),
            (NOON + 2_000, lambda port: port.stale("XLIT", 0)),
        )

        assert run(sim) == [(2_300, BookSnapshot("XLIT", SYMBOL, ((BID, 60),), ()))]

    def test_a_venue_s_settings_change_while_it_runs(self) -> None:
        sim = world(
            (NOON + 1, lambda port: port.tune("XLIT", {"fault_bust_ppm": 1_000_000, "fault_amend_ns": 1_000})),
            (NOON + 2, add("XLIT", 1, False, ASK, 500)),
            (NOON + 500, lambda port: port.tune("XLIT", {})),
        )
        sim.send(NOON + 100, send("XLIT", "busted", Side.BUY, 100, ASK))
        sim.send(NOON + 1_000, send("XLIT", "kept", Side.BUY, 100, ASK))

        heard = run(sim)

        assert [event for _, event in heard if isinstance(event, ChildBusted)] == [
            ChildBusted("XLIT", "busted", "XLIT-X1-B", "XLIT-X1")
        ]
        assert [event.child_id for _, event in heard if isinstance(event, ChildFilled)] == ["busted", "kept"]

    def test_a_probe_meets_what_is_hidden_in_a_pool_and_in_no_other_venue(self) -> None:
        pool = VenueProfile(
            "XDRK", VenueKind.DARK, "dark", latency_ns=200, settings={"contra_per_second_ppm": 0, "nbbo_lag_ns": 0}
        )
        found: list[Qty] = []
        sim = world(
            (NOON + 1, add("XLIT", 1, True, BID, 100)),
            (NOON + 2, add("XLIT", 2, False, ASK, 100)),
            (NOON + 900, lambda port: found.append(port.probe("XDRK", SYMBOL, 70, is_buy=True))),
            (NOON + 901, lambda port: found.append(port.probe("XDRK", SYMBOL, 70, is_buy=False))),
            venues=[XLIT, pool],
        )
        sim.send(NOON + 10, send("XDRK", "c1", Side.BUY, 300, ASK))

        fills = [(at, event.qty) for at, event in run(sim) if isinstance(event, ChildFilled)]

        assert found == [0, 70]
        assert fills == [(1_101, 70)]
        with pytest.raises(KeyError, match="XLIT is no pool"):
            sim.probe("XLIT", SYMBOL, 70, is_buy=True)

    def test_a_source_that_hears_us_may_want_its_turn_sooner(self) -> None:
        listener = Listener()
        sim = World([XLIT], INSTRUMENTS, [listener], seed=7, start=NOON)
        sim.send(NOON + 100, send("XLIT", "c1", Side.BUY, 100, BID))

        run(sim)

        assert listener.told == [("c1", ["ChildAccepted", "LevelUpdate"])]
        assert listener.stepped == [NOON + 350]

    def test_a_halt_on_one_venue_is_none_on_the_others_and_ends(self) -> None:
        halt = Begin(NOON + 5, Halted(SYMBOL, "XLIT"), until=NOON + 5_000)
        sim = World([XLIT, XALT], INSTRUMENTS, [Scenario([halt])], seed=7, start=NOON)
        run(sim, NOON + 5)
        sim.send(NOON + 10, send("XLIT", "halted", Side.BUY, 100, BID))
        sim.send(NOON + 10, send("XALT", "elsewhere", Side.BUY, 100, BID))
        sim.send(NOON + 6_000, send("XLIT", "after", Side.BUY, 100, BID))

        heard = [event for _, event in run(sim)]

        reports = {event.child_id: type(event) for event in heard if isinstance(event, ChildAccepted | ChildRejected)}
        assert reports == {"halted": ChildRejected, "elsewhere": ChildAccepted, "after": ChildAccepted}
        assert [event for event in heard if isinstance(event, PhaseChange)] == [
            PhaseChange(SYMBOL, Phase.CONTINUOUS, "XLIT")
        ]
