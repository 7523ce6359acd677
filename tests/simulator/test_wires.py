"""A line of one latency: first in, first out."""

from router.api import VenueUp
from simulator.wires import NEVER, PLACES, Wire


def said(number: int) -> VenueUp:
    return VenueUp(f"X{number}")


def test_what_is_put_on_a_line_arrives_after_its_latency_in_the_order_in_which_it_was_sent() -> None:
    wire = Wire(latency_ns=50)
    for number, now in enumerate((100, 100, 130)):
        wire.put(now, number, said(number))

    arrived = []
    while wire.at != NEVER:
        at, sequence = wire.at, wire.sequence
        arrived.append((at, sequence, wire.take()))

    assert arrived == [(150, 0, said(0)), (150, 1, said(1)), (180, 2, said(2))]


def test_a_line_that_has_become_empty_takes_the_next() -> None:
    wire = Wire(latency_ns=0)
    wire.put(10, 1, said(1))
    wire.take()

    wire.put(20, 2, said(2))

    assert (wire.at, wire.sequence, wire.take(), wire.at) == (20, 2, said(2), NEVER)


def test_a_line_that_is_never_empty_uses_its_places_again() -> None:
    wire, events = Wire(latency_ns=1_000), 10 * PLACES
    wire.put(0, 0, said(0))

    arrived = []
    for number in range(1, events):
        wire.put(number, number, said(number))
        arrived.append(wire.take())

    assert arrived == [said(number) for number in range(events - 1)]
    assert len(wire._ring) == PLACES


def test_a_line_that_is_full_gets_more_places_and_keeps_its_order() -> None:
    wire, events = Wire(latency_ns=1_000), 3 * PLACES
    wire.put(0, 0, said(0))
    wire.take()

    for number in range(1, events):
        wire.put(number, number, said(number))

    assert [wire.take() for _ in range(1, events)] == [said(number) for number in range(1, events)]
    assert wire.at == NEVER
