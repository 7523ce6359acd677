"""Almgren and Chriss (2000) in closed form for many names together, without bounds.

What the joint schedule must come to where nothing binds. One name is that of `router.tca.impact.almgren_chriss`; many
(their appendix, impact diagonal) the same for each eigenvector of lambda H^-1/2 C H^-1/2. Shares, currency, days.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from router.basket.names import Floats
from router.tca.impact.almgren_chriss import falling, kappa


def trajectory(shares: float, kappa_per_day: float, tau: float, periods: int) -> Floats:
    """(periods + 1,) shares left at t_0 = 0 ... t_N = T."""
    return shares * np.array(falling(kappa_per_day * tau * periods, periods))


def portfolio(
    shares: Floats, eta_tilde: Floats, covariance: Floats, *, risk_aversion: float, tau: float, periods: int
) -> Floats:
    """(names, periods + 1) shares left, signed as `shares` are (N,): plus to buy, minus to sell.

    `eta_tilde` (N,) is the diagonal impact matrix, `covariance` (N, N) of price moves in currency squared a day.
    """
    root = np.sqrt(eta_tilde)
    rates, vectors = np.linalg.eigh(risk_aversion * covariance / np.outer(root, root))
    falls = np.array([falling(kappa(1.0, sqrt(max(rate, 0.0)), 1.0, tau) * tau * periods, periods) for rate in rates])
    start = vectors.T @ (root * shares)
    left: Floats = (vectors @ (start[:, None] * falls)) / root[:, None]
    return left
