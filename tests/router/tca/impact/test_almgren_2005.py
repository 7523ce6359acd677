"""Almgren, Thum, Hauptmann, Li (2005): the paper's worked examples, IBM and DRI, a tenth of ADV.

The printed digits were checked against DROP's reconciliation of the same table (lakshmiDRIP/DROP,
org.drip.sample.athl.EquityMarketImpactIBM and ...DRI), not against the paper's own text.
"""

import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactOrder, even_path

IBM = ImpactOrder(side=Side.SELL, qty=656_100, price=80.0, adv=6_561_000, sigma=0.0157, shares_outstanding=1_728e6)
DRI = ImpactOrder(side=Side.SELL, qty=192_900, price=20.0, adv=1_929_000, sigma=0.0226, shares_outstanding=168e6)


@pytest.mark.parametrize(("order", "normalised", "bp"), [(IBM, "0.126", "19.86"), (DRI, "0.096", "21.68")])
def test_the_permanent_move(models: Models, order: ImpactOrder, normalised: str, bp: str) -> None:
    moved = models.almgren_2005.permanent_move(order, even_path(order.qty, 0.5))

    assert (f"{moved / order.sigma:.3f}", f"{moved * 10_000:.2f}") == (normalised, bp)


@pytest.mark.parametrize(
    ("order", "days", "normalised", "temporary", "paid"),
    [
        (IBM, 0.1, "0.142", "22", "32"),
        (IBM, 0.2, "0.094", "15", "25"),
        (IBM, 0.5, "0.054", "8", "18"),
        (DRI, 0.1, "0.142", "32", "43"),
        (DRI, 0.2, "0.094", "21", "32"),
        (DRI, 0.5, "0.054", "12", "23"),
    ],
)
def test_the_temporary_impact_and_what_is_paid(
    models: Models, order: ImpactOrder, days: float, normalised: str, temporary: str, paid: str
) -> None:
    estimate = models.almgren_2005.estimate(order, even_path(order.qty, days))

    shown = (f"{estimate.temporary / order.sigma / 1e4:.3f}", f"{estimate.temporary:.0f}", f"{estimate.total:.0f}")
    assert shown == (normalised, temporary, paid)


def test_without_shares_outstanding_the_turnover_is_assumed_and_said_so(models: Models) -> None:
    path = even_path(IBM.qty, 1.0)
    known = replace(IBM, shares_outstanding=200.0 * IBM.adv)

    assumed = models.almgren_2005.estimate(replace(IBM, shares_outstanding=None), path)

    assert assumed.total == models.almgren_2005.estimate(known, path).total
    assert assumed.warnings == ("shares outstanding not known: taken as 200 days of volume",)


def test_the_error_is_that_of_gamma_and_eta(models: Models) -> None:
    estimate = models.almgren_2005.estimate(IBM, even_path(IBM.qty, 0.2))

    gamma, eta = estimate.permanent * 0.041 / 0.314, estimate.temporary * 0.0062 / 0.142
    assert estimate.error == pytest.approx((gamma**2 + eta**2) ** 0.5, rel=1e-12)
