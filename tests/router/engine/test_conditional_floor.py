"""The real engine and three simulated pools of conditional orders, some contras conditional too: four minutes."""

from __future__ import annotations

import pytest

from router.core.outputs import SendChild
from router.core.profiles import VenueProfile
from router.core.types import SECOND, VenueKind
from support.conditional_pool import AllAtOnce
from support.floor import ALGOS, OPEN, Floor, engine_config, lit, order

POOLS = ("XA", "XB", "XC")


def pool(mic: str) -> VenueProfile:
    return VenueProfile(
        mic,
        VenueKind.DARK,
        "dark",
        protected=False,
        conditional=True,
        settings={
            "contra_per_second_ppm": 400_000,
            "contra_lots_mean": 20,
            "contra_patience_ns": 30 * SECOND,
            "contra_conditional_ppm": 400_000,
            "noise_ppm": 0,
        },
    )


@pytest.mark.untraced
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_orders_rest_in_three_pools_at_once_and_are_never_over_filled(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setitem(ALGOS, "ALL", AllAtOnce)
    floor = Floor(seed=seed, config=engine_config(venues=(lit("XLIT"), lit("XALT"), *map(pool, POOLS))))
    floor.run(OPEN + 10 * SECOND)

    floor.say(order("A1", qty=20_000, strategy="ALL"), order("A2", qty=5_000, strategy="ALL", symbol="BOLT"))
    floor.run(OPEN + 240 * SECOND)

    children, sent = floor.engine.desk.children, floor.of(SendChild)
    firm = [child.child_id for child in sent if child.firm_up_id is not None]
    assert {child.venue for child in sent if child.conditional} == set(POOLS), seed
    assert sum(child.cum_qty for child in children if child.child_id in firm) > 0, seed
    assert [child.cum_qty for child in children if child.conditional and child.cum_qty] == [], seed
    for parent in floor.engine.desk.parents:
        assert parent.cum_qty + children.exposure(parent.order_id) <= parent.qty, (seed, parent.order_id)
        assert parent.overfilled == 0, (seed, parent.order_id)
