"""Baskets: netting, a joint schedule under bounds, what a person must work, and an earnings season.

Plans and judges; sends nothing. It must not know a clock, a session, an algorithm's code or a venue.
"""
