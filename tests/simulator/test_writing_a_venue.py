"""The example of docs/writing-a-venue.md, taken from its text, passes the contract that the page says it passes."""

from __future__ import annotations

import re
from pathlib import Path

from router.api import VenueKind, VenueProfile
from simulator.testing import VenueContract

PAGE = Path(__file__).resolve().parents[2] / "docs" / "writing-a-venue.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def example() -> dict[str, object]:
    """What the page's Python defines, run as one module."""
    names: dict[str, object] = {"__name__": "internalizer"}
    for block in BLOCKS:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own documentation, under test
    return names


EXAMPLE = example()


class TestTheExample(VenueContract):
    profile = VenueProfile("XINT", VenueKind.DARK, "internalizer", settings={"lots_max": 2})
    factory = EXAMPLE["Internalizer"]  # type: ignore[assignment] # the page is not a module that mypy reads


def test_the_page_shows_a_venue_and_its_contract() -> None:
    shown = EXAMPLE["TestInternalizer"]

    assert isinstance(shown, type)
    assert issubclass(shown, VenueContract)
    assert shown.factory is EXAMPLE["Internalizer"]
