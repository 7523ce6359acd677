"""What an analysis refuses to do. A module of its own: a running router names the error, and needs no analysis."""


class UntiedError(ValueError):
    """An order's fills do not sum to what its reports say: CumQty(14), or AvgPx(6) x CumQty(14)."""
