"""The estimate at arrival: from what was known then and nothing else, and set against what came of it."""

from math import log, sqrt

import pytest
from msgspec.structs import replace

from router.core.algo import SchedulePoint
from router.core.events import NewOrder
from router.core.profiles import CalendarDay
from router.core.types import SECOND, OrdType, Side, TimeInForce
from router.tca.cost.arrival_estimate import AT_ONCE, STATED, STATED_FIRST, EstimateSection, arrival_estimate, so_far
from router.tca.facts.case import Case
from router.tca.facts.quotes import QuoteTape
from router.tca.facts.record import Planned
from router.tca.profile.profile import SymbolProfile
from support.floor import ACME, CLOSE
from support.pretrade import impact_file
from support.tca_cases import at as after_open
from support.tca_cases import case as made
from support.tca_cases import child, fill, quotes
from support.twelve_trades import at, case, quote, tape


def estimate(was: Case) -> EstimateSection:
    return arrival_estimate(was, impact_file())


SIGMA = log(40.02 / 40) / sqrt(30) * sqrt(660 / 0.75)
"""One move of two cents in thirty seconds, over a session of 660 that has three quarters of a day's variance."""


def test_the_inputs_are_those_of_the_arrival_each_with_its_source() -> None:
    found = estimate(case("O1"))

    values = {each.name: each.figure.value for each in found.inputs}
    sources = {each.name: each.figure.source for each in found.inputs}
    assert (values["price"], sources["price"]) == (40.02, "midpoint at arrival")
    assert (values["quoted spread"], sources["quoted spread"]) == (0.04, "quoted at arrival")
    assert (values["average daily volume"], sources["average daily volume"]) == (2_000_000, "configured")
    so_far = "measured on the date, up to the arrival: 30 returns of the midpoint over 1 s; assumed: the night's part"
    assert values["daily volatility"] == pytest.approx(SIGMA)
    assert sources["daily volatility"] == so_far
    assert f"daily volatility: {so_far}" in found.assumed
    assert found.schedule == STATED


def test_the_timing_risk_is_that_of_the_stated_schedule() -> None:
    """1,000 shares evenly over 100 of the session's 660 seconds, which have three quarters of a day's variance."""
    found = estimate(case("O1"))

    assert found.timing_risk is not None
    assert found.timing_risk.value == pytest.approx(1e4 * SIGMA * sqrt(0.75 * 100 / 660 / 3))


def test_the_timing_risk_is_as_uncertain_as_the_volatility_of_the_date_so_far() -> None:
    was = case("O1")
    sigma, found = so_far(was), estimate(was)

    assert found.timing_risk is not None
    assert sigma.per_second
    assert sigma.error
    width = 1.959964 * sigma.error / sigma.per_second
    assert found.timing_risk.low == pytest.approx(found.timing_risk.value * (1 - width))
    assert found.timing_risk.high == pytest.approx(found.timing_risk.value * (1 + width))


def test_the_expected_cost_is_the_middle_models_with_the_tariffs() -> None:
    found = estimate(case("O1"))

    assert found.expected is not None
    assert found.outcome is not None
    held = sorted(each.total for each in found.models if not each.outside) or sorted(
        each.total for each in found.models
    )
    assert found.bare_bps == held[(len(held) - 1) // 2]
    assert found.expected.value == found.outcome.value > found.bare_bps - 1
    assert found.outcome.low < found.expected.low < found.expected.high < found.outcome.high
    assert {line.model for line in found.frontiers} == {"almgren-2005", "almgren-chriss"}


def test_the_realised_cost_has_the_fees_and_its_distance_is_in_timing_risks() -> None:
    """400 at 40.0425 against 40.02 is 5.622 bps; 300 x 0.003 - 100 x 0.002 is 0.70 of 16,008, 0.437 bps."""
    found = estimate(case("O1"))

    assert found.realised is not None
    assert found.expected is not None
    assert found.timing_risk is not None
    assert found.realised.value == pytest.approx(0.0225 / 40.02 * 1e4 + 0.7 / 16_008 * 1e4)
    assert found.score is not None
    more = found.realised.value - found.expected.value
    assert found.score.value == pytest.approx(more / found.timing_risk.value)
    ends = sorted((more / found.timing_risk.high, more / found.timing_risk.low))
    assert (found.score.low, found.score.high) == pytest.approx(tuple(ends))
    assert found.realised_risk is not None
    assert found.reasons == {}


def test_nothing_after_the_arrival_changes_the_expectation() -> None:
    """The market of the day runs away after the arrival: the cost changes, what was expected does not."""
    said = tape()
    place = next(n for n, (when, _, _) in enumerate(said) if when > at(0))
    calm = estimate(case("O1", said))

    wild = estimate(case("O1", [*said[:place], (at(5), quote("44.00", "48.00"), []), *said[place:]]))

    assert (wild.expected, wild.outcome, wild.timing_risk, wild.inputs) == (
        *(calm.expected, calm.outcome, calm.timing_risk, calm.inputs),
    )


def test_a_volatility_that_was_not_to_be_seen_is_assumed() -> None:
    was = made(quotes([(0, 400_000, 400_200)]), arrival=(400_000, 400_200), instrument=ACME)

    found = estimate(was)

    (sigma,) = [each.figure for each in found.inputs if each.name == "daily volatility"]
    assert (sigma.value, sigma.low, sigma.high) == (0.02, 0.01, 0.04)
    assert "daily volatility: assumed: not measured" in found.assumed


def test_the_volatility_of_the_date_so_far_is_measured_where_there_is_enough_of_it() -> None:
    """A midpoint that moves by 1 bp and back every second, for a minute before the arrival."""
    rows = [(float(n), 400_000 + 40 * (n % 2), 400_200 + 40 * (n % 2)) for n in range(61)]
    was = made(quotes(rows), arrival=(400_000, 400_200), instrument=ACME)
    record = was.record
    record.arrived_at, record.start = after_open(60), after_open(60)

    found = estimate(was)

    assert so_far(was).returns == 60
    (sigma,) = [each.figure for each in found.inputs if each.name == "daily volatility"]
    assert sigma.source.startswith("measured on the date, up to the arrival: 60 returns of the midpoint over 1 s")
    assert sigma.value == pytest.approx(1e-4 * sqrt(23_400) / sqrt(0.75), rel=0.01)


@pytest.mark.parametrize(("asked", "taken"), [("High", "High"), ("low", "Low"), ("at once", "Low")])
def test_the_urgency_is_the_clients_where_it_is_one(asked: str, taken: str) -> None:
    was = case("O1")
    was.record.request = NewOrder(
        client="EMS44",
        cl_ord_id="BUY",
        symbol="ACME",
        side=Side.BUY,
        qty=1_000,
        ord_type=OrdType.MARKET,
        params=(("Urgency", asked),),
    )

    assert estimate(was).urgency == taken


def test_an_order_without_a_schedule_is_taken_to_be_worked_in_a_minute_and_that_is_said() -> None:
    found = estimate(case("O2"))

    assert found.schedule == AT_ONCE
    assert f"schedule: {AT_ONCE}" in found.assumed
    assert found.score is not None
    assert abs(found.score.value) < 10


def test_an_open_order_without_a_fill_has_an_expectation_and_no_realised_cost() -> None:
    was = made(quotes([(0, 400_000, 400_200)]), [child("C1", 5)], arrival=(400_000, 400_200), instrument=ACME)

    found = estimate(was)

    assert found.expected is not None
    assert (found.realised, found.realised_risk, found.score) == (None, None, None)
    assert found.reasons == dict.fromkeys(("realised", "realised_risk", "score"), "nothing was filled")


def test_fills_of_another_session_have_a_cost_and_no_risk() -> None:
    sent = child("C1", 5)
    was = made(
        quotes([(0, 400_000, 400_200)]), [sent], [fill("E1", 90_000, 400_100, sent)], arrival=(400_000, 400_200),
        instrument=ACME, as_of=after_open(90_000),
    )  # fmt: skip

    found = estimate(was)

    assert found.realised is not None
    assert found.realised_risk is None
    assert found.reasons == {"realised_risk": "a fill of it lies outside the sessions that it was for"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sessions": ()}, "no calendar has the session that it was for"),
        ({"instrument": replace(ACME, adv=None)}, "adv: is not known of ACME and must be given, or a profile"),
        ({"instrument": replace(ACME, adv=0)}, "adv: must be from 1 to"),
        ({"quotes": QuoteTape()}, "no price at arrival: no quote before it"),
    ],
)
def test_what_the_estimate_lacks_is_its_reason(change: dict[str, object], reason: str) -> None:
    was = replace(case("O1"), **change)
    was.record.arrival_mid2 = None if "quotes" in change else was.record.arrival_mid2

    found = estimate(was)

    assert found.reason.startswith(reason)
    assert found == EstimateSection(reason=found.reason)


def test_an_order_released_after_the_close_has_none() -> None:
    was = case("O1")
    was.record.start = at(600)

    assert estimate(was).reason == "it was released after the close"


NIGHT = 86_400 * SECOND
GOOD_TILL = NewOrder(
    client="EMS44",
    cl_ord_id="BUY",
    symbol="ACME",
    side=Side.BUY,
    qty=300,
    ord_type=OrdType.MARKET,
    tif=TimeInForce.GTD,
    strategy="VWAP",
    expire_time=CLOSE + 2 * NIGHT,
)


def three_dates() -> Case:
    """300 good till the third date: 100 stated for the first, all of which traded at once, and 100 on the second."""
    sent = child("C1", 5)
    fills = [fill("E1", 5, 400_100, sent), fill("E2", 5 + 86_400, 400_100, sent)]
    was = made(quotes([(0, 400_000, 400_200)]), [sent], fills, arrival=(400_000, 400_200), instrument=ACME)
    record = was.record
    record.qty, record.request = 300, GOOD_TILL
    record.plans = [Planned(record.start, (SchedulePoint(record.start, 0), SchedulePoint(CLOSE, 100)))]
    first = was.sessions[0]
    later = (CalendarDay(f"{int(first.day) + n}", first.open + n * NIGHT, first.close + n * NIGHT) for n in (1, 2))
    return replace(was, sessions=(first, *later))


def test_an_order_of_several_dates_is_estimated_over_its_dates_and_nights() -> None:
    """A third evenly on each of three dates, two thirds and then one over the two nights."""
    found = estimate(three_dates())

    assert found.reasons == {}
    assert found.schedule == STATED_FIRST
    assert f"schedule: {STATED_FIRST}" in found.assumed
    assert found.timing_risk is not None
    held = [(9, 6, 4), (4, 2, 1), (1, 0, 0)]
    session = sum(0.75 * sum(row) / 27 for row in held)
    nights = 0.25 * (4 / 9 + 1 / 9)
    assert found.timing_risk.value == pytest.approx(1e4 * 0.02 * sqrt(session + nights), rel=1e-3)


def test_the_realised_risk_goes_over_the_nights_in_which_shares_were_held() -> None:
    """All but at once on two dates, so two thirds are held over the first date and night, a third is never done."""
    found = estimate(three_dates())

    assert found.realised_risk is not None
    variance = (2 / 3) ** 2 * (0.75 + 0.25)
    assert found.realised_risk.value == pytest.approx(1e4 * 0.02 * sqrt(variance), rel=0.01)


def test_a_date_beyond_the_calendar_is_not_looked_for() -> None:
    was = three_dates()

    one = estimate(replace(was, sessions=was.sessions[:1]))

    assert one.schedule == STATED
    assert one.reasons == {"realised_risk": "a fill of it lies outside the sessions that it was for"}


PROFILE = SymbolProfile(
    symbol="ACME",
    as_of="20260101",
    days=60,
    price=39.0,
    adv=500_000.0,
    sigma_daily=0.03,
    sigma_intraday=0.02,
    spread=0.5,
)


def test_a_profile_gives_what_the_journal_does_not_and_the_quote_stays_the_arrivals() -> None:
    found = arrival_estimate(case("O1"), impact_file(), PROFILE)

    sources = {each.name: each.figure.source for each in found.inputs}
    values = {each.name: each.figure.value for each in found.inputs}
    measured = "measured from 60 days to 20260101"
    assert (values["price"], sources["price"]) == (40.02, "midpoint at arrival")
    assert (values["quoted spread"], sources["quoted spread"]) == (0.04, "quoted at arrival")
    assert (values["average daily volume"], sources["average daily volume"]) == (500_000, f"mean, {measured}")
    assert (values["daily volatility"], sources["daily volatility"]) == (0.03, measured)
    assert values["session's part of the day's variance"] == pytest.approx(4 / 9)


def test_a_profile_that_knows_the_day_is_told() -> None:
    found = arrival_estimate(case("O1"), impact_file(), replace(PROFILE, as_of="29991231"))

    assert any(each.startswith("the profile is of 29991231: it knows the day of the order") for each in found.assumed)
