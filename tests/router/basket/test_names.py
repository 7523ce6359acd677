"""Names from profiles, periods of one day and of several, and expected volume."""

import pytest

from router.basket.names import BasketError, Period, days_of, expected_volume, name_of, periods_of, periods_of_days
from router.core.profiles import CalendarDay
from router.core.types import Side
from router.tca.profile.profile import SymbolProfile
from support.baskets import HOUR, name


def test_a_profile_gives_what_the_schedule_needs() -> None:
    profile = SymbolProfile(
        symbol="ACME", as_of="20260427", days=20, price=50.0, adv=1e6, sigma_daily=0.02, spread=0.01
    )

    assert name_of(profile, Side.SELL, 700, sector="tools") == name(side=Side.SELL, qty=700)


def test_a_figure_that_the_profile_lacks_is_refused_with_its_reason() -> None:
    profile = SymbolProfile(
        symbol="ACME", as_of="20260427", days=1, price=50.0, adv=1e6, spread=0.01, missing={"sigma_daily": "one close"}
    )

    with pytest.raises(BasketError, match="ACME: a basket needs sigma_daily, and the profile has none: one close"):
        name_of(profile, Side.SELL, 700, sector="tools")


def test_a_session_is_cut_into_equal_periods() -> None:
    assert periods_of(0, 6 * HOUR, 2) == (Period(0, 3 * HOUR, 0.0, 0.5, 0.5), Period(3 * HOUR, 6 * HOUR, 0.5, 1.0, 0.5))


def test_a_day_of_several_is_a_day_of_variance_with_its_night() -> None:
    days = (CalendarDay("20260427", 0, 6 * HOUR), CalendarDay("20260428", 24 * HOUR, 30 * HOUR))

    periods = periods_of_days(days, 2, night=0.2)

    assert days_of(periods) == pytest.approx([0.4, 0.6, 0.4, 0.6])
    assert [period.day for period in periods] == ["20260427", "20260427", "20260428", "20260428"]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_expected_volume_of_a_day_is_its_adv_by_the_names_own_curve(count: int) -> None:
    names = [name(curve=(0.5, 0.2, 0.3)), name("BOLT")]

    volume = expected_volume(names, periods_of(0, 6 * HOUR, count))

    assert volume.sum(axis=1) == pytest.approx([1e6, 1e6])
    if count == 2:
        assert volume[0] == pytest.approx([6e5, 4e5])


def test_periods_of_nothing_are_refused() -> None:
    with pytest.raises(BasketError, match="periods: at least 1 in a session that is open, got 0 in 10 ns"):
        periods_of(0, 10, 0)
