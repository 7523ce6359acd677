"""What a lit venue's profile may choose: `VenueProfile.settings` of plug-in "lit", each key with its unit.

It must not know how the choices are carried out.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from router.api import SECOND, Instrument, Ns
from simulator.bounds import at_least


class LitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See docs/market/lit.md.

    `self_match`: which order goes when two of one self-match group would trade: "allow" (none; they trade), "newest",
    "oldest", "both", "decrement" (both lose the smaller one's shares). `auctions`: of which instruments this venue
    holds the opening, reopening and closing auctions: "none", "primary" (whose primary venue it is), "all".
    `imbalance_*_from_ns`: how long before the auction its imbalance is published, every `imbalance_every_ns`.
    `close_cutoff_ns`: so long before the close on-close orders are neither taken nor cancelled. `bands`: whether the
    instruments' price bands are kept; a quote that stays at one for `limit_state_ns` pauses the market for `pause_ns`.
    `locking`: what becomes of a displayed order that would lock or cross a quote elsewhere: it stands ("allow"), stands
    a tick away for as long ("slide"), or is refused ("reject"). `trade_through`: whether an order may trade at a price
    that is worse than a quote elsewhere. `odd_lots`: whether OrderQty(38) may be no multiple of RoundLot(561).
    """

    self_match: Literal["allow", "newest", "oldest", "both", "decrement"] = "allow"
    auctions: Literal["none", "primary", "all"] = "none"
    imbalance_open_from_ns: Ns = 120 * SECOND
    imbalance_close_from_ns: Ns = 600 * SECOND
    imbalance_every_ns: Ns = 5 * SECOND
    close_cutoff_ns: Ns = 600 * SECOND
    bands: bool = False
    limit_state_ns: Ns = 15 * SECOND
    pause_ns: Ns = 300 * SECOND
    locking: Literal["allow", "slide", "reject"] = "allow"
    trade_through: Literal["allow", "prevent"] = "allow"
    odd_lots: bool = True

    def __post_init__(self) -> None:
        at_least(self, 0, *[field for field in self.__struct_fields__ if field.endswith("_ns")])
        at_least(self, 1, "imbalance_every_ns")

    def holds_auctions(self, instrument: Instrument, mic: str) -> bool:
        """Whether a venue of these settings holds the auctions of an instrument."""
        return self.auctions == "all" or (self.auctions == "primary" and instrument.primary_venue == mic)
