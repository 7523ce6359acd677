"""Which names a person works, which algorithm the others get, and the words for it."""

import pytest

from algos.implementation_shortfall import IsParams
from algos.pov import PovParams
from algos.twap import TwapParams
from algos.vwap import VwapParams
from router.basket.names import BasketName
from router.basket.orders import BasketOrder, staged, window_order
from router.basket.sorting import RULES, Advice, HardLimits, Rule, advise, by_algorithm
from router.core.params import AlgoParams, ParamRefusal, parse_params
from router.core.types import SECOND, HandlInst, Side
from router.tca.pretrade.rules import Urgency
from support.baskets import name

PARAMS: dict[str, type[AlgoParams]] = {"IS": IsParams, "POV": PovParams, "TWAP": TwapParams, "VWAP": VwapParams}


def test_a_name_above_any_limit_is_a_persons_and_every_limit_is_told() -> None:
    (advice,) = advise([name(qty=300_000, spread=0.25, sigma=0.05)])

    assert advice == Advice(
        symbol="ACME",
        handl_inst=HandlInst.MANUAL,
        reasons=(
            "order is 30.0% of a day's volume, limit 25.0%",
            "spread is 50.0 bp, limit 40.0 bp",
            "volatility is 5.0% a day, limit 4.5%",
        ),
    )


def test_a_name_at_its_limits_is_not_hard() -> None:
    (advice,) = advise([name(qty=250_000, spread=0.2, sigma=0.045)], HardLimits(spread_bps=40.0))

    assert advice.handl_inst is HandlInst.AUTOMATED


@pytest.mark.parametrize(
    ("of", "urgency", "algorithm", "reason"),
    [
        (name(), "High", "IS", "urgency is High: implementation shortfall buys certainty first"),
        (
            name(qty=50_000),
            "Medium",
            "VWAP",
            "5.0% of a day's volume is at least 5 %: follow the volume, leave a residue rather than push",
        ),
        (
            name(sigma=0.03),
            "Medium",
            "IS",
            "volatility of 3.0% a day is at least 3 %: waiting costs more than impact",
        ),
        (
            name(qty=4_000),
            "Low",
            "TWAP",
            "0.40% of a day's volume at a spread of 2.0 bp: any even pace will do",
        ),
        (name(), "Medium", "VWAP", "1.0% of a day's volume, 2.0 bp spread: the volume's own pace"),
    ],
)
def test_the_first_rule_that_applies_decides(of: BasketName, urgency: Urgency, algorithm: str, reason: str) -> None:
    (advice,) = advise([of], urgency_of={"ACME": urgency})

    assert (advice.algorithm, advice.reasons) == (algorithm, (reason,))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.reason[:20])
def test_what_an_order_carries_is_what_its_algorithm_reads(rule: Rule) -> None:
    advice = Advice(
        symbol="ACME",
        handl_inst=HandlInst.AUTOMATED,
        algorithm=rule.algorithm,
        params=rule.params,
        reasons=("a test",),
    )

    order = window_order(name(), advice, 100, start=0, end=60 * SECOND, participation=0.123)

    read = parse_params(PARAMS[order.algorithm], order.params, price_scale=10_000, lot=100)
    assert not isinstance(read, ParamRefusal), read
    assert (read.start_time, read.end_time, read.max_participation) == (0, 60 * SECOND, 123_000)


def test_hard_names_are_staged_whole_with_their_reasons() -> None:
    names = [name(), name("BOLT", Side.SELL, 300_000)]
    advice = advise(names)

    assert staged(names, advice) == (
        BasketOrder(
            symbol="BOLT",
            side=Side.SELL,
            qty=300_000,
            handl_inst=HandlInst.MANUAL,
            text="order is 30.0% of a day's volume, limit 25.0%",
        ),
    )
    assert by_algorithm(names, advice) == (names[0],)
