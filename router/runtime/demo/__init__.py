"""The demonstration: a router, an EMS and a check in processes of their own."""
