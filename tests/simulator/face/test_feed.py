"""Market data: what a subscriber is told of a book, and what is said to a request that cannot be served."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import decode, encode
from router.core.events import AuctionImbalance, BookSnapshot, LevelUpdate, MarketEvent, PhaseChange, TradePrint
from router.core.instruments import Instrument
from router.core.types import Phase, PrintKind
from simulator.face.feed import Feed

AT = 1_773_667_800_123_000_000
Field = tuple[int, str | int]


@pytest.fixture
def feed() -> Feed:
    """ACME has two bids and an offer, and trades."""
    feed = Feed({"ACME": Instrument("ACME"), "BOLT": Instrument("BOLT")}, frozenset({"HOUSE"}))
    feed.publish(AT, "ACME", [level(400_000, 300), level(399_900, 200), level(400_200, 100, is_bid=False)])
    feed.publish(AT, "ACME", [PhaseChange("ACME", Phase.CONTINUOUS)])
    return feed


def level(px: int, qty: int, *, is_bid: bool = True) -> LevelUpdate:
    return LevelUpdate("XLIT", "ACME", is_bid, px, qty)


def request(**changes: str | int | None) -> str:
    """MarketDataRequest(V) for both sides and the trades of ACME, with updates, fields changed or left out."""
    fields: dict[int, str | int | None] = {262: "m1", 263: 1, 264: 0, 265: 1}
    fields |= {int(tag[1:]): value for tag, value in changes.items() if tag not in {"t55", "t269"}}
    pairs: list[Field] = [(tag, value) for tag, value in fields.items() if value is not None]
    kinds = str(changes.get("t269", "012"))
    pairs += [(267, len(kinds)), *((269, kind) for kind in kinds)]
    return encode("V", [*pairs, (146, 1), (55, changes.get("t55") or "ACME")])


def ask(feed: Feed, client: str = "PLAIN", /, **changes: str | int | None) -> list[str]:
    return [shown(text) for _, text in feed.request(AT, client, decode(request(**changes)))]


def shown(text: str) -> str:
    """A market data message in short: its type, and its entries as action, kind, price, size."""
    message = decode(text)
    entries = [[entry.get(tag) for tag in (279, 269, 270, 271) if tag in entry] for entry in message.group(268)]
    rest = [f"{tag}={message.get(tag)}" for tag in (281, 58, 326, 625) if tag in message]
    return " ".join([message.msg_type, *map(":".join, entries), *rest])


def told(feed: Feed, *events: MarketEvent) -> list[str]:
    return [shown(text) for _, text in feed.publish(AT, "ACME", events)]


def test_a_subscription_begins_with_the_book_and_the_phase(feed: Feed) -> None:
    assert ask(feed) == ["W 0:40:300 0:39.99:200 1:40.02:100", "f 326=17 625=3"]


def test_a_snapshot_is_answered_once(feed: Feed) -> None:
    answers = ask(feed, t263=0, t265=None)

    assert answers == ["W 0:40:300 0:39.99:200 1:40.02:100"]
    assert told(feed, level(400_000, 100)) == []


def test_levels_are_new_changed_and_deleted_and_a_trade_comes_before_what_it_did(feed: Feed) -> None:
    ask(feed)

    heard = told(
        feed,
        TradePrint("XLIT", "ACME", 400_000, 300),
        level(400_000, 0),
        level(399_900, 100),
        level(400_100, 50, is_bid=False),
    )

    assert heard == ["X 0:2:40:300 2:0:40 1:0:39.99:100 0:1:40.01:50"]


def test_a_level_that_comes_into_a_limited_view_is_new_and_one_that_leaves_it_is_deleted(feed: Feed) -> None:
    ask(feed, t264=1, t269="0")

    heard = [told(feed, level(400_100, 50)), told(feed, level(399_900, 7)), told(feed, level(400_100, 0))]

    assert heard == [["X 2:0:40 0:0:40.01:50"], [], ["X 2:0:40.01 0:0:40:300"]]


def test_a_subscriber_to_full_refreshes_gets_the_whole_each_time(feed: Feed) -> None:
    ask(feed, t265=0, t264=1)

    assert told(feed, level(400_000, 200)) == ["W 0:40:200 1:40.02:100"]
    assert told(feed, TradePrint("XLIT", "ACME", 400_000, 300)) == ["W 0:40:200 1:40.02:100 2:40:300"]


def test_a_book_told_anew_is_sent_whole_after_the_trades_before_it(feed: Feed) -> None:
    ask(feed)

    heard = told(feed, TradePrint("XLIT", "ACME", 400_000, 1), BookSnapshot("XLIT", "ACME", ((399_000, 5),), ()))

    assert heard == ["X 0:2:40:1", "W 0:39.9:5 2:40:1"]


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.PRE_OPEN, "f 326=21 625=1"),
        (Phase.OPENING_AUCTION, "f 326=22 625=2"),
        (Phase.CLOSING_AUCTION, "f 326=17 625=4"),
        (Phase.HALTED, "f 326=2"),
        (Phase.CLOSED, "f 326=18 625=5"),
    ],
)
def test_each_change_of_phase_is_a_security_status(feed: Feed, phase: Phase, status: str) -> None:
    ask(feed)

    assert told(feed, PhaseChange("ACME", phase, "XLIT")) == [status]


CLOSE = AuctionImbalance("XLIT", "ACME", PrintKind.CLOSING, 900, -300, reference_px=400_100, indicative_px=399_900)
OPEN = AuctionImbalance("XLIT", "ACME", PrintKind.OPENING, 0, 0)


@pytest.mark.parametrize(
    ("client", "said", "entry"),
    [
        ("PLAIN", CLOSE, "270=39.99 271=300 625=4 277=Q"),
        ("HOUSE", CLOSE, "270=39.99 271=300 625=4 277=Q 20115=900 20116=40.01"),
        ("PLAIN", msgspec.structs.replace(CLOSE, imbalance=300), "270=39.99 271=300 625=4 277=P"),
        ("PLAIN", OPEN, "271=0 625=2"),
        ("HOUSE", OPEN, "271=0 625=2 20115=0"),
    ],
)
def test_an_imbalance_is_an_entry_of_its_own_kind(feed: Feed, client: str, said: AuctionImbalance, entry: str) -> None:
    """FIX 4.4: MDEntryType(269)=A, TradeCondition(277)=P more buyers, Q more sellers."""
    ask(feed, client, t269="A")

    ((_, text),) = feed.publish(AT, "ACME", [said])

    assert f"279=0 269=A 55=ACME {entry} " in text.replace("\x01", " ")


def test_the_last_imbalance_is_in_a_snapshot_until_the_phase_changes(feed: Feed) -> None:
    feed.publish(AT, "ACME", [CLOSE])

    before = ask(feed, t263=0, t265=None, t269="A")
    feed.publish(AT, "ACME", [PhaseChange("ACME", Phase.CLOSED)])
    after = ask(feed, t263=0, t265=None, t269="A")

    assert (before, after) == (["W A:39.99:300"], ["W"])


def test_who_has_not_asked_for_imbalances_hears_of_none(feed: Feed) -> None:
    ask(feed)

    assert told(feed, CLOSE) == []


def test_after_the_end_of_a_subscription_or_of_a_session_nothing_is_told(feed: Feed) -> None:
    ask(feed)
    ask(feed, "HOUSE")

    ended = ask(feed, t263=2)
    feed.forget("HOUSE")

    assert ended == []
    assert told(feed, level(400_000, 1)) == []


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"t262": None}, "Y 58=MDReqID(262) is missing"),
        ({"t263": 3}, "Y 281=4 58=SubscriptionRequestType(263) must be one of 0, 1, 2: got '3'"),
        ({"t263": 2}, "Y 58=MDReqID(262) must be a subscription's: got 'm1'"),
        ({"t264": 1_001}, "Y 281=5 58=MarketDepth(264) must be 0 (all) to 1000: got 1001"),
        ({"t264": "deep"}, "Y 58=MarketDepth(264) must be a whole number: got 'deep'"),
        ({"t265": None}, "Y 281=6 58=MDUpdateType(265) must be 0 or 1: got ''"),
        ({"t266": "N"}, "Y 281=7 58=AggregatedBook(266) must be Y, price levels: got 'N'"),
        ({"t269": "09"}, "Y 281=8 58=MDEntryType(269) must be one of 0, 1, 2, A: got '9'"),
        ({"t55": "MOON"}, "Y 281=0 58=Symbol(55) must be traded here: got 'MOON'"),
    ],
)
def test_a_request_that_cannot_be_served_is_rejected_with_rule_limit_and_value(
    feed: Feed, changes: dict[str, str | int | None], answer: str
) -> None:
    assert ask(feed, **changes) == [answer]


def test_one_id_is_one_subscription(feed: Feed) -> None:
    ask(feed)

    assert ask(feed) == ["Y 281=1 58=MDReqID(262) must be new: 'm1' is subscribed"]


def test_subscriptions_are_bounded(feed: Feed) -> None:
    for number in range(1_000):
        ask(feed, t262=f"m{number}")

    assert ask(feed, t262="more") == ["Y 281=2 58=subscriptions must be at most 1000: 1000 stand"]


levels = st.builds(level, st.integers(1, 9), st.sampled_from([0, 0, 10, 20]))


@given(st.integers(1, 4), st.lists(st.lists(levels, max_size=4), max_size=10))
def test_a_limited_view_is_the_best_of_the_book_at_every_instant(depth: int, batches: list[list[LevelUpdate]]) -> None:
    feed = Feed({"ACME": Instrument("ACME", price_scale=1)}, frozenset())
    feed.request(AT, "PLAIN", decode(request(t264=depth, t269="0")))
    book: dict[int, int] = {}
    view: dict[int, int] = {}

    for batch in batches:
        book |= {update.px: update.qty for update in batch}
        for _, text in feed.publish(AT, "ACME", batch):
            for entry in decode(text).group(268):
                view[int(entry.get(270))] = int(entry.get(271, "0"))
                assert sum(qty > 0 for qty in view.values()) <= depth
        best = sorted((px for px, qty in book.items() if qty), reverse=True)[:depth]
        assert {px: qty for px, qty in view.items() if qty} == {px: book[px] for px in best}
