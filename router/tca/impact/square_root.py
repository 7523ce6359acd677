"""The square-root law: I(Q) = Y sigma sqrt(Q/V), whatever the pace.

Torre (1997), BARRA market impact handbook; Toth, Lemperiere, Deremble, de Lataillade, Kockelkoren and Bouchaud (2011),
"Anomalous price impact and the critical nature of liquidity in financial markets", Physical Review X 1, 021006. I is
the move at the end of the order. What is paid is its average over the order, 2/3 of it: the integral of sqrt. What
remains after the order is of that size too (Farmer, Gerig, Lillo and Waelbroeck 2013, fair pricing), so that half of
what is paid is counted as permanent, as in Almgren et al. (2005). Y is of order one; sigma daily, V the average daily
volume. Where it holds: from about 0.1 % to a quarter of ADV, over hours to days; it knows no pace, and so cannot tell
one algorithm from another.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar, Final

from router.tca.impact.terms import ImpactOrder, Parameter, ParametricModel, Parts, Path

PAID: Final = 2 / 3
PERMANENT: Final = 1 / 2


class SquareRoot(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The law with one number."""

    name: ClassVar[str] = "square-root"
    title: ClassVar[str] = "Square root"
    y: Parameter

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        paid = PAID * self.peak(order, path)
        return Parts(temporary=(1 - PERMANENT) * paid, permanent=PERMANENT * paid)

    def peak(self, order: ImpactOrder, path: Path) -> float:
        """I at the end of the order, a fraction of the price."""
        return self.y.value * order.sigma * sqrt(path.executed / order.adv)
