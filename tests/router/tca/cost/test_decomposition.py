"""Temporary and permanent impact and timing risk of the twelve trades, worked by hand."""

from math import sqrt

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from router.tca.cost.decomposition import Z95, Estimate, Path, decompose, timing_risk, traded_path
from router.tca.cost.shortfall import shortfall
from router.tca.facts.case import Case
from router.tca.facts.quotes import QuoteTape
from router.tca.facts.record import Fill
from router.tca.facts.volatility import Volatility, given
from support.twelve_trades import at, case, px, until, usd

SIGMA = given(0.0001, 1, "a basis point for the root of a second")


def bps(money: str, base: str) -> float:
    return float(usd(money) / usd(base) * 10_000)


def test_the_impact_of_the_buy_by_hand() -> None:
    """Released at 40.02; filled 300 at 10.5 s and 100 at 40 s for 40.0425 on average; 40.10 five minutes later.

    I = 0.08 / 40.02, J = 0.0225 / 40.02. To come: all for 10.5 s, a quarter for 29.5 s; so int x = 17.875 s and
    int x^2 = 12.34375 s; T_h = 340 s.
    """
    found = decompose(case("O1"), SIGMA)

    noise = sqrt(12.34375 - 17.875 + 340 / 4)
    assert _figures(found.permanent, found.realised, found.temporary) == pytest.approx(
        [bps("0.08", "40.02"), sqrt(340), bps("0.0225", "40.02"), sqrt(12.34375), bps("-0.0175", "40.02"), noise]
    )
    low, high = found.permanent.interval or (0.0, 0.0)
    assert high - low == pytest.approx(2 * Z95 * sqrt(340))


def test_the_decay_after_the_sell_by_hand() -> None:
    """Released at 40.10 at 110 s, last filled at 150 s; 0.02 below then, back at 200 s, 0.10 above at the close."""
    found = decompose(case("O2"), SIGMA)

    below, above = bps("0.02", "40.10"), bps("-0.10", "40.10")
    assert [point.name for point in found.curve] == ["last fill", "1 s", "10 s", "1 min", "5 min", "close"]
    assert _figures(*(point.level for point in found.curve)) == pytest.approx(
        [below, sqrt(40), below, sqrt(41), below, sqrt(50), 0, 10, 0, sqrt(340), above, sqrt(490)]
    )


def test_timing_risk_of_the_buy_by_hand() -> None:
    """Its schedule is a straight line over 100 s: sqrt(100 / 3) bps. As traded 400 of 1,000: 0.4 x sqrt(12.34375).

    Its timing cost 4.00 of 40,020.
    """
    was = case("O1")

    risk = timing_risk(was, shortfall(was), SIGMA)

    assert risk.expected.value == pytest.approx(sqrt(100 / 3))
    assert risk.traded.value == pytest.approx(0.4 * sqrt(12.34375))
    assert risk.cost.value == pytest.approx(bps("4", "40020"))
    assert risk.score.value == pytest.approx(bps("4", "40020") / sqrt(100 / 3))
    assert (risk.cost.interval, risk.cost.reason) == (None, "what it came to: exact")


def test_the_risk_is_as_uncertain_as_the_volatility_that_it_is_from() -> None:
    was = case("O1")
    unsure = msgspec.structs.replace(SIGMA, error=0.00002)

    risk = timing_risk(was, shortfall(was), unsure)

    assert _figures(risk.expected) == pytest.approx([sqrt(100 / 3), 0.2 * sqrt(100 / 3)])
    assert risk.score.value is not None
    assert _figures(risk.score) == pytest.approx([risk.score.value, 0.2 * risk.score.value])


def test_an_order_of_no_shares_has_no_timing_cost() -> None:
    was = case("O1")
    none = msgspec.structs.replace(was.record, qty=0, cum_qty=0, notional=0, fills={})
    changed = msgspec.structs.replace(was, record=none)

    risk = timing_risk(changed, shortfall(changed), SIGMA)

    assert (risk.cost.value, risk.cost.reason) == (None, "no share was ordered")


def test_an_order_without_a_schedule_is_scored_by_the_path_that_it_took() -> None:
    was = case("O2")

    risk = timing_risk(was, shortfall(was), SIGMA)

    # All for 10 s, a quarter for 30 s; timing cost -1.00 of 16,040.
    traded = sqrt(10 + 30 / 16)
    assert risk.expected.reason == "the order had no schedule"
    assert risk.score.value == pytest.approx(bps("-1", "16040") / traded)


def test_what_was_expected_is_by_the_schedule_that_was_stated_first() -> None:
    was = case("O1")
    (plan,) = was.record.plans
    later = msgspec.structs.replace(plan, at=at(50), points=plan.points[:1])
    changed = msgspec.structs.replace(was, record=msgspec.structs.replace(was.record, plans=[plan, later]))

    risk = timing_risk(changed, shortfall(changed), SIGMA)

    assert risk.expected.value == pytest.approx(sqrt(100 / 3))


@drawn(count=st.integers(1, 40), length_s=st.integers(100, 500))
def test_the_errors_of_an_even_schedule_are_those_of_the_paper(count: int, length_s: int) -> None:
    """Almgren et al. (2005): T / 3 for J and T / 12 for J - I / 2 at T_h = T, as the slices get small."""
    fills = {f"E{n}": Fill(at(length_s * n / count), f"E{n}", "XLIT", 100, px("40")) for n in range(1, count + 1)}
    was = case("O1")
    record = msgspec.structs.replace(was.record, fills=fills, cum_qty=100 * count, notional=100 * count * px("40"))

    path = traded_path(msgspec.structs.replace(was, record=record))

    # The staircase is above the line by a half slice, and by a sixth more in the square. Fills are on milliseconds.
    assert path.length == pytest.approx(length_s)
    assert path.linear == pytest.approx(length_s * (1 / 2 + 1 / (2 * count)), rel=1e-3)
    assert path.square == pytest.approx(length_s * (1 / 3 + 1 / (2 * count) + 1 / (6 * count * count)), rel=1e-3)
    assert path.square - path.linear + length_s / 4 == pytest.approx(
        length_s * (1 / 12 + 1 / (6 * count * count)), rel=1e-3
    )


# --- what cannot be told


def test_a_journal_that_ends_too_soon_has_no_permanent_and_no_temporary_impact() -> None:
    found = decompose(case("O1", until(89)), SIGMA)

    assert found.permanent.reason == "lies after the journal's end"
    assert found.temporary == Estimate(None, reason="lies after the journal's end")
    assert found.realised.value is not None


def test_an_order_without_fills_has_no_impact() -> None:
    was = case("O1", until(10))

    found, risk = decompose(was, SIGMA), timing_risk(was, shortfall(was), SIGMA)

    assert {each.reason for each in (found.permanent, found.realised, found.temporary)} == {"nothing was filled"}
    assert found.curve == ()
    assert traded_path(was) == Path(0, 0, 0)
    assert (risk.traded.value, risk.cost.value) == (0, 0)


def test_without_a_volatility_a_figure_stands_without_an_interval_and_says_why() -> None:
    found = decompose(case("O1"), Volatility(None, reason="no quote was seen"))

    assert found.realised.interval is None
    assert found.realised.reason == "no quote was seen"


def test_without_a_midpoint_at_the_release_there_is_no_impact() -> None:
    was = _bare(case("O1"))

    found, risk = decompose(was, SIGMA), timing_risk(was, shortfall(was), SIGMA)

    assert found.realised.reason == "no midpoint at the release: no quote before it"
    assert risk.cost.reason == risk.score.reason == "no midpoint at the release: no quote before it"


def test_no_volatility_at_all_leaves_no_score() -> None:
    was = case("O1")

    risk = timing_risk(was, shortfall(was), given(0, 1, "a market that stands still"))

    assert risk.score.reason == "there was no timing risk: no time passed, or the midpoint never moved"


def test_one_fill_in_the_instant_of_the_release_has_no_noise() -> None:
    was = case("O1")
    fill = Fill(at(0), "E1", "XLIT", 100, px("40.04"))
    record = msgspec.structs.replace(was.record, fills={"E1": fill}, cum_qty=100, notional=100 * px("40.04"))

    found = decompose(msgspec.structs.replace(was, record=record), SIGMA)

    assert found.realised == Estimate(bps("0.02", "40.02"), 0)


def _bare(was: Case) -> Case:
    record = msgspec.structs.replace(was.record, arrival_mid2=None)
    return msgspec.structs.replace(was, record=record, quotes=QuoteTape())


def _figures(*estimates: Estimate) -> list[float]:
    """Value and standard error of each, in a row."""
    return [figure for each in estimates for figure in (each.value, each.error) if figure is not None]
