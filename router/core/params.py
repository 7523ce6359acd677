"""Strategy parameters: one typed struct per algorithm gives parsing, validation and documentation.

A field's name is the FIX-style parameter's in snake_case (`max_participation` is MaxParticipation); its `Meta` says
what it means, its unit and its bounds. Knows no tag syntax: the client's dialect has already turned tags into canonical
(name, text) pairs.
"""

from __future__ import annotations

from msgspec import Struct

from router.core.types import Ns, Ppm, Px, Qty


class AlgoParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters every algorithm shares."""

    start_time: Ns | None = None
    end_time: Ns | None = None
    min_participation: Ppm | None = None
    max_participation: Ppm | None = None
    i_would_price: Px | None = None
    i_would_qty: Qty | None = None
    display_qty: Qty | None = None
    min_qty: Qty | None = None
    dark_pct: Ppm | None = None
    venues_include: tuple[str, ...] = ()
    venues_exclude: tuple[str, ...] = ()
    dark_only: bool = False
    completion: str = "Price"
