"""What a midpoint pool's profile may choose: `VenueProfile.settings` of plug-in "dark", each key with its unit.

It must not know how the choices are carried out.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from router.api import SECOND, Ns
from simulator.bounds import at_least


class DarkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Beside `ContraMix`, `EligibilitySettings` and `StandingSettings`.

    `priority`: after price, "size" (larger first) or "time". `min_qty_rule`: MinQty(110) of the order that looks for a
    match must be met by each contra ("per-contra") or by all contras of that instant together ("aggregated"); a resting
    order's own minimum always counts for each trade. `conditionals`: whether it takes conditional orders; they are to
    be firmed up within `firm_up_ns`. `nbbo_lag_ns`, `nbbo_age_max_ns`: see `simulator.dark`.
    """

    priority: Literal["size", "time"] = "size"
    min_qty_rule: Literal["per-contra", "aggregated"] = "per-contra"
    conditionals: bool = True
    firm_up_ns: Ns = 500_000_000
    nbbo_lag_ns: Ns = 500_000
    nbbo_age_max_ns: Ns = 60 * SECOND

    def __post_init__(self) -> None:
        at_least(self, 0, "nbbo_lag_ns", "nbbo_age_max_ns")
        at_least(self, 1, "firm_up_ns")
