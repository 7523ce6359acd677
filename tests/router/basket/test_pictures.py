"""Pictures of a basket: they say what they show, and the same figures are the same bytes."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import pytest
from msgspec.structs import replace

from router.basket import pictures
from router.basket.causes import Causes
from router.basket.control import work
from router.basket.fills import BasketFill, imbalance_path
from router.basket.limits import BasketLimits
from router.basket.orders import BasketOrder, Done
from router.basket.plan import BasketPlan, plan
from router.basket.scheduled_event import Outcome, Regime, through_event
from router.basket.sorting import HardLimits, advise
from support.baskets import DAY, seeded, terms

CALM = Regime(sigma=1.0, eta=2.5e-6)
OUTCOMES = (
    Outcome(probability=0.6, regime=CALM),
    Outcome(probability=0.4, regime=Regime(sigma=2.5, eta=5e-6)),
)


@pytest.fixture(scope="module")
def made() -> BasketPlan:
    names = seeded(6, 2)
    money = float(sum(name.notional for name in names))
    days = tuple(replace(each, day=f"2026042{7 + place // 3}") for place, each in enumerate(DAY))
    return plan(names, days, terms(BasketLimits(participation=0.3, imbalance=money, risk=0.05 * money), 1e-7))


def whole(orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
    return {order.symbol: Done(order.qty, order.qty) for order in orders}


def event_svg(_made: BasketPlan) -> str:
    path = through_event(1e6, CALM, OUTCOMES, risk_aversion=1e-6, tau=0.5, before=3, after=3)
    return pictures.event_picture(path, OUTCOMES, 0.5)


def control_svg(made: BasketPlan) -> str:
    easy = HardLimits(of_adv=10, spread_bps=1e6, sigma=10)
    return pictures.control_picture(work(made, advise(made.names, easy), whole))


def worked_svg(made: BasketPlan) -> str:
    easy = HardLimits(of_adv=10, spread_bps=1e6, sigma=10)
    return pictures.worked_picture(work(made, advise(made.names, easy), whole), {"S001": "20260428"})


def imbalance_svg(made: BasketPlan) -> str:
    fills = [BasketFill(made.periods[2].end, each.symbol, Done(each.qty, each.qty)) for each in made.names]
    paths = {
        way: imbalance_path(made.names, some, start=made.periods[0].start)
        for way, some in (("ours", fills), ("theirs", fills[:2]))
    }
    return pictures.imbalance_picture(paths, made.periods, [1e6] * len(made.periods), zone="UTC")


def causes_svg(_made: BasketPlan) -> str:
    return pictures.causes_picture({"all": Causes(waiting=Fraction(2_000), fees=Fraction(-500)), "VWAP": Causes()})


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (pictures.schedule_picture, ["bought", "sold", "limit", "imbalance, millions", "period"]),
        (
            pictures.sectors_picture,
            ["sector-0", "sector-2", "left, net, millions", "sigma of a day, millions"],
        ),
        (worked_svg, ["S000", "S005", "20260427", "20260428", "of the order"]),
        (imbalance_svg, ["ours", "theirs", "01:00", "left to buy less left to sell, millions", "time, UTC"]),
        (causes_svg, ["all", "VWAP", "waiting", "fees", "cost, thousands; the black mark is the sum"]),
        (control_svg, ["as worked", "limit", "imbalance, millions", "step"]),
        (
            lambda made: pictures.season_picture(made, {"S001": "20260428"}),
            ["S000", "S005", "20260427", "20260428", "of the order", "orange: prices move on the announcement"],
        ),
        (event_svg, ["until the event: static", "60%: sigma 1.00 a share and day", "40%: sigma 2.50 a share and day"]),
    ],
)
def test_a_picture_says_what_it_shows_and_is_the_same_again(
    made: BasketPlan, draw: Callable[[BasketPlan], str], words: list[str]
) -> None:
    first, second = draw(made), draw(made)

    texts = re.findall(r"<text[^>]*>([^<]*)</text>", first)
    assert [word for word in words if word not in texts] == []
    assert first == second
    assert ET.fromstring(first).tag.endswith("svg")  # noqa: S314 - it is our own text
