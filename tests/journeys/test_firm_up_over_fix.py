"""A conditional order at a pool behind FIX: asked to firm up, answered in time, filled. Every word of it is text."""

from __future__ import annotations

from typing import cast

import pytest
from msgspec.structs import replace

from fixspec.codec import decode
from fixspec.message import Message
from router.core.events import PhaseChange
from router.core.types import SECOND, Phase
from support.fix_wire import FixWire
from support.floor import FLOOR_VENUES, OPEN, Floor, engine_config, order

XLIT, XBLK = (next(venue for venue in FLOOR_VENUES if venue.mic == mic) for mic in ("XLIT", "XBLK"))
BUSY: dict[str, str | int | float | bool] = {"contra_per_second_ppm": 500_000, "noise_ppm": 0}
"""Somebody to meet every two seconds, who stays."""


@pytest.fixture(scope="module")
def floor() -> Floor:
    """A minute of a TWAP that buys 20,000 at a lit venue and, conditionally, in a pool of blocks."""
    pool = replace(XBLK, conditional=True, settings=BUSY)
    floor = Floor(config=engine_config(venues=(XLIT, pool)), behind=FixWire, start=OPEN - 10 * SECOND)
    floor.run(OPEN)
    # The engine has the instrument's phase from its calendar where its venues are behind FIX.
    floor.say(PhaseChange("ACME", Phase.CONTINUOUS))
    floor.run(OPEN + 5 * SECOND)
    terms = (("EndTime", "20260316-13:40:00"), ("Interval", "20"))
    floor.say(order("A1", qty=20_000, strategy="TWAP", params=terms))
    floor.run(OPEN + 60 * SECOND)
    return floor


def at_pool(floor: Floor) -> list[Message]:
    """The orders to the pool and the reports from it, as they crossed the wire."""
    letters = [decode(text) for mic, text in cast("FixWire", floor.venues).letters if mic == "XBLK"]
    return [letter for letter in letters if letter.msg_type in {"D", "8"}]


def story(messages: list[Message], firm_up_id: str, ids: list[str]) -> list[str]:
    """What was said of the orders `ids`, the request in the place of its id."""
    told = []
    for each in messages:
        if each.get(11) in ids:
            kind = each.get(150) or ("conditional" if each.get(20101) == "Y" else "firm")
            told.append(f"{each.msg_type} {kind}" + (" request" if each.get(23) == firm_up_id else ""))
    return told


def test_a_conditional_child_behind_fix_is_asked_to_firm_up_and_fills(floor: Floor) -> None:
    messages = at_pool(floor)

    answers = {each.get(23): each for each in messages if each.msg_type == "D" and 23 in each}
    filled = {each.get(11) for each in messages if each.get(150) == "F"}
    asked, firm = next((name, each) for name, each in answers.items() if each.get(11) in filled)
    wish = next(each for each in messages if each.get(23) == asked and each.msg_type == "8")
    assert story(messages, asked, [wish.get(11), firm.get(11)]) == [
        "D conditional",
        "8 0",
        "8 4 request",
        "D firm request",
        "8 0",
        "8 F",
    ]
    assert int(firm.get(38)) <= int(wish.get(27))


def test_what_fills_there_is_the_client_s_and_no_wish_of_a_conditional_order_ever_trades(floor: Floor) -> None:
    messages = at_pool(floor)

    wishes = {each.get(11) for each in messages if each.get(20101) == "Y"}
    trades = [each for each in messages if each.get(150) == "F"]
    booked = [report.last_qty for report in floor.reports("A1") if report.last_mkt == "XBLK"]
    assert [int(each.get(32)) for each in trades] == booked
    assert len(booked) > 3
    assert wishes.isdisjoint(each.get(11) for each in trades)
