"""The smart order router: takes a client's parent order, works it on venues, and reports back.

Stands on `fixspec`. Plug-ins (algorithms, venue links) see `router.api` and nothing behind it.
"""
