"""What a risk check costs: a client's order and a child order that pass every limit, which is the longest way through.

python -m benchmarks risk
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.harness import rate, seconds, table
from router.core.events import NewOrder
from router.core.instruments import Instrument
from router.core.outputs import SendChild
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import SECOND, Ns, OrdType, Px, Reason, Side
from router.risk.gate import RiskGate

NOW: Ns = 1_000 * SECOND
CHECKS = 100_000
LIMITS = RiskLimits(
    max_adv_ppm=100_000,
    symbols=("ACME",),
    restricted=("BOLT",),
    accounts=("A",),
    child_max_qty=10_000,
    child_max_notional=1_000_000,
)
ORDER = NewOrder(
    client="EMS",
    cl_ord_id="1",
    symbol="ACME",
    side=Side.BUY,
    qty=1_000,
    ord_type=OrdType.LIMIT,
    px=400_000,
    account="A",
)
CHILD = SendChild(
    venue="XLIT",
    child_id="C",
    symbol="ACME",
    side=Side.BUY,
    qty=100,
    ord_type=OrdType.LIMIT,
    px=400_000,
    reason=Reason.SWEEP,
)


class _Price:
    def reference(self, symbol: str, now: Ns) -> tuple[Px, Ns] | None:
        return 400_000, now


def main() -> None:
    gate = RiskGate({"EMS": ClientProfile("EMS", LIMITS)}, {"ACME": Instrument("ACME", adv=1_000_000)}, _Price())

    def order() -> object:
        return gate.check_order(NOW, ORDER, 10)

    def child() -> object:
        return gate.check_child(
            NOW,
            CHILD,
            client="EMS",
            parent_qty=1_000,
            parent_filled=100,
            parent_exposure=200,
            parent_limit_px=400_000,
            replaced_qty=0,
        )

    table("risk checks that pass", ("check", "a second", "us"), [_row("order", order), _row("child order", child)])


def _row(name: str, check: Callable[[], object]) -> tuple[str, str, str]:
    assert check() is None, name
    took = seconds(lambda: [check() for _ in range(CHECKS)])
    return name, rate(CHECKS, took), f"{took / CHECKS * 1e6:.1f}"


if __name__ == "__main__":
    main()
