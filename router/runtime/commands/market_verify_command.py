"""`sluice market verify`: a recorded day played without us, and held against its own file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from simulator.feeds.lobster import BookRow
from simulator.feeds.text import FeedError
from simulator.market_spec import SpecError
from simulator.verify import (
    BarsCheck,
    Check,
    ConsolidatedCheck,
    Difference,
    LobsterCheck,
    OrdersCheck,
    verify,
)


@click.command("verify", help=__doc__)
@click.argument("market", metavar="MARKET")
def command(market: str) -> None:
    """Play MARKET and compare; exit 1 where the two differ.

    MARKET is a LOBSTER message file (its orderbook file lies beside it), or a recorded market as `sluice run` takes it:
    lobster:, pitch:, crypto:, consolidated:, bars:. No settings are read.
    """
    try:
        check = verify(f"lobster:{market}" if Path(market).is_file() else market)
    except (FeedError, SpecError) as error:
        raise click.ClickException(str(error)) from None
    for line in _lines(check):
        click.echo(line)
    if not check.holds:
        raise click.exceptions.Exit(1)


def _lines(check: Check) -> Iterator[str]:
    match check:
        case LobsterCheck():
            yield f"rows checked      {check.rows:>12,}"
            yield f"rows equal        {check.equal:>12,}"
            if check.first is not None:
                yield from _difference(check.first)
        case OrdersCheck():
            yield from _orders(check)
        case ConsolidatedCheck():
            yield from _consolidated(check)
        case BarsCheck():
            yield f"bars checked      {check.bars:>12,}"
            yield f"bars equal        {check.equal:>12,}"
            yield f"shares            {check.shares:>12,}"
            if check.first is not None:
                yield f"first difference: {check.first[0]}"
                yield f"  printed instead (open, high, low, close, shares): {check.first[1]}"


def _difference(first: Difference) -> Iterator[str]:
    """The first row that differs, with the messages up to it and the levels of either."""
    yield f"first difference at row {first.row}, after"
    for message in first.messages:
        side = "bid" if message.is_bid else "ask"
        yield f"  type {message.kind}, order {message.oid}, {message.qty} at {message.px} ({side})"
    for name, row in (("file", first.file), ("book", first.book)):
        yield f"  {name}: {_levels(row)}"


def _levels(row: BookRow) -> str:
    bids, asks = (" ".join(f"{qty}@{px}" for px, qty in side) or "none" for side in (row.bids, row.asks))
    return f"bids {bids}, asks {asks}"


def _orders(check: OrdersCheck) -> Iterator[str]:
    counts = check.counts
    for name, value in (
        ("rows", counts.rows),
        ("messages applied", counts.messages),
        ("unknown ids", counts.unknown),
        ("ids repeated", counts.repeated),
        ("more than stands", counts.excess),
        ("held back", counts.crossed),
        ("repriced", counts.repriced),
        ("executed", check.executed),
        ("hidden executed", check.hidden),
        ("instants", check.instants),
        ("instants crossed", check.crossed),
    ):
        yield f"{name:<18}{value:>12,}"
    if counts.crossed:
        yield f"longest held back {counts.held_max_ns / 1e9:>12.3f} s"


def _consolidated(check: ConsolidatedCheck) -> Iterator[str]:
    yield f"quotes checked    {check.quotes:>12,}"
    yield f"quotes equal      {check.equal:>12,}"
    yield f"quotes not sound  {check.skipped:>12,}"
    total = sum(check.printed.values())
    for exchange in sorted({*check.printed, *check.recorded}):
        printed, recorded = check.printed.get(exchange, 0), check.recorded.get(exchange, 0)
        share = 100 * printed / total if total else 0.0
        yield f"exchange {exchange:<9}{printed:>12,} shares of {recorded:,} in the file, {share:.1f} %"
