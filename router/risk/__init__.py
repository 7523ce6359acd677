"""Pre-trade risk: what a client may ask, what may leave for a venue, and the switch that stops it all.

Stands on `router.core` and a reference price. It must not know how an order is worked: no slice, no algorithm, no book.
"""
