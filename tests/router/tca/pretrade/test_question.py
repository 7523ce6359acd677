"""What is known, with its source, and what is refused."""

from typing import Any

import pytest
from msgspec.structs import replace

from router.core.instruments import Instrument
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.figure import Figure, exact
from router.tca.pretrade.question import MINUTE, Overrides, inputs_of
from router.tca.pretrade.rules import PretradeRules
from router.tca.profile.events import EventKind, EventTime, MarketDate
from router.tca.profile.profile import SymbolProfile
from support.pretrade import CLOSE, GIVEN, OPEN, question

MEASURED = SymbolProfile(
    symbol="ACME",
    as_of="20261127",
    days=51,
    price=41.0,
    adv=2_400_000.0,
    adv_median=2_000_000.0,
    sigma_daily=0.02,
    sigma_intraday=0.016,
    spread=0.03,
    curve=(0.5, 0.2, 0.3),
    volatility_curve=(0.6, 0.2, 0.2),
    open_auction=0.02,
    close_auction=0.08,
)
SAID = "measured from 51 days to 20261127"
EARNINGS = MarketDate(
    date="20261130", kind=EventKind.EARNINGS, symbol="ACME", when=EventTime.BEFORE_OPEN, volatility=2.0, volume=3.0
)


def test_what_is_given_goes_before_what_is_measured(rules: PretradeRules) -> None:
    inputs = inputs_of(question(profile=MEASURED), rules)

    assert [figure for _, figure in inputs.figures()][:4] == [
        exact(40.0, "USD", "given"),
        exact(2_000_000.0, "shares a day", "given"),
        exact(0.02, "a day, fraction of the price", "given"),
        exact(0.02, "USD a share", "given"),
    ]


def test_what_is_measured_says_from_how_many_days(rules: PretradeRules) -> None:
    inputs = inputs_of(question(profile=MEASURED, overrides=Overrides()), rules)

    error = 1.959964 / 10  # 1/sqrt(2 x 50)
    low, high = (0.02 * (1 - error), 0.02 * (1 + error))
    assert dict(inputs.figures()) == {
        "price": exact(41.0, "USD", f"last price, {SAID}"),
        "average daily volume": Figure(
            value=2_400_000.0, unit="shares a day", low=2_000_000.0, high=2_400_000.0, source=f"mean, {SAID}"
        ),
        "daily volatility": Figure(value=0.02, unit="a day, fraction of the price", low=low, high=high, source=SAID),
        "quoted spread": exact(0.03, "USD a share", f"quoted, by time, {SAID}"),
        "continuous session's part of the volume": exact(1 - 0.02 - 0.08, "part of the day's", SAID),
        "session's part of the day's variance": exact(0.8**2, "part of the day's", SAID),
    }
    assert (inputs.curve, inputs.curve_source) == ((0.5, 0.2, 0.3), SAID)
    assert (inputs.variance_curve, inputs.variance_source) == ((0.6, 0.2, 0.2), SAID)


def test_what_nobody_says_is_assumed_in_a_wide_interval(rules: PretradeRules) -> None:
    inputs = inputs_of(question(overrides=Overrides(price=40.0, adv=1e6)), rules)

    assert inputs.sigma == Figure(
        value=0.02, unit="a day, fraction of the price", low=0.01, high=0.04, source="assumed: not measured"
    )
    assert (inputs.spread.low, inputs.spread.value, inputs.spread.high) == (0.01, 0.02, 0.04)
    assert inputs.variance_source == "assumed: even over the session"


def test_of_too_few_nights_the_session_s_volatility_is_taken_and_the_night_s_assumed(rules: PretradeRules) -> None:
    short = replace(MEASURED, days=4, sigma_daily=None)

    inputs = inputs_of(question(profile=short, overrides=Overrides()), rules)

    # Three quarters of the variance are the session's, whose volatility stays what was measured.
    assert inputs.sigma.value**2 * inputs.session_variance.value == pytest.approx(0.016**2)
    assert (inputs.sigma.low, inputs.sigma.high) == pytest.approx((0.016, 0.016 * 2**0.5))
    assert inputs.sigma.source.endswith("and assumed: the night's part")


def test_an_assumed_spread_is_a_tick_at_least(rules: PretradeRules) -> None:
    inputs = inputs_of(question(overrides=Overrides(price=5.0, adv=1e6)), rules)

    assert inputs.spread.value == 0.01


def test_an_event_of_the_day_changes_what_is_measured_and_not_what_is_given(rules: PretradeRules) -> None:
    asked = question(profile=MEASURED, overrides=Overrides(sigma=0.05), events=(EARNINGS,))

    inputs = inputs_of(asked, rules)

    said = f"mean, {SAID}; times 3 for earnings of ACME, 20261130 before-open"
    assert (inputs.adv.value, inputs.adv.source) == (7_200_000.0, said)
    assert inputs.sigma == exact(0.05, "a day, fraction of the price", "given")
    assert inputs.today == (EARNINGS,)


def test_an_event_after_the_close_is_ahead(rules: PretradeRules) -> None:
    tonight = replace(EARNINGS, when=EventTime.AFTER_CLOSE)

    inputs = inputs_of(question(events=(tonight,)), rules)

    assert (inputs.today, inputs.next) == ((), (tonight,))


def test_the_configured_volume_is_used_where_nothing_is_measured(rules: PretradeRules) -> None:
    asked = question(instrument=Instrument("ACME", adv=500_000), overrides=Overrides(price=40.0))

    assert inputs_of(asked, rules).adv == exact(500_000, "shares a day", "configured: instruments or curves")


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (Overrides(adv=1e6), "price: is not known of ACME and must be given, or a profile: got nothing"),
        (Overrides(price=40.0), "adv: is not known of ACME and must be given, or a profile: got nothing"),
        (Overrides(price=40.0, adv=0.0), r"adv: must be above 0 \(shares a day\): got 0"),
        (Overrides(price=float("nan"), adv=1e6), r"price: must be above 0 \(USD\): got nan"),
        (replace(GIVEN, sigma=-0.02), r"vol: must be above 0 \(a day, fraction of the price\): got -0.02"),
        (replace(GIVEN, spread=-0.01), r"spread: must be at least 0 \(USD a share\): got -0.01"),
    ],
)
def test_what_is_not_known_or_cannot_be_is_refused(rules: PretradeRules, overrides: Overrides, said: str) -> None:
    with pytest.raises(ImpactInputError, match=said):
        inputs_of(question(overrides=overrides), rules)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"qty": 0}, r"OrderQty\(38\): must be above 0: got 0"),
        ({"start": CLOSE}, r"EffectiveTime\(168\): must lie in the session of 20261130: got 20261130-21:"),
        ({"profile": replace(MEASURED, currency="EUR")}, "profile: must be in USD, nothing is converted: got EUR"),
        ({"end": OPEN}, "horizon: must be above 0 minutes: got 0"),
        (
            {"start": OPEN + 60 * MINUTE, "end": CLOSE + MINUTE},
            "horizon: must end by the close, in 330 minutes: got 331",
        ),
    ],
)
def test_an_order_outside_the_session_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ImpactInputError, match=said):
        question(**changed)


def test_auctions_leave_a_part_of_the_volume_to_the_session(rules: PretradeRules) -> None:
    asked = question(profile=replace(MEASURED, open_auction=0.4, close_auction=0.6))

    with pytest.raises(ImpactInputError, match="auctions must leave a part of the volume to the session: got 1"):
        inputs_of(asked, rules)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_participation": 1.5}, "MaxParticipation: must be from 0.000001 to 0.99: got 1.5"),
        ({"shares_outstanding": 0.0}, "shares outstanding: must be above 0: got 0"),
        ({"momentum": float("inf")}, "momentum: must be a number: got inf"),
    ],
)
def test_overrides_that_cannot_be_are_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ImpactInputError, match=said):
        replace(Overrides(), **wrong)
