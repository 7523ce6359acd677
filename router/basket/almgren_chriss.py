"""Almgren and Chriss (2000) in closed form: one name, and many names together, without bounds.

What the joint schedule must come to where nothing binds. One name:
2 (cosh(kappa tau) - 1) / tau^2 = lambda sigma^2 / eta~, x_j = X sinh(kappa (T - t_j)) / sinh(kappa T). Many (their
appendix, impact diagonal): the same for each eigenvector of lambda H^-1/2 C H^-1/2. Shares, currency, days.
"""

from __future__ import annotations

from math import acosh, sqrt

import numpy as np

from router.basket.names import BasketError, Floats


def kappa(risk_aversion: float, sigma: float, eta_tilde: float, tau: float) -> float:
    """Per day. `sigma` currency per share per root day, `eta_tilde` (currency per share) per (share per day)."""
    if not eta_tilde > 0 or not tau > 0:
        raise BasketError(f"Almgren-Chriss: eta~ and tau must be above 0: got {eta_tilde:g} and {tau:g}")
    half = risk_aversion * sigma**2 / eta_tilde * tau**2 / 2
    # acosh(1 + x) loses all digits for small x, where it is sqrt(2 x) to first order.
    return (acosh(1 + half) if half > 1e-8 else sqrt(2 * half)) / tau


def trajectory(shares: float, kappa_per_day: float, tau: float, periods: int) -> Floats:
    """(periods + 1,) shares left at t_0 = 0 ... t_N = T."""
    left: Floats = shares * _fall(np.array([kappa_per_day * tau * periods]), periods)[0]
    return left


def portfolio(
    shares: Floats, eta_tilde: Floats, covariance: Floats, *, risk_aversion: float, tau: float, periods: int
) -> Floats:
    """(names, periods + 1) shares left, signed as `shares` are (N,): plus to buy, minus to sell.

    `eta_tilde` (N,) is the diagonal impact matrix, `covariance` (N, N) of price moves in currency squared a day.
    """
    root = np.sqrt(eta_tilde)
    rates, vectors = np.linalg.eigh(risk_aversion * covariance / np.outer(root, root))
    spread = [kappa(1.0, sqrt(max(rate, 0.0)), 1.0, tau) * tau * periods for rate in rates]
    falls = _fall(np.array(spread), periods)
    start = vectors.T @ (root * shares)
    left: Floats = (vectors @ (start[:, None] * falls)) / root[:, None]
    return left


def _fall(kappa_t: Floats, periods: int) -> Floats:
    """sinh(kappa (T - t_j)) / sinh(kappa T) of each kappa T: (len(kappa_t), periods + 1)."""
    to_go = np.arange(periods, -1, -1) / periods
    angle = kappa_t[:, None]
    # Divided through by exp(kappa T), so that a large kappa T does not overflow; straight where it is nothing.
    with np.errstate(invalid="ignore", divide="ignore"):
        curved = np.exp(angle * (to_go - 1)) * np.expm1(-2 * angle * to_go) / np.expm1(-2 * angle)
    return np.where(angle > 1e-8, curved, to_go)
