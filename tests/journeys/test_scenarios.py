"""Each shipped scenario, by what it does to a parent order that the real engine works in the shipped market.

The calm market of the same seed is the comparison. Where an effect is one of chance, it is shown on three seeds.
"""

from __future__ import annotations

from functools import cache

import pytest

from router.core.events import (
    ChildBusted,
    ChildCorrected,
    ChildFilled,
    ChildStatus,
    LevelUpdate,
    PhaseChange,
    TradePrint,
    VenueDown,
    VenueUp,
)
from router.core.outputs import Alarm, ExecReport, QueryChild, SendChild
from router.core.types import MILLISECOND, SECOND, ExecType, OrdStatus, Phase
from router.runtime.settings import default_home
from support.scene import FIRST_S, Played, play, shipped

pytestmark = pytest.mark.untraced

NAMES = sorted(path.stem for path in (default_home() / "config" / "scenarios").glob("*.toml"))
SEEDS = (1, 2, 3)
LARGE = 20_000
"""Shares in five minutes: enough to have children open at any time."""


@cache
def calm(seed: int = 7) -> Played:
    return play(qty=LARGE, seed=seed)


@cache
def scene(name: str, seed: int = 7) -> Played:
    return play(shipped(name), qty=LARGE, seed=seed)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_router_saw_of_it_replays_byte_for_byte(name: str) -> None:
    played = scene(name)

    assert played.replayed() is None
    assert played.order.cum_qty <= LARGE


def test_the_same_seed_gives_the_same_journal() -> None:
    again = play(shipped("pinger"), shipped("fade"), qty=LARGE)
    first = play(shipped("pinger"), shipped("fade"), qty=LARGE)

    assert first.journal.inputs[-1].hash == again.journal.inputs[-1].hash
    assert first.journal.outputs[-1].hash == again.journal.outputs[-1].hash


def test_halt() -> None:
    """Nothing trades for two minutes, the client is told twice, and the order is filled after it."""
    played = scene("halt")
    begin, end = FIRST_S + 60, FIRST_S + 180

    told = [(report.ord_status, report.exec_type) for at, report in played.said(ExecReport) if begin <= at <= end + 0.1]
    phases = [(round(at), event.phase) for at, event in played.heard(PhaseChange) if at > 1]
    sent = [at for at, _ in played.said(SendChild) if begin + 0.01 < at < end]
    assert phases == [(begin, Phase.HALTED), (end, Phase.CONTINUOUS)]
    assert told[0] == (OrdStatus.SUSPENDED, ExecType.SUSPENDED)
    assert ExecType.RESTATED in [exec_type for _, exec_type in told]
    assert sent == []
    assert played.fills(begin + 0.01, end) == 0 < calm().fills(begin + 0.01, end)
    assert played.order.status is OrdStatus.FILLED


def test_half_day() -> None:
    """An order without an end ends at 13:00, and the market with it."""
    played = play(shipped("half-day"), qty=500, minutes=0, run_minutes=212, activity=0.05)

    assert played.order.end == played.open + 3 * 3_600 * SECOND + 1_800 * SECOND
    assert [(at, event.phase) for at, event in played.heard(PhaseChange)][-1] == (12_600, Phase.CLOSED)
    assert max(at for at, _ in played.heard(TradePrint)) <= 12_601


def test_news() -> None:
    """The price is another, quotes are wide, trades come faster; the order pays for all of it."""
    played, begin = scene("news"), FIRST_S + 60

    def mean_spread(first_s: float, last_s: float) -> float:
        inside = [ask - bid for at, bid, ask in played.quotes() if first_s <= (at - played.open) / SECOND < last_s]
        return sum(inside) / len(inside)

    def prints(first_s: float, last_s: float) -> int:
        return sum(first_s <= at < last_s for at, _ in played.heard(TradePrint))

    assert mean_spread(begin + 5, begin + 35) > 2 * mean_spread(begin - 30, begin)
    assert prints(begin + 5, begin + 35) > 2 * prints(begin - 30, begin)
    assert played.average_px > calm().average_px + 0.4
    assert played.order.status is OrdStatus.FILLED


def test_limit_up() -> None:
    """The bid stands at the band, 15 seconds later trading pauses for five minutes, and the order goes on above it."""
    played = play(shipped("limit-up"), qty=LARGE, minutes=10)
    begin = FIRST_S + 60
    reference = 400_000
    band = reference + reference // 20

    phases = [(at, event.phase) for at, event in played.heard(PhaseChange) if at > 1]
    (paused, halted), (resumed, continuous) = phases
    limited = [bid for at, bid, _ in played.quotes() if begin + 2 < (at - played.open) / SECOND < paused]
    lit = [fill for fill in played.order.fills.values() if fill.venue in {"XLIT", "XALT", "XINV"}]
    paid = [fill.px for fill in lit if (fill.at - played.open) / SECOND < paused]
    assert (halted, continuous) == (Phase.HALTED, Phase.CONTINUOUS)
    assert begin + 15 < paused < begin + 20
    assert resumed == pytest.approx(paused + 300)
    assert set(limited) == {band}
    assert max(paid) <= band
    assert played.fills(paused + 0.01, resumed) == 0
    assert max(fill.px for fill in played.order.fills.values()) > band
    assert played.order.status is OrdStatus.FILLED


@pytest.mark.slow
def test_igniter() -> None:
    """Who buys during the burst buys dear, and the price is back after the reversal."""
    burst, over = FIRST_S + 60, FIRST_S + 60 + 10 + 20 + 10
    given_back = [0, 0]
    for seed in SEEDS:
        ran, quiet = [
            max(fill.px for fill in played.order.fills.values() if burst <= (fill.at - played.open) / SECOND < over)
            for played in (scene("igniter", seed), calm(seed))
        ]
        assert ran > quiet, seed
        for number, played in enumerate((scene("igniter", seed), calm(seed))):
            during = [bid for at, bid, _ in played.quotes() if burst <= (at - played.open) / SECOND < over]
            given_back[number] += max(during) - played.quotes()[-1][1]
    # The two walk apart after the burst, so that one day's end says little: half of the drag, on the average of seeds.
    assert given_back[0] - given_back[1] > len(SEEDS) * 1_200, given_back


@pytest.mark.slow
def test_pinger() -> None:
    """The pool's fills are round lots of a prober, and the midpoint runs from the order after each of them."""
    for seed in SEEDS:
        found, quiet = scene("pinger", seed), calm(seed)

        assert found.markout("XDRK", 1) > quiet.markout("XDRK", 1) + 10, seed
        lots = [[fill.qty for fill in one.order.fills.values() if fill.venue == "XDRK"] for one in (found, quiet)]
        assert lots[0].count(100) > lots[1].count(100), seed


@pytest.mark.slow
def test_toxic_pool() -> None:
    """Whom the pool matches us with knew better: the midpoint goes against us within a second."""
    for seed in SEEDS:
        poisoned, quiet = scene("toxic-pool", seed), calm(seed)

        assert poisoned.markout("XDRK", 1) < min(quiet.markout("XDRK", 1), -5), seed


def test_fade() -> None:
    """A sweep over several venues finds less at each than was shown, and has to go on at worse prices."""
    for seed in SEEDS:
        faded, steady = (play(*files, qty=5_000, strategy=None, minutes=0, run_minutes=1, seed=seed)
                         for files in ((shipped("fade"),), ()))  # fmt: skip

        assert len(faded.order.children) > len(steady.order.children), seed
        assert faded.average_px > steady.average_px, seed
        assert faded.order.status is OrdStatus.FILLED, seed


def test_venue_down() -> None:
    """Nothing is sent there while it is down, what was open there is asked for when it is back, and nothing is lost."""
    played = scene("venue-down")
    begin, end = FIRST_S + 60, FIRST_S + 180

    down = [(round(at), event) for at, event in played.heard(VenueDown)]
    up = [round(at) for at, event in played.heard(VenueUp) if event.venue == "XLIT" and at > 0]
    sent = [at for at, child in played.said(SendChild) if child.venue == "XLIT" and begin + 0.01 < at < end]
    assert down == [(begin, VenueDown("XLIT", "line cut"))]
    assert up == [end]
    assert sent == []
    assert "venue XLIT is down: line cut" in [alarm.text for _, alarm in played.said(Alarm)]
    assert played.order.status is OrdStatus.FILLED


def test_what_rests_at_a_venue_that_is_down_is_unknown_until_it_is_back_and_has_said() -> None:
    """Shares traded there meanwhile are heard of after its return, with the answer to what the router asks."""
    played = play(
        shipped("venue-down"),
        qty=2_000,
        strategy=None,
        px=399_800,
        destination="XLIT",
        minutes=0,
        run_minutes=4,
    )
    begin, end = FIRST_S + 60, FIRST_S + 180

    asked = [(round(at, 2), query.child_id) for at, query in played.said(QueryChild)]
    statuses = [(status.is_open, status.cum_qty) for _, status in played.heard(ChildStatus)]
    heard = {round(at, 2) for at, _ in played.heard(ChildFilled)}
    reports = [at for at, report in played.said(ExecReport) if begin < at < end]
    assert asked == [(end, "S-C1")]
    assert statuses == [(False, 2_000)]
    assert heard == {end}
    assert reports == []
    assert (played.order.status, played.order.cum_qty) == (OrdStatus.FILLED, 2_000)


def test_slow_venue() -> None:
    """Answers come later than the router waits: children are UNKNOWN, asked for, and settled without an over-fill."""
    played = scene("slow-venue")

    asked = [query.venue for _, query in played.said(QueryChild)]
    answered = [status.venue for _, status in played.heard(ChildStatus)]
    assert set(asked) == set(answered) == {"XLIT"}
    assert played.order.cum_qty == sum(event.qty for _, event in played.heard(ChildFilled)) == LARGE


def test_stale_feed() -> None:
    """No market data of a venue that trades on; then another's come three seconds late."""
    played = scene("stale-feed")

    def updates(venue: str, first_s: float, last_s: float) -> int:
        return sum(event.venue == venue and first_s < at < last_s for at, event in played.heard(LevelUpdate))

    assert updates("XALT", FIRST_S + 30.01, FIRST_S + 150) == 0 < updates("XLIT", FIRST_S + 30.01, FIRST_S + 150)
    assert updates("XALT", FIRST_S + 150, FIRST_S + 180) > 0
    assert updates("XINV", FIRST_S + 150.01, FIRST_S + 153) == 0 < updates("XINV", FIRST_S + 153, FIRST_S + 180)
    assert played.order.status is OrdStatus.FILLED


@pytest.mark.parametrize(("name", "through"), [("locked", 0), ("crossed", 200)])
def test_locked_and_crossed(name: str, through: int) -> None:
    """The market is locked (crossed) most of the time, no pool fills us then, and the order is filled all the same."""
    played = scene(name)
    begin, end = FIRST_S + 30.1, FIRST_S + 150

    during = [bid - ask for at, bid, ask in played.quotes() if begin <= (at - played.open) / SECOND < end]
    dark = [
        (fill.at, fill.px)
        for fill in played.order.fills.values()
        if fill.venue in {"XDRK", "XBLK"} and begin <= (fill.at - played.open) / SECOND < end
    ]
    assert sum(gap == through for gap in during) > 0.7 * len(during)
    assert calm().fills(begin, end, "XDRK", "XBLK") > 0
    # Between two such quotes the market may be as it should for a moment: a fill then is at its midpoint.
    for filled_at, px in dark:
        seen = [(bid, ask) for at, bid, ask in played.quotes() if filled_at - 10 * MILLISECOND <= at <= filled_at]
        assert any(bid < ask and (bid + ask) // 2 == px for bid, ask in seen), (filled_at, px, seen)
    assert played.order.status is OrdStatus.FILLED


def test_bust() -> None:
    """What the primary takes back is bought again, what the second corrects is paid, and the sums follow."""
    played = scene("bust", seed=6)

    busted = {event.exec_ref_id for _, event in played.heard(ChildBusted)}
    corrected = {event.exec_ref_id: event for _, event in played.heard(ChildCorrected)}
    fills = {event.exec_id: event for _, event in played.heard(ChildFilled)}
    kept = [fill for exec_id, fill in fills.items() if exec_id not in busted]
    notional = sum(fill.qty * (corrected[fill.exec_id].px if fill.exec_id in corrected else fill.px) for fill in kept)
    kinds = [report.exec_type for _, report in played.said(ExecReport)]
    assert busted
    assert corrected
    assert (kinds.count(ExecType.TRADE_CANCEL), kinds.count(ExecType.TRADE_CORRECT)) == (len(busted), len(corrected))
    assert (played.order.cum_qty, played.order.notional) == (sum(fill.qty for fill in kept), notional)
    assert played.order.status is OrdStatus.FILLED
