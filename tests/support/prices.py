"""A reference price for tests: what was last known of each symbol, said once and not moved by anything."""

from router.core.types import Ns, Px


class KnownPrices:
    """`KnownPrices(AAPL=(100_0000, 5))`: price in quanta, and when it was last known to hold."""

    def __init__(self, **known: tuple[Px, Ns]) -> None:
        self._known = known

    def reference(self, symbol: str, _now: Ns) -> tuple[Px, Ns] | None:
        return self._known.get(symbol)
