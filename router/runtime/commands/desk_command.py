"""`sluice desk`: what a person does at a running router: see the orders, release a staged one, cancel, stop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from router.core.events import (
    KillSwitch,
    OperatorCancel,
    OperatorDoneForDay,
    OperatorEvent,
    OperatorRelease,
    OperatorRestate,
)
from router.core.types import OrdStatus
from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.commands.order_options import PARAM_OPTION
from router.runtime.console import errors_as_lines
from router.runtime.desk_door import DeskError, ask
from router.runtime.journal_file import FILE_NAME
from router.tca.facts.record import OrderRecord

STATE_OPTION: Final = click.option(
    "--state",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("var/state"),
    show_default=True,
    help="State directory of the router.",
)


@click.group("desk", help=__doc__)
def command() -> None:
    """Acts of the desk: each is an input in the router's journal."""


@command.command("orders")
@STATE_OPTION
@click.option("--all", "with_over", is_flag=True, help="Orders that are over, too.")
def orders(*, state: Path, with_over: bool) -> None:
    """List the open orders, staged ones with what they wait for."""
    with errors_as_lines():
        recorder = read_recorder(state / FILE_NAME)
    then = "" if recorder.cut is None else f" (as of input {recorder.cut.answered:,})"
    known = recorder.orders.values()
    shown = [each for each in known if with_over or each.is_open or each.status is OrdStatus.DONE_FOR_DAY]
    for order in shown:
        click.echo(_line(order) + (then if order.is_open else ""))
    if not shown:
        click.echo(f"no order, of {len(known):,}, is open" if known else "no order", err=True)


def _line(order: OrderRecord) -> str:
    name = "".join(word.capitalize() for word in order.status.name.split("_"))
    done = f"{order.cum_qty:,} of {order.qty:,}"
    text = f" - {order.text}" if order.text else ""
    side = "buy" if order.side.is_buy else "sell"
    return f"{order.order_id} {order.client} {order.cl_ord_id} {side} {order.symbol} {done} {name}{text}"


@command.command("release")
@click.argument("order_id")
@STATE_OPTION
@click.option("--strategy", help="TWAP, VWAP, POV, IS or a plug-in's name; without one as the client asked.")
@PARAM_OPTION
def release(*, order_id: str, state: Path, strategy: str | None, params: tuple[tuple[str, str], ...]) -> None:
    """Let the staged order ORDER_ID be worked."""
    _act(state, OperatorRelease(order_id, strategy, tuple(sorted(params)) or None))
    click.echo(f"released {order_id}")


@command.command("cancel")
@click.argument("order_id")
@STATE_OPTION
@click.option("--text", default="", help="Why, for the client: Text(58).")
def cancel(*, order_id: str, state: Path, text: str) -> None:
    """Cancel the order ORDER_ID."""
    _act(state, OperatorCancel(order_id, text=text))
    click.echo(f"cancelling {order_id}")


@command.command("restate")
@click.argument("order_id")
@click.argument("qty", type=click.IntRange(min=1))
@STATE_OPTION
@click.option("--text", default="", help="Why, for the client: Text(58).")
def restate(*, order_id: str, qty: int, state: Path, text: str) -> None:
    """Change the quantity of the order ORDER_ID to QTY shares."""
    _act(state, OperatorRestate(order_id, qty, text=text))
    click.echo(f"restated {order_id} to {qty:,}")


@command.command("done")
@click.argument("order_id")
@STATE_OPTION
def done(*, order_id: str, state: Path) -> None:
    """End the day of the order ORDER_ID: DoneForDay."""
    _act(state, OperatorDoneForDay(order_id))
    click.echo(f"done for the day: {order_id}")


@command.command("kill")
@click.argument("switch", type=click.Choice(["on", "off"]))
@STATE_OPTION
@click.option("--client", help="CompID of one client; without it, everybody.")
@click.option("--text", default="by the desk", show_default=True, help="Why, for the journal.")
def kill(*, switch: str, state: Path, client: str | None, text: str) -> None:
    """Turn the kill switch on or off."""
    for line in _ask(state, KillSwitch(on=switch == "on", client=client, text=text)):
        click.echo(line)


def _act(state: Path, event: OperatorEvent) -> None:
    """Carry out what either is done or is answered by an alarm that says why not."""
    alarms = _ask(state, event)
    if alarms:
        raise click.ClickException("; ".join(alarms))


def _ask(state: Path, event: OperatorEvent) -> tuple[str, ...]:
    try:
        return ask(state, event).alarms
    except DeskError as error:
        raise click.ClickException(str(error)) from None
