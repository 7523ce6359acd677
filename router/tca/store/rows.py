"""The rows of a TCA store that one parent makes (`router.tca.store.schema` says what they hold). Knows no file.

What costs a walk through the tape is reckoned here once, exactly, and kept: the volume of the order's interval, its own
eligible shares, its fees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import asdict

from router.core.events import Event
from router.core.instruments import Instrument
from router.core.types import Micros, Px, Qty, VenueKind
from router.journal import encode
from router.market.tape import PRINT_RULES
from router.tca.cost.benchmarks import volume_interval
from router.tca.facts.case import Case
from router.tca.facts.marks import arrival
from router.tca.facts.quotes import Quote
from router.tca.facts.record import Child
from router.tca.facts.tape import Print

Row: TypeAlias = dict[str, Any]


def money(instrument: Instrument, qty: Qty, px: Px) -> Micros:
    """What `qty` shares at `px` quanta are worth, to the nearest millionth, half up."""
    scale = instrument.price_scale
    return (2 * qty * px * instrument.multiplier * 1_000_000 + scale) // (2 * scale)


def parent_row(journal: str, n: int, case: Case) -> Row:
    """The parent itself, `n`th of its journal."""
    order, instrument, interval = case.record, case.instrument, volume_interval(case)
    arrival_px = arrival(case).px
    return {
        "journal": journal,
        "n": n,
        "order_id": order.order_id,
        "client": order.client,
        "cl_ord_id": order.cl_ord_id,
        "side": order.side.value,
        "algorithm": order.algorithm,
        "currency": instrument.currency,
        "price_scale": instrument.price_scale,
        "multiplier": instrument.multiplier,
        "qty": order.qty,
        "limit_px": order.limit_px,
        "status": order.status.value,
        "text": order.text,
        "arrived_at": order.arrived_at,
        "sent_at": order.sent_at,
        "start": order.start,
        "end": order.end,
        "ended_at": order.ended_at,
        "cum_qty": order.cum_qty,
        "notional": order.notional,
        "fees": sum(case.fee(fill) for fill in case.fills),
        "arrival_mid2": order.arrival_mid2,
        "arrival2": None if arrival_px is None else int(2 * arrival_px),
        "interval_start": interval.start,
        "interval_end": interval.end,
        "interval_volume": interval.volume,
        "interval_notional": interval.notional,
        "own_eligible": sum(fill.qty for fill in case.fills if PRINT_RULES[fill.kind].eligible),
        "refused_at_gate": order.refused_at_gate,
        "curve": order.curve,
        "curve_days": order.curve_days,
        "quantities": [{"at": at, "qty": qty} for at, qty in order.quantities],
        "limits": [{"at": at, "px": px} for at, px in order.limits],
        "rests": [{"start": start, "end": end} for start, end in order.rests],
        "plans": [
            {"at": plan.at, "points": [{"at": point.at, "qty": point.qty} for point in plan.points]}
            for plan in order.plans
        ],
        "request": None if order.request is None else _text(order.request),
        "amendments": [{"at": at, "event": _text(event)} for at, event in order.amendments],
    }


def child_rows(journal: str, case: Case) -> Iterator[Row]:
    """The parent's children, in the order of their sending."""
    order_id, kinds = case.record.order_id, _venue_kinds(case)
    for n, child in enumerate(case.record.children):
        row = _plain(asdict(child))
        row["venue_kind"] = kinds[child.venue].value
        yield {"journal": journal, "order_id": order_id, "n": n, **row}


def fill_rows(journal: str, case: Case) -> Iterator[Row]:
    """The parent's trades in the order of their trading, then those that were taken back."""
    standing = ((fill, None) for fill in case.fills)
    busted = ((fill, at) for at, fill in case.record.busted)
    for n, (fill, busted_at) in enumerate((*standing, *busted)):
        yield {
            "journal": journal,
            "order_id": case.record.order_id,
            "n": n,
            **_plain(asdict(fill)),
            "venue_kind": case.venue_kind(fill).value,
            "currency": case.instrument.currency,
            "traded": money(case.instrument, fill.qty, fill.px),
            "fee": case.fee(fill),
            "busted_at": busted_at,
        }


def decision_rows(journal: str, case: Case) -> Iterator[Row]:
    """The router's decisions on the parent, in order."""
    for n, decision in enumerate(case.record.decisions):
        row = _plain(asdict(decision))
        row["candidates"] = [asdict(each) for each in decision.candidates]
        yield {"journal": journal, "order_id": case.record.order_id, "n": n, **row}


def quote_row(journal: str, quote: Quote) -> Row:
    """One change of the national best."""
    return {"journal": journal, **asdict(quote)}


def print_row(journal: str, trade: Print) -> Row:
    """One trade of the tape, of any kind."""
    return {"journal": journal, **_plain(asdict(trade))}


def _text(event: Event) -> str:
    return encode(event).decode()


def _plain(row: Mapping[str, Any]) -> Row:
    """Enumerations as their values, tuples as lists."""
    return {name: msgspec.to_builtins(value) for name, value in row.items()}


def _venue_kinds(case: Case) -> dict[str, VenueKind]:
    """What the venue of each child is: by its profile, without one by how it reported the order's trades there."""
    by_fills: dict[str, VenueKind] = {}
    for fill in case.fills:
        if by_fills.get(fill.venue, VenueKind.LIT) is VenueKind.LIT:
            by_fills[fill.venue] = case.venue_kind(fill)
    return {child.venue: _kind(case, child, by_fills) for child in case.record.children}


def _kind(case: Case, child: Child, by_fills: Mapping[str, VenueKind]) -> VenueKind:
    profile = case.venues.get(child.venue)
    return profile.kind if profile else by_fills.get(child.venue, VenueKind.LIT)
