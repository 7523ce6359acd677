"""`sluice demo`: a market, a client and four algorithms on this machine, in half a minute.

It does what a user would do by hand: `sluice run` in one process, an EMS in another over FIX, and the journal read from
a third while it is written. In the end it proves what it shows: the journal replays byte for byte, and the EMS, which
heard reports only, has the same books.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.live import Live

from router.core.types import SECOND, Ns
from router.runtime.commands.send_command import Ticket
from router.runtime.console import errors_as_lines
from router.runtime.demo.demo_books import EmsBooks, disagreements, surprises
from router.runtime.demo.demo_ems import LOG_NAME, Change, Complaint, Heard, Send, Up
from router.runtime.demo.demo_processes import DemoError, EmsProcess, RouterProcess, start_replay
from router.runtime.demo.demo_script import (
    BRIEF,
    DATE,
    DAY,
    STEPS,
    SYMBOLS,
    Amend,
    Cancel,
    DemoOrder,
    Scenario,
    Step,
    orders,
)
from router.runtime.demo.demo_view import clock, progress, summary, words
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.scenario_files import SCENARIO_OPTION
from router.runtime.settings import config_folder, write_home
from router.tca.cost.analysis import analyse
from router.tca.facts.recorder import Recorder

REFRESH_S: Final = 0.1
WIDTH_OF_A_LOG: Final = 120
SETTLE_S: Final = 5.0
"""How long the EMS may still be hearing reports after the last order is over in the journal."""


@click.command("demo", help=__doc__)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-output"), show_default=True,
              help="Each run makes a folder of its own in it.")  # fmt: skip
@click.option("--seed", type=int, default=7, show_default=True, help="The synthetic market's seed.")
@click.option("--brief", is_flag=True, help="Twenty minutes of market instead of a day.")
@SCENARIO_OPTION
def command(out: Path, seed: int, scenarios: tuple[str, ...], *, brief: bool) -> None:
    """Run the demonstration; status 1, with the reasons, if anything did not end as it should.

    With a scenario an order may end otherwise than it should: that is told, and is no failure.
    """
    os.umask(0o077)
    # As Ctrl-C: so that the processes started here are ended, whoever ends this one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_LOG)
    folder = out / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    with errors_as_lines():
        demo = Demo(BRIEF if brief else DAY, folder, seed, console, scenarios)
        try:
            problems = demo.run()
        except DemoError as error:
            raise click.ClickException(str(error)) from None
    for problem in problems:
        console.print(f"not as expected: {problem}", style="red", highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(1 if problems else 0)


class Demo:
    """One run in `folder`."""

    def __init__(
        self, scenario: Scenario, folder: Path, seed: int, console: Console, happenings: Sequence[str] = ()
    ) -> None:
        self._scenario = scenario
        self._happenings = tuple(happenings)
        """Scenario files for the market, by path or name."""
        self._folder = folder
        self._seed = seed
        self._console = console
        self._recorder = Recorder()
        self._books = EmsBooks()
        self._shown: dict[str, str] = {}
        self._left: list[Step] = list(STEPS)
        self._tickets: dict[str, Ticket] = {}
        self._reader: JournalReader | None = None
        self._read = 0
        self._no_report = ""
        """Why there is none, where there is none."""
        self._began = time.monotonic()

    def run(self) -> list[str]:
        """Everything, from the market's open to the report; returns what was not as it should be."""
        home = _demo_home(self._folder / "home")
        market = f"synthetic:{self._seed}:{self._scenario.activity:g}"
        self._console.print(f"starting: market {market}, {', '.join(SYMBOLS)}, trading date {DATE}", highlight=False)
        with (
            EmsProcess(self._folder / "ems") as ems,
            RouterProcess(self._folder, home, market, DATE, self._scenario.speed, scenarios=self._happenings) as router,
        ):
            ems.connect(router.wait_ready())
            self._wait_up(ems, router)
            self._trade(ems, router)
            ems.stop()
            self._hear(ems)
            router.stop()
        self._follow(to_the_end=True)
        return self._conclude()

    # --- the day

    def _wait_up(self, ems: EmsProcess, router: RouterProcess) -> None:
        while True:
            router.check()
            said = ems.next(timeout_s=0.1)
            if isinstance(said, Up):
                return
            self._check_time("the EMS has not logged on")

    def _trade(self, ems: EmsProcess, router: RouterProcess) -> None:
        """Send what is due, show what comes, until every order is over and the EMS has heard so."""
        self._reader = JournalReader(self._folder / "state" / FILE_NAME)
        over_since: float | None = None
        with self._display() as live:
            while over_since is None or (time.monotonic() - over_since < SETTLE_S and not self._agree()):
                time.sleep(REFRESH_S)
                router.check()
                self._follow()
                self._send_due(ems)
                self._hear(ems)
                self._show(live)
                if over_since is None and self._is_over():
                    over_since = time.monotonic()
                self._check_time("orders are still open")

    def _send_due(self, ems: EmsProcess) -> None:
        opened = self._opened()
        while self._left and opened and self._scenario.when(opened, self._left[0].at) <= self._recorder.at:
            step = self._left.pop(0)
            match step:
                case DemoOrder():
                    self._tickets[step.cl_ord_id] = ticket = self._ticket(step, opened)
                    ems.say(Send(step.cl_ord_id, ticket))
                case Amend():
                    qty = self._scenario.qty(step.qty)
                    ems.say(Change(step.cl_ord_id, step.orig, self._tickets[step.orig], qty))
                case Cancel():
                    ems.say(Change(step.cl_ord_id, step.orig, self._tickets[step.orig]))

    def _ticket(self, order: DemoOrder, opened: Ns) -> Ticket:
        params = list(order.params)
        if order.window:
            names = ("StartTime", "EndTime")
            params += [(n, _stamp(self._scenario.when(opened, at))) for n, at in zip(names, order.window, strict=True)]
        if order.slice_minutes:
            params.append(("Interval", f"{self._scenario.seconds(order.slice_minutes):g}"))
        return Ticket(
            side=order.side,
            qty=str(order.qty if order.as_written else self._scenario.qty(order.qty)),
            symbol=order.symbol,
            px=None,
            strategy=order.strategy,
            params=tuple(params),
            destination=order.destination,
            tif=None,
        )

    def _opened(self) -> Ns | None:
        """When the session opens, as the journal's configuration says."""
        config = self._recorder.config
        return config.calendars["XNYS"][0].open if config else None

    def _is_over(self) -> bool:
        records = self._recorder.orders.values()
        return not self._left and len(records) == len(list(orders())) and not any(each.is_open for each in records)

    def _agree(self) -> bool:
        return not any(disagreements(self._books, self._recorder.orders))

    def _follow(self, *, to_the_end: bool = False) -> None:
        """Read what the journal has had added: while it is being written, the last inputs lack their outputs yet."""
        assert self._reader is not None
        extent = self._reader.extent()
        until = extent.last if to_the_end else extent.answered
        if until > self._read:
            inputs, outputs = self._reader.inputs(self._read, until), self._reader.outputs(self._read, until)
            self._read = self._recorder.follow(inputs, outputs)

    def _hear(self, ems: EmsProcess) -> None:
        while (said := ems.next(timeout_s=0)) is not None:
            if isinstance(said, Heard):
                self._books.hear(said)
            elif isinstance(said, Complaint):
                self._books.complaints.append(said.text)

    # --- the terminal

    @contextmanager
    def _display(self) -> Iterator[Live | None]:
        """A live table on a terminal; elsewhere nothing, and `_show` writes lines."""
        if not self._console.is_terminal:
            yield None
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            yield live

    def _show(self, live: Live | None) -> None:
        records = list(self._recorder.orders.values())
        if live is not None:
            shown = progress(records, self._recorder.at, self._scenario.speed, self._console.width)
            live.update(shown, refresh=True)
            return
        for record in records:
            line = f"{record.cl_ord_id} {words(record.status)}"
            if self._shown.get(record.order_id) != line:
                self._shown[record.order_id] = line
                self._console.print(f"{clock(self._recorder.at)} {line}", highlight=False)

    def _check_time(self, what: str) -> None:
        if time.monotonic() - self._began > self._scenario.wall_s_max:
            open_ones = [each.cl_ord_id for each in self._recorder.orders.values() if each.is_open]
            unsent = [step.cl_ord_id for step in self._left]
            raise DemoError(
                f"given up after {self._scenario.wall_s_max:.0f} s at market time {clock(self._recorder.at)}: {what};"
                f" open: {', '.join(open_ones) or 'none'}; not sent: {', '.join(unsent) or 'none'}"
            )

    # --- the end

    def _conclude(self) -> list[str]:
        """The replay in one process while the report is drawn in this; then the table, the paths, the proofs."""
        assert self._reader is not None
        self._reader.close()
        with start_replay(self._folder / "state") as replaying:
            self._console.print(summary(analyse(self._recorder), self._console.width))
            self._say("Arrival, interval VWAP: cost in bps, positive is a cost. Venues: % of fills.\n")
            self._write_report()
            replayed, failed = replaying.wait()
        agreed = list(disagreements(self._books, self._recorder.orders))
        heard = sum(order.qty for order in self._books.orders.values())
        self._say(f"journal   {self._folder / 'state' / FILE_NAME}")
        self._say(f"FIX logs  {self._folder / 'ems' / LOG_NAME}")
        self._say(f"          {self._folder / 'state' / 'fix'} (session stores)")
        self._say(f"report    {self._no_report or self._folder / 'report.html'}\n")
        if not failed:
            self._say(f"replay    hash chains hold, {self._read:,} inputs, outputs the same byte for byte")
        if not agreed:
            self._say(f"EMS       agrees with the journal on every order: {heard:,} shares heard of over FIX")
        self._say(f"took      {time.monotonic() - self._began:.0f} s")
        surprised = list(surprises(orders(), self._recorder.orders))
        if self._happenings:
            for surprise in surprised:
                self._say(f"scenario  {surprise}")
            surprised.clear()
        problems = [*surprised, *agreed, *self._books.complaints]
        return [*problems, f"replay: {replayed}"] if failed else problems

    def _write_report(self) -> None:
        """The page of `sluice tca`; the demonstration goes on without it where its extra is not installed."""
        try:
            with errors_as_lines():
                from router.runtime.analysis.tca_sheets import heading_of, sheets_of, write_page  # noqa: PLC0415 - slow to import

                sheets = sheets_of([self._recorder], home=self._folder / "home")
                write_page(sheets, heading_of([self._recorder], sheets), self._folder / "report.html")
        except click.ClickException as error:
            self._no_report = error.message

    def _say(self, line: str) -> None:
        """A line as it is: a path is not broken, so that it can be copied."""
        self._console.print(line, highlight=False, soft_wrap=True, markup=False)


def _demo_home(home: Path) -> Path:
    """The shipped settings with the demonstration's instruments only: a synthetic market trades all it is given."""
    write_home(home)
    path = config_folder(home) / "instruments.toml"
    head, *blocks = path.read_text(encoding="utf-8").split("[[instruments]]")
    kept = [block for block in blocks if any(f'symbol = "{symbol}"' in block for symbol in SYMBOLS)]
    path.write_text("[[instruments]]".join([head, *kept]), encoding="utf-8")
    return home


def _stamp(at: Ns) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y%m%d-%H:%M:%S}"
