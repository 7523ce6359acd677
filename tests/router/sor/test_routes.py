"""A venue on a date: fees and rules by date, the order of names, and how long a taken quote is held for stale."""

import pytest

from router.core.profiles import RuleProfile
from router.core.types import MICROSECOND, MILLISECOND, SECOND
from router.sor.routes import Routes, rule_in_force
from support.sor import DAY, cross, dark, lit

RULES = (
    RuleProfile(order_protection=False),
    RuleProfile(from_date="20070820"),
)


def test_venues_stand_by_kind_in_the_order_of_their_names() -> None:
    routes = Routes((lit("XLIT"), dark("XDRK"), cross("XCRS"), lit("XALT")), RULES, DAY)

    assert [route.mic for route in routes.lit] == ["XALT", "XLIT"]
    assert [route.mic for route in routes.dark] == ["XDRK"]
    assert [route.mic for route in routes.cross] == ["XCRS"]


def test_quotes_are_protected_from_the_rules_date() -> None:
    before, after = (Routes((lit("XLIT"),), RULES, day) for day in ("20070817", "20070820"))

    assert (before.lit[0].protected, after.lit[0].protected) == (False, True)


def test_a_date_before_every_rule_is_a_broken_configuration() -> None:
    with pytest.raises(AssertionError, match="no market rule in force on 20000101"):
        rule_in_force(RULES[1:], "20000101")


@pytest.mark.parametrize(
    ("latency_ns", "jitter_ns", "market_data_ns", "hold_ns"),
    [
        (MILLISECOND, 0, MILLISECOND, 2 * MILLISECOND),
        (MILLISECOND, MILLISECOND // 2, 3 * MILLISECOND, 5 * MILLISECOND),
        (0, 0, 0, 100 * MICROSECOND),
        (9 * SECOND, 0, 0, SECOND),
    ],
)
def test_a_taken_quote_is_held_for_stale_for_the_way_there_and_back(
    latency_ns: int, jitter_ns: int, market_data_ns: int, hold_ns: int
) -> None:
    venue = lit("XLIT", latency_ns=latency_ns, latency_jitter_ns=jitter_ns, market_data_latency_ns=market_data_ns)

    assert Routes((venue,), RULES, DAY).lit[0].hold_ns == hold_ns
