"""Limits beside values, rule by rule; and that the rules say the same as the gate that refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.events import NewOrder
from router.core.instruments import Instrument
from router.core.outputs import SendChild
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import SECOND, Ns, OrdType, Px, Reason, Side
from router.risk.gate import RiskGate
from router.tca.evidence.limits import Known, LimitCheck, Standing, arrival_checks, gate_checks
from support.floor import order

ACME = Instrument("ACME", adv=2_000_000)
AT = 1_000 * SECOND
KNOWN = Known(AT, "EMS44", ACME, is_traded=True, is_killed=False, reference=(400_100, AT - 2 * SECOND), open_orders=1)
LIMITS = RiskLimits(max_qty=5_000, max_notional=100_000, max_adv_ppm=1_000, symbols=("ACME",), accounts=("A",))


class At:
    """A reference price that is always the same."""

    def reference(self, symbol: str, now: Ns) -> tuple[Px, Ns] | None:
        del symbol
        return 400_100, now - 2 * SECOND


def shown(checks: tuple[LimitCheck, ...]) -> dict[str, tuple[str | None, str | None, bool | None]]:
    return {check.rule: (check.limit, check.value, check.held) for check in checks}


def test_every_rule_of_a_new_order_has_its_limit_and_value() -> None:
    asked = order("A1", qty=3_000, ord_type=OrdType.LIMIT, px=450_000, params=(("ParticipationRate", "0.6"),))

    assert shown(arrival_checks(asked, LIMITS, KNOWN)) == {
        "message rate": ("10,000", "0", True),
        "client": ("has a profile", "EMS44", True),
        "kill switch": ("off", "off", True),
        "instrument": ("is traded here", "ACME", True),
        "allowed symbols": ("1 listed", "ACME", True),
        "restricted list": (None, "ACME", None),
        "accounts": ("1 listed", "", False),
        "positive quantity": ("1", "3,000", True),
        "maximum quantity": ("5,000", "3,000", True),
        "share of daily volume": ("2,000", "3,000", False),
        "open orders": ("20,000", "1", True),
        "maximum participation": ("0.50", "ParticipationRate 0.6", False),
        "fresh reference": ("60 s", "2 s", True),
        "price collar": ("44.011", "45.00", False),
        "maximum notional": ("100,000 USD", "135,000 USD", False),
    }


def test_a_limit_that_is_off_or_cannot_be_compared_says_why() -> None:
    loose = RiskLimits(max_qty=None, max_notional=None, collar_ppm=None, max_participation_ppm=None)
    checks = arrival_checks(order("A1"), loose, replace(KNOWN, reference=None))

    why = {check.rule: check.why for check in checks if check.held is None}

    assert why["maximum quantity"] == why["price collar"] == "no limit is set"
    assert why["fresh reference"] == "there is no reference price"
    assert why["maximum notional"] == "neither a price nor a reference price"


def test_a_child_is_held_against_what_its_parent_has_left_and_its_price() -> None:
    send = SendChild(
        venue="XLIT",
        child_id="C1",
        symbol="ACME",
        side=Side.SELL,
        qty=300,
        ord_type=OrdType.LIMIT,
        px=399_000,
        reason=Reason.SWEEP,
    )
    limits = replace(LIMITS, child_max_qty=200, child_max_notional=20_000)

    checks = shown(gate_checks(send, limits, KNOWN, Standing(1_000, 500, 250, 400_000), adds=300))

    assert checks["parent quantity"] == ("1,000", "filled 500 + open 250 + this 300 = 1,050", False)
    assert checks["parent limit"] == ("40.00", "39.90", False)
    assert checks["maximum child quantity"] == ("200", "300", False)
    # A sell is worth the higher of its price and the reference.
    assert checks["maximum child notional"] == ("20,000 USD", "12,003 USD", True)


orders = st.builds(
    lambda qty, side, px, rate, account: order(
        "A1",
        qty=qty,
        side=side,
        ord_type=OrdType.MARKET if px is None else OrdType.LIMIT,
        px=px,
        account=account,
        params=() if rate is None else (("MaxParticipation", rate),),
    ),
    st.integers(1, 8_000),
    st.sampled_from([Side.BUY, Side.SELL]),
    st.none() | st.integers(300_000, 500_000),
    st.none() | st.sampled_from(["0.1", "0.5", "0.51", "none"]),
    st.sampled_from(["A", "B"]),
)


@given(orders)
def test_some_rule_is_broken_exactly_where_the_gate_refuses(asked: NewOrder) -> None:
    gate = RiskGate({"EMS44": ClientProfile("EMS44", LIMITS)}, {"ACME": ACME}, At())

    refusal = gate.check_order(AT, asked, open_orders=0)

    broken = [check.rule for check in arrival_checks(asked, LIMITS, KNOWN) if check.held is False]
    assert bool(broken) is (refusal is not None)
    if refusal is not None:
        assert refusal.text.split(":")[0] in broken


@pytest.mark.parametrize("killed", [True, False])
def test_a_kill_switch_is_told(killed: bool) -> None:
    checks = shown(arrival_checks(order("A1"), LIMITS, replace(KNOWN, is_killed=killed)))

    assert checks["kill switch"] == ("off", "on" if killed else "off", not killed)
