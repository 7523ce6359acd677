"""The micro decision: where, at what price, displayed or not, how long to wait. Knows no algorithm and no FIX."""
