"""The example's venues are the shipped ones as a router knows them: all but how they match, and by which way."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from router.runtime.settings import VenuesFile
from router.runtime.toml_file import read_toml


def test_the_example_knows_the_shipped_venues_as_they_are(repo: Path) -> None:
    shipped = [venue for venue in read_toml(repo / "config" / "venues.toml", VenuesFile).venues if venue.enabled]

    example = read_toml(repo / "examples" / "venues-over-fix" / "venues.toml", VenuesFile).venues

    assert list(example) == [replace(venue, plugin="fix", settings={}) for venue in shipped]
