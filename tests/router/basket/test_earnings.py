"""An earnings season's rules, one by one, and the plan that they come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.earnings import (
    BandRule,
    ParticipationBand,
    PriorityRule,
    UrgencyRule,
    announced,
    participation_band,
    priorities,
    season_terms,
    urgency_of,
)
from router.basket.names import BasketError, periods_of_days
from router.basket.plan import plan
from router.core.profiles import CalendarDay
from router.tca.pretrade.rules import Urgency
from router.tca.profile.events import EventKind, EventTime, MarketDate
from support.baskets import HOUR, name, terms

DATES = ("20260427", "20260428", "20260429", "20260430", "20260501")
DAYS = tuple(CalendarDay(day, place * 24 * HOUR, (place * 24 + 6) * HOUR) for place, day in enumerate(DATES))
USUAL = {"DUE": 0.02, "TWIN": 0.02}
RULE = BandRule(low=0.05, high=0.15, power=1.0, floor=0.02, cap=0.25, event_factor=0.5)


def results(symbol: str, date: str, when: EventTime = EventTime.AFTER_CLOSE, volatility: float = 3.0) -> MarketDate:
    return MarketDate(symbol=symbol, date=date, kind=EventKind.EARNINGS, when=when, volatility=volatility)


# --- participation


def test_an_ordinary_day_has_the_base_band() -> None:
    band = participation_band(RULE, sigma_base=0.02, sigma_now=0.02)

    assert band == ParticipationBand(0.05, 0.15, "volatility 2.00% against 2.00%")


def test_twice_the_volatility_halves_the_band() -> None:
    band = participation_band(RULE, sigma_base=0.02, sigma_now=0.04)

    assert (band.low, band.high) == (0.025, 0.075)


def test_an_event_halves_it_again_and_the_floor_holds() -> None:
    band = participation_band(RULE, sigma_base=0.02, sigma_now=0.1, events=[results("ACME", "20260428")])

    assert band.high == 0.02
    assert band.low == pytest.approx(0.005)
    assert band.reason == (
        "volatility 10.00% against 2.00%; earnings of ACME, 20260428 after-close: x 0.5; held at 2.0%"
    )


def test_a_calm_day_is_held_by_the_cap() -> None:
    assert participation_band(RULE, sigma_base=0.02, sigma_now=0.005).high == 0.25


@given(st.floats(0.001, 0.2), st.floats(0.001, 0.2), st.floats(0, 3))
def test_a_band_is_within_floor_and_cap_and_never_upside_down(base: float, now: float, power: float) -> None:
    rule = BandRule(power=power)

    band = participation_band(rule, sigma_base=base, sigma_now=now)

    assert rule.floor <= band.high <= rule.cap
    assert 0 <= band.low <= band.high


@pytest.mark.parametrize(
    ("rule", "now", "said"),
    [
        (RULE, 0.0, "participation band: volatilities must be above 0: got 0.02 and 0"),
        (BandRule(low=0.2, high=0.1), 0.02, "low must not be above high, nor floor above cap: got 0.2 and 0.1"),
    ],
)
def test_a_band_that_cannot_be_is_refused(rule: BandRule, now: float, said: str) -> None:
    with pytest.raises(BasketError, match=said):
        participation_band(rule, sigma_base=0.02, sigma_now=now)


# --- urgency


@pytest.mark.parametrize(
    ("sigma", "date", "urgency", "reason"),
    [
        (0.02, "20260428", "High", "earnings of ACME, 20260428 after-close moves prices within 2 dates: be done"),
        (0.02, "20260430", "Medium", "volatility is 1.00 of the usual, and no event within 2 dates"),
        (0.03, "20260430", "High", "volatility is 1.50 of the usual, at least 1.5: waiting is dear"),
        (0.01, "20260430", "Low", "volatility is 0.50 of the usual, at most 0.75: waiting is cheap"),
    ],
)
def test_urgency_rises_for_events_and_volatility(sigma: float, date: str, urgency: Urgency, reason: str) -> None:
    found, why = urgency_of(
        UrgencyRule(), name(sigma=sigma), sigma_base=0.02, events=[results("ACME", date)], day="20260427", dates=DATES
    )

    assert found is urgency
    assert why.startswith(reason)


# --- who goes first


def test_high_beta_ahead_of_its_event_goes_first_then_events_then_the_rest() -> None:
    names = [
        name("CALM", beta=1.5, beta_error=0.05),
        name("NEXT", beta=0.9, beta_error=0.05),
        name("HIGH", beta=1.5, beta_error=0.05),
        name("VAGUE", beta=1.5, beta_error=0.4),
        name("SOON", beta=1.4, beta_error=0.05),
    ]
    events = [
        results("HIGH", "20260429"),
        results("SOON", "20260428"),
        results("VAGUE", "20260429"),
        results("NEXT", "20260428"),
    ]

    queue = priorities(PriorityRule(), names, events, "20260427", DATES)

    assert [(each.rank, each.symbol, each.group) for each in queue] == [
        (1, "SOON", 1),
        (2, "HIGH", 1),
        (3, "NEXT", 2),
        (4, "VAGUE", 2),
        (5, "CALM", 3),
    ]
    assert queue[1].reason == "earnings of HIGH, 20260429 after-close; beta 1.50, at least 1.42, threshold 1.2"
    assert queue[4].reason == "no event within 10 dates; beta 1.50, at least 1.42, threshold 1.2"


def test_of_one_date_the_larger_exposure_goes_first() -> None:
    names = [name("SMALL", qty=100, beta=2.0), name("LARGE", qty=1_000, beta=1.5)]
    events = [results("SMALL", "20260428"), results("LARGE", "20260428")]

    queue = priorities(PriorityRule(), names, events, "20260427", DATES)

    assert [each.symbol for each in queue] == ["LARGE", "SMALL"]


# --- the plan of a season


def test_an_announcement_after_the_close_is_the_night_before_the_date_that_it_moves() -> None:
    periods = periods_of_days(DAYS[:3], 2, night=0.2)

    extra = announced(name(), periods, [results("ACME", "20260428")], DATES)

    assert extra == pytest.approx((0, 0, 0, 0.02**2 * 8, 0, 0))


def test_an_announcement_in_the_session_is_spread_over_its_periods() -> None:
    periods = periods_of_days(DAYS[:3], 2, night=0.2)

    extra = announced(name(), periods, [results("ACME", "20260428", EventTime.SESSION)], DATES)

    assert extra == pytest.approx((0, 0, 0.02**2 * 4, 0.02**2 * 4, 0, 0))


def test_an_announcement_before_the_plan_begins_is_not_its_risk() -> None:
    periods = periods_of_days(DAYS[1:3], 2, night=0.2)

    assert announced(name(), periods, [results("ACME", "20260427")], DATES) == (0.0, 0.0, 0.0, 0.0)


def test_a_name_with_results_due_trades_before_them_and_its_twin_does_not_hurry() -> None:
    names = [name("DUE", qty=150_000, beta=1.0), name("TWIN", qty=150_000, beta=1.0)]
    periods = periods_of_days(DAYS[:3], 2, night=0.2)
    events = [results("DUE", "20260427")]

    season = season_terms(terms(risk_aversion=1e-8), names, periods, events, dates=DATES, rule=RULE, sigma_base=USUAL)
    made = plan(names, periods, season)

    due, twin = (sum(row[:2]) for row in made.shares)
    assert due > 1.3 * twin
    assert season.limits.participation_of == {
        "DUE": (0.15, 0.15, 0.075, 0.075, 0.15, 0.15),
        "TWIN": (0.15,) * 6,
    }


def test_a_high_beta_name_is_done_before_its_event() -> None:
    names = [name("DUE", qty=100_000, beta=1.6, beta_error=0.05), name("TWIN", qty=100_000)]
    periods = periods_of_days(DAYS[:3], 2, night=0.2)
    events = [results("DUE", "20260428")]
    queue = priorities(PriorityRule(), names, events, "20260427", DATES)

    season = season_terms(
        terms(risk_aversion=0.0),
        names,
        periods,
        events,
        dates=DATES,
        rule=RULE,
        sigma_base=USUAL,
        finish_first=queue,
    )
    made = plan(names, periods, season)

    assert (sum(made.shares[0][:4]), sum(made.shares[0][4:])) == (100_000, 0)
    assert sum(made.shares[1][4:]) > 30_000
