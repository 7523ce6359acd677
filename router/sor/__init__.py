"""The micro decision: where, at what price, displayed or not, how long to wait. Knows no algorithm and no FIX."""

from router.sor.sor import Sor
from router.sor.work import Amendment, ChildView, Placement, Plan, Preferences, Router, SliceWork

__all__ = ["Amendment", "ChildView", "Placement", "Plan", "Preferences", "Router", "SliceWork", "Sor"]
