"""What is to be sent for a recommendation, and whether the router would take it: its own gate is asked, not a copy.

Knows no message: parameters are (name, text) of StrategyParametersGrp (957).
"""

from __future__ import annotations

from msgspec import Struct

from router.core.algo import AlgoFactory
from router.core.events import NewOrder, Params
from router.core.params import param_fields
from router.core.types import Ns, OrdType, Px, TimeInForce
from router.risk.gate import RiskGate
from router.tca.pretrade.candidates import Candidate, rate_text
from router.tca.pretrade.placement import Placement
from router.tca.pretrade.question import Question
from router.tca.pretrade.rules import Urgency

NOBODY = "held against no limits: no client is known"


def to_send(candidate: Candidate, urgency: Urgency, limit: float, placement: Placement, algo: AlgoFactory) -> Params:
    """The parameters that the algorithm takes: as estimated, and what the rules add."""
    known = {field.name for field in param_fields(algo.Params)}
    added = {
        "MaxParticipation": rate_text(limit),
        "DarkPct": f"{placement.dark:.4g}",
        "CrossPct": f"{placement.cross:.4g}",
        "Completion": "Complete" if urgency == "High" else "Price",
    }
    return tuple((name, text) for name, text in (dict(candidate.settings) | added).items() if name in known)


def refusals(question: Question, candidate: Candidate, params: Params, price: float) -> tuple[str, ...]:
    """Why the router would refuse it on arrival, with rule, limit and value; nothing where nobody would send it."""
    client, instrument = question.client, question.instrument
    if client is None:
        return ()
    gate = RiskGate(
        {client.comp_id: client},
        {instrument.symbol: instrument},
        _Estimated(round(price * instrument.price_scale)),
    )
    accounts = client.limits.accounts
    order = NewOrder(
        client=client.comp_id,
        # Whose account it is for is not asked here: one that the client may use.
        account=accounts[0] if accounts else "",
        cl_ord_id="PRE-TRADE",
        symbol=instrument.symbol,
        side=question.side,
        qty=question.qty,
        ord_type=OrdType.MARKET if question.limit_px is None else OrdType.LIMIT,
        px=question.limit_px,
        tif=TimeInForce.DAY if candidate.dates == 1 else TimeInForce.GTD,
        strategy=candidate.strategy,
        params=params,
    )
    return tuple(each.text for each in gate.breaches(question.start, order, open_orders=0))


class _Estimated(Struct, frozen=True):
    """The estimate's price as the gate's reference: fresh, since it is what is asked about."""

    px: Px

    def reference(self, symbol: str, now: Ns) -> tuple[Px, Ns] | None:
        """As `router.risk.prices.Reference`, of any symbol."""
        assert symbol
        return self.px, now
