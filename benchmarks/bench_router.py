"""The router's decision, by what it decides, and the market data that it stands on: microseconds of CPU each.

    python -m benchmarks.bench_router

Three lit venues of ten levels a side, two pools and a cross. The same question is asked again and again with the
router's memory of it wiped.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.harness import seconds, table
from router.core.events import BookSnapshot, LevelUpdate, PhaseChange, TradePrint
from router.core.instruments import Instrument
from router.core.profiles import FeeRule, RouterSettings, RuleProfile, VenueProfile
from router.core.types import SECOND, Ns, Phase, Reason, Side, Urgency, VenueKind
from router.market.market import Market
from router.sor import SliceWork, Sor

NOW: Ns = 1_709_562_600 * SECOND
LIT = ("XALT", "XINV", "XLIT")
VENUES = (
    *(VenueProfile(mic, VenueKind.LIT, "lit", fees=(FeeRule(add=-1_500, remove=2_800),)) for mic in LIT),
    *(VenueProfile(mic, VenueKind.DARK, "dark") for mic in ("XBLK", "XDRK")),
    VenueProfile("XCRS", VenueKind.CROSS, "cross", cross_times=(36_000, 45_000)),
)
CALLS = 1_000
UPDATES = 100_000


def opened() -> tuple[Market, Sor]:
    market = Market((Instrument("ACME"),), VENUES, {})
    sor = Sor(market, VENUES, (RuleProfile(),), RouterSettings(), "20240304", 0)
    rng = Random(1)
    market.on_event(NOW, PhaseChange("ACME", Phase.CONTINUOUS))
    for mic in LIT:
        bids = tuple((100_000 - 100 * level, rng.choice((100, 200, 500))) for level in range(10))
        asks = tuple((100_200 + 100 * level, rng.choice((100, 200, 500))) for level in range(10))
        market.on_event(NOW, BookSnapshot(mic, "ACME", bids, asks))
        sor.on_market(NOW, TradePrint(mic, "ACME", 100_000, 300, aggressor_is_buy=False))
    return market, sor


def work(urgency: Urgency, until: Ns | None = None) -> SliceWork:
    return SliceWork(
        slice_id=1,
        order_id="O1",
        symbol="ACME",
        side=Side.BUY,
        qty=1_000,
        urgency=urgency,
        reason=Reason.SCHEDULE,
        started_at=NOW,
        until=until,
    )


def asked(sor: Sor, piece: SliceWork) -> Callable[[], None]:
    def ask() -> None:
        for _ in range(CALLS):
            piece.idle_key = None
            sor.review(NOW, piece, [])

    return ask


def updates(market: Market) -> Callable[[], None]:
    rng = Random(2)
    stream = [
        LevelUpdate(
            rng.choice(LIT),
            "ACME",
            is_bid=is_bid,
            px=100_100 + (-100 if is_bid else 100) * int(1 + rng.expovariate(0.3)),
            qty=rng.choice((0, 100, 200, 300)),
        )
        for is_bid in (rng.random() < 0.5 for _ in range(UPDATES))
    ]

    def feed() -> None:
        for update in stream:
            market.on_event(NOW, update)

    return feed


def main() -> None:
    market, sor = opened()
    cases = (
        ("post, with a dark part", asked(sor, work(Urgency.PASSIVE))),
        ("sweep", asked(sor, work(Urgency.AGGRESSIVE, until=NOW))),
        ("ask the pools", asked(sor, work(Urgency.AGGRESSIVE))),
    )
    rows = [[name, f"{seconds(run) / CALLS * 1e6:.1f}"] for name, run in cases]
    rows.append(["LevelUpdate", f"{seconds(updates(market)) / UPDATES * 1e6:.2f}"])
    table("Router", ("decision", "us"), rows)


if __name__ == "__main__":
    main()
