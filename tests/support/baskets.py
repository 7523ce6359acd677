"""Baskets for tests: small ones whose numbers a reader can hold, and seeded ones of any size."""

from __future__ import annotations

from random import Random

import numpy as np

from router.basket.costs import ImpactLaw, RiskModel
from router.basket.limits import BasketLimits
from router.basket.names import BasketName, Floats, periods_of
from router.basket.plan import Terms
from router.basket.problem import JointProblem
from router.core.types import SECOND, Side

HOUR = 3_600 * SECOND
DAY = periods_of(0, 6 * HOUR, 6)
RISK = RiskModel(market_sigma=0.01, sector_sigma=0.005)
LAW = ImpactLaw(eta=0.142, exponent=0.6, gamma=0.314, source="Almgren et al. (2005)", as_of="20050701")
SQUARE_ROOT = ImpactLaw(eta=1.0, exponent=0.5, gamma=0.0, source="the square root, Y = 1", as_of="19970101")


def name(symbol: str = "ACME", side: Side = Side.BUY, qty: int = 10_000, **changes: object) -> BasketName:
    """A liquid name at 50.00: 1 % of its day's volume at a spread of 2 bp."""
    fields: dict[str, object] = {
        "symbol": symbol,
        "side": side,
        "qty": qty,
        "px": 500_000,
        "adv": 1_000_000.0,
        "sigma": 0.02,
        "spread": 0.01,
        "sector": "tools",
    }
    return BasketName(**{**fields, **changes})  # type: ignore[arg-type]  # fields are the struct's own


def seeded(count: int, seed: int, *, of_adv: float = 0.08) -> tuple[BasketName, ...]:
    """`count` names in three sectors, both sides, odd lots among them."""
    rng = Random(seed)
    return tuple(
        name(
            f"S{place:03}",
            rng.choice((Side.BUY, Side.SELL)),
            max(1, int(adv * rng.uniform(0.001, of_adv))),
            px=rng.randint(50_000, 2_000_000),
            adv=float(adv),
            sigma=rng.uniform(0.01, 0.03),
            beta=rng.gauss(1, 0.3),
            sector=f"sector-{rng.randrange(3)}",
        )
        for place in range(count)
        for adv in [rng.randint(100_000, 3_000_000)]
    )


def terms(limits: BasketLimits | None = None, risk_aversion: float = 1e-6) -> Terms:
    return Terms(risk=RISK, risk_aversion=risk_aversion, law=LAW, limits=limits or BasketLimits(participation=0.2))


def bare(
    shares: list[float], value: list[float], eta: list[float], covariance: Floats, **changes: object
) -> JointProblem:
    """A problem of five periods of a day without any bound. `covariance` (N, N) of price moves, currency^2 a day."""
    periods = 5
    price = np.array(value)
    rates, vectors = np.linalg.eigh(covariance / np.abs(np.outer(price, price)))
    fields: dict[str, object] = {
        "symbols": tuple(f"N{place}" for place in range(len(shares))),
        "shares": np.array(shares),
        "value": price,
        "temporary": np.repeat(np.array(eta)[:, None], periods, axis=1),
        "permanent": np.zeros(len(shares)),
        "loadings": vectors * np.sqrt(np.maximum(rates, 0)),
        "specific": np.zeros(len(shares)),
        "days": np.ones(periods),
        "cap": np.full((len(shares), periods), np.inf),
        "risk_aversion": 1e-6,
    }
    return JointProblem(**{**fields, **changes})  # type: ignore[arg-type]  # fields are the struct's own
