"""Reference prices: what stands for a midpoint where there is none, and by which quote a fill is judged."""

import msgspec
import pytest

from router.core.types import LastLiquidityInd, Reason
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark, arrival, decision, fill_marks, midpoint, release, sent, traded_at
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.record import Child, Fill
from router.tca.facts.tape import MarketTape
from support.twelve_trades import at, case, px, usd


def changed(was: Case, **changes: object) -> Case:
    """The case with fields of its record changed."""
    record = msgspec.structs.replace(was.record, **changes)
    return msgspec.structs.replace(was, record=record)


@pytest.mark.parametrize(
    ("bid", "ask", "reason"),
    [
        (None, None, "nobody quoted"),
        (400_000, None, "the market was one-sided: no offer"),
        (None, 400_000, "the market was one-sided: no bid"),
        (400_000, 400_000, "the market was locked: bid 40.00, offer 40.00"),
        (400_100, 400_000, "the market was crossed: bid 40.01, offer 40.00"),
    ],
)
def test_a_market_that_is_not_normal_has_no_midpoint(bid: int | None, ask: int | None, reason: str) -> None:
    quotes = QuoteTape()
    quotes.add(Quote(at(0), bid, ask))
    was = msgspec.structs.replace(case("O1"), quotes=quotes)

    assert midpoint(was, at(1), "midpoint") == Mark(None, reason=reason)
    assert midpoint(was, at(-1), "midpoint").reason == "no quote before it"
    assert midpoint(was, at(701), "midpoint").reason == "lies after the journal's end"


def test_the_decision_is_at_transact_time_and_the_release_at_the_start() -> None:
    was = changed(case("O1"), start=at(35))

    assert decision(was) == Mark(px("40.00") * usd("1"), at(-10), "midpoint at TransactTime(60)")
    assert arrival(was) == Mark(px("40.02") * usd("1"), at(0), "midpoint at arrival")
    assert release(was) == Mark(px("40.08") * usd("1"), at(35), "midpoint at release")


def test_a_transact_time_after_the_arrival_is_of_another_clock() -> None:
    was = case("O1")
    assert was.record.request is not None
    later = changed(was, request=msgspec.structs.replace(was.record.request, transact_time=at(1)))

    assert sent(later).reason == "TransactTime(60) is later than the arrival: the clocks differ"
    assert decision(later).basis == "midpoint at arrival"


def test_what_stands_for_the_decision_without_a_quote() -> None:
    bare = msgspec.structs.replace(changed(case("O1"), arrival_mid2=None), quotes=QuoteTape())
    without_prints = msgspec.structs.replace(bare, tape=MarketTape())
    without_all = msgspec.structs.replace(without_prints, previous_close=None)

    found = [decision(each) for each in (bare, without_prints, without_all)]

    assert [mark.basis or mark.reason for mark in found] == [
        "last print before arrival",
        "previous close, as configured",
        "no price is known before the order came",
    ]


def test_an_arrival_that_nobody_noted_is_the_quote_just_before() -> None:
    """At 80 s the quote changes; an order that comes in that instant saw the one before."""
    was = changed(case("O1"), arrival_mid2=None, arrived_at=at(80), start=at(80))

    assert arrival(was).px == px("40.08")


def test_a_fill_that_took_is_judged_by_the_quote_when_its_child_went_out_or_was_changed() -> None:
    child = Child(at=at(10), child_id="C1", venue="XLIT", qty=300, reason=Reason.SCHEDULE, replaced_at=[at(31), at(90)])
    fill = Fill(at(35), "E1", "XLIT", 300, px("40.11"), LastLiquidityInd.REMOVED, child_id="C1")
    was = changed(case("O1"), children=[child], fills={"E1": fill})

    (took,) = fill_marks(was)
    (gave,) = fill_marks(changed(was, fills={"E1": msgspec.structs.replace(fill, liquidity=LastLiquidityInd.ADDED)}))
    (orphan,) = fill_marks(changed(was, children=[]))

    # Heard at 35 s, it traded the venue's 250 us before.
    traded = at(35) - 250_000
    assert (took.at, gave.at, orphan.at) == (at(31), traded - 1, traded - 1)
    assert (took.took, gave.took, orphan.took) == (True, False, True)


def test_a_change_heard_of_with_the_fill_came_too_late_for_it() -> None:
    child = Child(at=at(10), child_id="C1", venue="XLIT", qty=300, reason=Reason.SCHEDULE, replaced_at=[at(35)])
    fill = Fill(at(35), "E1", "XLIT", 300, px("40.11"), LastLiquidityInd.REMOVED, child_id="C1")

    (mark,) = fill_marks(changed(case("O1"), children=[child], fills={"E1": fill}))

    assert mark.at == at(10)


def test_the_shares_of_an_auction_did_not_take_from_a_book() -> None:
    fill = Fill(at(35), "E1", "XLIT", 300, px("40.11"), LastLiquidityInd.AUCTION, child_id="C1")

    (mark,) = fill_marks(changed(case("O1"), fills={"E1": fill}))

    assert not mark.took


def test_a_trade_was_before_its_report_by_the_venues_latency_and_jitter() -> None:
    was = case("O1")
    venue = msgspec.structs.replace(was.venues["XLIT"], latency_ns=2_000, latency_jitter_ns=300)
    fill = was.fills[0]

    assert traded_at(msgspec.structs.replace(was, venues={"XLIT": venue}), fill) == fill.at - 2_300


def test_a_transact_time_of_the_arrival_is_of_the_same_clock() -> None:
    was = case("O1")
    assert was.record.request is not None
    same = changed(was, request=msgspec.structs.replace(was.record.request, transact_time=at(0)))

    assert sent(same) == Mark(px("40.02") * usd("1"), at(0), "midpoint at TransactTime(60)")


def test_the_taker_of_a_pool_is_judged_by_the_quote_before_the_fill() -> None:
    """A pool's order may have rested for minutes before it was said to have removed."""
    child = Child(at=at(-30), child_id="C1", venue="XDRK", qty=300, reason=Reason.DARK_REST)
    fill = Fill(at(35), "E1", "XDRK", 300, px("40.08"), LastLiquidityInd.REMOVED, child_id="C1")

    (mark,) = fill_marks(changed(case("O1"), children=[child], fills={"E1": fill}))

    # Heard at 35 s, it traded the pool's 200 us before.
    assert [mark.at, mark.mid.px, mark.took] == [at(35) - 200_000 - 1, px("40.08"), False]
