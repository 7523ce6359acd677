"""Journals as sheets of the TCA report: parents, what their reports draw on, and what a page says on top of them.

Needs the extra `analysis`. Decides no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from router.runtime.analysis.analysis_files import read_impact
from router.runtime.analysis.browser import find_browser, print_page
from router.runtime.analysis.journal_cases import cut_words, journal_of, read_recorder
from router.runtime.analysis.pretrade_question import profiles_in
from router.runtime.console import settings_of
from router.tca.errors import UntiedError
from router.tca.facts.official import together
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder
from router.tca.footprint.leakage import Markets
from router.tca.impact.terms import ImpactInputError
from router.tca.profile.profile import SymbolProfile
from router.tca.report.page import Heading, render
from router.tca.report.page_parts import Sheet
from router.tca.report.tca_report import Beside, tca_report
from router.tca.report.tca_text import time_text
from router.tca.universe.outcome import OutcomeError
from router.tca.universe.outcome_file import read_outcomes
from router.tca.universe.peers import Universe


def read_sheets(
    paths: Sequence[Path],
    parents: Sequence[str],
    *,
    home: Path | None,
    universe: Path | None,
    profile: Path | None = None,
) -> tuple[list[Sheet], Heading, list[str]]:
    """All orders of all journals, or those asked for, in the order of their coming; the heading; who is left out.

    Impact models are those of the settings in `home` (None: the shipped ones), past orders those of `universe`, and
    what was known of the instruments is in `profile`. An order whose fills disagree with its own reports has no sheet:
    its line says how, and the others are reported.
    """
    files = [journal_of(path) for path in paths]
    recorders = [read_recorder(file) for file in files]
    cut_short = [line for file, recorder in zip(files, recorders, strict=True) for line in cut_words(file, recorder)]
    names = ", ".join(map(str, paths))
    try:
        past = None if universe is None else Universe(read_outcomes(universe))
    except OutcomeError as error:
        raise click.ClickException(str(error)) from None
    known = {name for recorder in recorders for order in recorder.orders.values() for name in _names(order)}
    for name in parents:
        if name not in known:
            raise click.ClickException(f"no order {name} in {names}")
    profiles = {} if profile is None else _profiles(profile, recorders)
    sheets, untied = _tied(recorders, parents, home=home, universe=past, profiles=profiles)
    left_out = [f"left out: {error}" for error in untied]
    if not sheets:
        raise click.ClickException("; ".join(left_out) or f"{names}: no order in it")
    heading = msgspec.structs.replace(heading_of(recorders, sheets, left_out), cut_short=tuple(cut_short))
    return sheets, heading, left_out


def sheets_of(recorders: Sequence[Recorder], *, home: Path | None = None) -> list[Sheet]:
    """Every parent of journals that have been read. `UntiedError` where one disagrees with its own reports."""
    sheets, untied = _tied(recorders, (), home=home, universe=None, profiles={})
    if untied:
        raise untied[0]
    return sheets


def _tied(
    recorders: Sequence[Recorder],
    parents: Sequence[str],
    *,
    home: Path | None,
    universe: Universe | None,
    profiles: dict[str, SymbolProfile],
) -> tuple[list[Sheet], list[UntiedError]]:
    """Sheets of `parents` (all, where none of them is there), and why others have none."""
    found = together(recorders)
    impact = read_impact(settings_of(home).config)
    beside = Beside(markets=Markets(found), impact=impact, universe=universe, profiles=profiles)
    wanted = [case for case in found if {case.record.order_id, case.record.cl_ord_id} & {*parents}]
    sheets: list[Sheet] = []
    untied: list[UntiedError] = []
    for case in wanted or found:
        try:
            sheets.append(Sheet(case, tca_report(case, beside=beside)))
        except UntiedError as error:
            untied.append(error)
    return sheets, untied


def _profiles(path: Path, recorders: Sequence[Recorder]) -> dict[str, SymbolProfile]:
    """The file's profiles; one of another market's symbols alone is not what was meant."""
    try:
        profiles = profiles_in(path)
    except ImpactInputError as error:
        raise click.ClickException(str(error)) from None
    traded = dict.fromkeys(order.symbol for recorder in recorders for order in recorder.orders.values())
    if traded and not profiles.keys() & traded.keys():
        held = ", ".join(profiles) or "none"
        raise click.ClickException(f"{path.name}: no profile of {', '.join(traded)}; it has {held}")
    return profiles


def _names(order: OrderRecord) -> tuple[str, str]:
    return order.order_id, order.cl_ord_id


def heading_of(recorders: Sequence[Recorder], sheets: Sequence[Sheet], left_out: Sequence[str] = ()) -> Heading:
    """Trading dates, until when, for whom, of which markets and engines, without whom."""
    days = tuple(sorted(dict.fromkeys(day for recorder in recorders for _, day in recorder.days)))
    clients = sorted({sheet.report.order.client for sheet in sheets})
    started = [recorder.genesis for recorder in recorders if recorder.genesis]
    markets = dict.fromkeys(each.market for each in started if each.market)
    engines = dict.fromkeys(each.instance for each in started if each.instance)
    dates = f"trading date{'s' if len(days) > 1 else ''} {', '.join(days) or 'unknown'}"
    until = f"to {time_text(max(recorder.at for recorder in recorders))} UTC"
    return Heading(
        days,
        (
            dates,
            until,
            *([f"for {', '.join(clients)}"] if clients else []),
            *(f"market {each}" for each in markets),
            *(f"engine {each}" for each in engines),
            *left_out,
        ),
    )


def write_page(sheets: Sequence[Sheet], heading: Heading, out: Path) -> None:
    """The page, in a file of its own."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(render(sheets, heading), encoding="utf-8")


def write_pdf(sheets: Sequence[Sheet], heading: Heading, out: Path, browser: str | None) -> None:
    """The page as a browser prints it. Raises BrowserError."""
    print_page(find_browser(browser), render(sheets, heading), out)
