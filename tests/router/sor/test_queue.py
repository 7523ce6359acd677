"""Queue position from public data: hand-worked cases for each model, and a true queue as the oracle."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.events import BookSnapshot, LevelUpdate, PhaseChange, TradePrint
from router.core.types import Phase, PrintKind
from router.sor.queue import QueueEstimator
from router.sor.queue_models import MODELS
from support.sor import CENT, FakeChild

PX = 100_000
CHILD = FakeChild("C1", "XLIT", qty=100, px=PX)


def shows(qty: int, px: int = PX, venue: str = "XLIT") -> LevelUpdate:
    return LevelUpdate(venue, "ACME", is_bid=True, px=px, qty=qty)


def sold(qty: int, px: int = PX, kind: PrintKind = PrintKind.REGULAR) -> TradePrint:
    return TradePrint("XLIT", "ACME", px, qty, aggressor_is_buy=False, kind=kind)


def resting(model: str = "risk-averse", *, ahead: int = 500) -> QueueEstimator:
    """100 of our shares at the back of 500, and the venue shows all 600."""
    queue = QueueEstimator(model)
    queue.joined(CHILD, PX, ahead)
    queue.arrived("C1")
    queue.on_market(shows(ahead + 100))
    return queue


def test_a_new_order_stands_behind_what_is_displayed() -> None:
    assert resting().ahead("C1") == 500


def test_a_trade_takes_from_the_front_once() -> None:
    queue = resting()

    queue.on_market(sold(200))
    after_the_print = queue.ahead("C1")
    queue.on_market(shows(400))

    assert (after_the_print, queue.ahead("C1")) == (300, 300)


def test_what_joins_later_stands_behind() -> None:
    queue = resting()

    queue.on_market(shows(2_000))

    assert queue.ahead("C1") == 500


@pytest.mark.parametrize(
    ("model", "ahead"),
    [
        # 500 ahead, 100 of ours, 500 behind: 200 cancelled.
        ("risk-averse", 500),
        ("uniform", 400),  # even parts: half of the 200 was ahead
        ("power", 400),
        ("log", 400),
        ("young", 475),  # (500 / 1,000)^3 of it
    ],
)
def test_a_cancellation_is_split_by_the_model(model: str, ahead: int) -> None:
    queue = resting(model)
    queue.on_market(shows(1_100))

    queue.on_market(shows(900))

    assert queue.ahead("C1") == ahead


@pytest.mark.parametrize(
    ("model", "ahead"), [("risk-averse", 500), ("uniform", 450), ("power", 493), ("log", 409), ("young", 497)]
)
def test_cancellations_lean_to_the_longer_part(model: str, ahead: int) -> None:
    # 500 ahead, 1,500 behind. Ahead goes, of the 200, by power 500^3 / (500^3 + 1,500^3) = 1/28,
    # by log ln 501 / (ln 501 + ln 1,501) = 0.459, by young (500 / 2,000)^3 = 1/64.
    queue = resting(model)
    queue.on_market(shows(2_100))

    queue.on_market(shows(1_900))

    assert queue.ahead("C1") == pytest.approx(ahead, abs=1)


@pytest.mark.parametrize("model", list(MODELS))
def test_what_cannot_have_left_from_behind_left_from_ahead(model: str) -> None:
    queue = resting(model)

    queue.on_market(shows(350))

    assert queue.ahead("C1") == 250


def test_a_trade_through_the_price_leaves_nobody_ahead() -> None:
    queue = resting()

    queue.on_market(sold(50, px=PX - CENT))

    assert queue.ahead("C1") == 0


@pytest.mark.parametrize(
    "event",
    [
        sold(100, kind=PrintKind.HIDDEN),
        sold(100, px=PX + CENT),
        TradePrint("XLIT", "ACME", PX, 100, aggressor_is_buy=True),
        shows(0, venue="XALT"),
        shows(0, px=PX + CENT),
        PhaseChange("ACME", Phase.HALTED),
    ],
)
def test_what_happens_elsewhere_moves_nothing(event: LevelUpdate | TradePrint | PhaseChange) -> None:
    queue = resting()

    queue.on_market(event)

    assert queue.ahead("C1") == 500


def test_a_snapshot_counts_as_the_levels_update() -> None:
    queue = resting()

    queue.on_market(BookSnapshot("XLIT", "ACME", bids=((PX + CENT, 10), (PX, 150)), asks=()))

    assert queue.ahead("C1") == 50


def test_what_joins_while_our_order_is_on_its_way_stands_ahead() -> None:
    queue = QueueEstimator("power")
    queue.joined(CHILD, PX, 500)

    queue.on_market(shows(700))
    queue.on_market(shows(800))  # exactly our 100: it has arrived
    queue.on_market(shows(1_000))

    assert queue.ahead("C1") == 700


def test_what_leaves_while_our_order_is_on_its_way_was_ahead() -> None:
    queue = QueueEstimator("risk-averse")
    queue.joined(CHILD, PX, 500)

    queue.on_market(shows(450))

    assert queue.ahead("C1") == 450


def test_a_fill_means_that_nobody_was_ahead() -> None:
    queue = resting()

    queue.filled(replace(CHILD, filled=40))

    assert queue.ahead("C1") == 0


def test_a_cut_order_has_less_of_its_own_in_the_level() -> None:
    queue = resting()

    queue.resized(replace(CHILD, qty=50))
    queue.on_market(shows(450))

    assert queue.ahead("C1") == 400


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("report_first", [True, False])
def test_our_own_cut_is_nobody_s_cancellation(model: str, report_first: bool) -> None:
    queue = resting(model)
    queue.on_market(shows(1_100))
    if report_first:
        queue.resized(replace(CHILD, qty=60))
    queue.on_market(shows(1_060))
    if not report_first:
        queue.resized(replace(CHILD, qty=60))

    assert queue.ahead("C1") == 500


SECOND_CHILD = FakeChild("C2", "XLIT", qty=200, px=PX)


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("report_first", [True, False])
@pytest.mark.parametrize(("gone", "left", "ahead"), [("C1", "C2", 900), ("C2", "C1", 500)])
def test_another_order_of_ours_that_leaves_the_level_is_nobody_s_cancellation(
    model: str, report_first: bool, gone: str, left: str, ahead: int
) -> None:
    """500 of strangers, our 100, 400 of strangers, our 200, 300 of strangers."""
    queue = resting(model)
    queue.on_market(shows(1_000))
    queue.joined(SECOND_CHILD, PX, 1_000)
    queue.arrived("C2")
    queue.on_market(shows(1_200))
    queue.on_market(shows(1_500))
    own = {"C1": 100, "C2": 200}[gone]

    if report_first:
        queue.left(gone)
    queue.on_market(shows(1_500 - own))
    if not report_first:
        queue.left(gone)

    assert queue.ahead(left) == ahead


def test_an_order_of_ours_that_never_arrived_takes_nothing_out_of_its_level() -> None:
    queue = resting()
    queue.joined(SECOND_CHILD, PX, 600)

    queue.left("C2")
    queue.on_market(shows(400))

    assert queue.ahead("C1") == 300


def test_another_order_of_ours_that_is_filled_is_told_by_its_print() -> None:
    queue = resting(ahead=0)
    queue.joined(SECOND_CHILD, PX, 100)
    queue.arrived("C2")
    queue.on_market(shows(300))

    queue.on_market(sold(100))
    queue.filled(replace(CHILD, filled=100))
    queue.left("C1")
    queue.on_market(shows(200))

    assert queue.ahead("C2") == 0


def test_an_order_that_left_is_forgotten() -> None:
    queue = resting()

    queue.left("C1")
    queue.left("C1")
    queue.on_market(shows(1))

    assert queue.ahead("C1") is None


def test_an_unknown_model_is_refused_by_name() -> None:
    with pytest.raises(AssertionError, match="queue model 'hope' is none of risk-averse, uniform, power, log, young"):
        QueueEstimator("hope")


class TrueQueue:
    """One level, first in first out: strangers' shares as a list, ours in the midst."""

    def __init__(self, ahead: list[int]) -> None:
        self.ahead = list(ahead)
        self.behind: list[int] = []

    @property
    def shown(self) -> int:
        return sum(self.ahead) + 100 + sum(self.behind)

    def trade(self, qty: int) -> int:
        """Strangers' front shares trade, never ours; how many did."""
        traded = 0
        while self.ahead and traded < qty:
            part = min(self.ahead[0], qty - traded)
            traded += part
            self.ahead[0] -= part
            if not self.ahead[0]:
                self.ahead.pop(0)
        return traded

    def cancel(self, index: int) -> None:
        everyone = len(self.ahead) + len(self.behind)
        if not everyone:
            return
        index %= everyone
        if index < len(self.ahead):
            self.ahead.pop(index)
        else:
            self.behind.pop(index - len(self.ahead))


moves = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.integers(1, 400)),
        st.tuples(st.just("cancel"), st.integers(0, 50)),
        st.tuples(st.just("join"), st.integers(1, 300)),
    ),
    max_size=40,
)


@given(ahead=st.lists(st.integers(1, 300), max_size=8), moves=moves, model=st.sampled_from(list(MODELS)))
def test_the_estimate_never_rises_and_risk_averse_never_hopes(
    ahead: list[int], moves: list[tuple[str, int]], model: str
) -> None:
    true = TrueQueue(ahead)
    queue = QueueEstimator(model)
    queue.joined(CHILD, PX, sum(ahead))
    queue.arrived("C1")
    queue.on_market(shows(true.shown))
    for kind, size in moves:
        before = queue.ahead("C1")
        if kind == "trade":
            if traded := true.trade(size):
                queue.on_market(sold(traded))
        elif kind == "cancel":
            true.cancel(size)
        else:
            true.behind.append(size)
        queue.on_market(shows(true.shown))

        estimate = queue.ahead("C1")
        assert before is not None
        assert estimate is not None
        assert 0 <= estimate <= before
        assert estimate <= true.shown - 100
        if model == "risk-averse":
            assert estimate >= sum(true.ahead)


def total_error(model: str, *, seed: int) -> int:
    """Absolute error over 200 queues whose strangers, ahead and behind alike, join, cancel and trade by chance."""
    rng = Random(seed)
    error = 0
    for _ in range(200):
        true = TrueQueue([rng.randint(1, 300) for _ in range(8)])
        queue = QueueEstimator(model)
        queue.joined(CHILD, PX, sum(true.ahead))
        queue.arrived("C1")
        queue.on_market(shows(true.shown))
        for _ in range(20):
            what = rng.random()
            if what < 0.2 and (traded := true.trade(rng.randint(1, 200))):
                queue.on_market(sold(traded))
            elif what < 0.6:
                true.cancel(rng.randrange(100))
            else:
                true.behind.append(rng.randint(1, 300))
            queue.on_market(shows(true.shown))
        estimate = queue.ahead("C1")
        assert estimate is not None
        error += abs(estimate - sum(true.ahead))
    return error


def test_splitting_cancellations_beats_caution_where_anybody_may_cancel() -> None:
    errors = {model: total_error(model, seed=7) for model in MODELS}

    assert errors["power"] < errors["risk-averse"]
    assert errors["log"] < errors["risk-averse"]
