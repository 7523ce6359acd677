"""What a venue's settings may be, beyond their type. It must not know what a setting means.

A struct checks itself when it is made, so that a home is refused by `sluice check` and a scenario where it is read.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from router.api import PPM


def at_least(settings: msgspec.Struct, low: int, *names: str) -> None:
    """ValueError with name, value and limit for the first of `names` that is below `low`."""
    for name in names:
        value = getattr(settings, name)
        if value < low:
            raise ValueError(f"{name} = {value}: {low} or more")


def chances(settings: msgspec.Struct, *names: str) -> None:
    """ValueError for the first of `names` that is no part of a whole in millionths."""
    for name in names:
        value = getattr(settings, name)
        if not 0 <= value <= PPM:
            raise ValueError(f"{name} = {value}: 0 to {PPM}, in millionths")


def zone(name: str) -> ZoneInfo:
    """The time zone of that name; ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"timezone = {name!r}: a name of the tz database, such as America/New_York") from None
