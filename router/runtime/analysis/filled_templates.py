"""The templates of a trade, filled for the names of a basket: before it by `pretrade`, after it by `tca`.

Markdown, JSON and HTML, as the commands write them, three files a name and template. After the trade a name is one
order, whatever lists it was sent in (`router.basket.whole_order`). Writes into the folder that it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from router.basket.names import BasketName
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.analysis.pretrade_question import Asked, question_of
from router.runtime.analysis.tca_sheets import heading_of, sheets_of, write_page
from router.runtime.plugins import load_algos
from router.runtime.settings import Settings
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder
from router.tca.pretrade import markdown as pretrade_markdown
from router.tca.pretrade import page as pretrade_page
from router.tca.pretrade.assess import assess
from router.tca.pretrade.fill import fill
from router.tca.pretrade.question import Overrides
from router.tca.pretrade.rules import Urgency
from router.tca.profile.events import MarketDate
from router.tca.report.tca_report import TcaReport, TcaReports
from router.tca.report.tca_text import markdown


def write_pretrade(
    folder: Path,
    settings: Settings,
    name: BasketName,
    day: str,
    *,
    events: Sequence[MarketDate] = (),
    urgency: Urgency | None = None,
    max_participation: float | None = None,
) -> str:
    """Execution strategy and market impact model of one name's order on `day`; the algorithm recommended."""
    known = Overrides(
        price=name.price, adv=name.adv, sigma=name.sigma, spread=name.spread, max_participation=max_participation
    )
    asked = Asked(
        symbol=name.symbol,
        side=name.side,
        qty=name.qty,
        day=day,
        start=None,
        horizon_minutes=None,
        urgency=urgency,
        profile=None,
        overrides=known,
    )
    date = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    question = msgspec.structs.replace(question_of(settings, asked, date), events=tuple(events))
    impact, algos = read_impact(settings.config), load_algos()
    found = assess(question, impact.on(day), impact.pretrade, algos)
    document = fill(found, algos[found.choice.evaluation.candidate.strategy])
    _write(folder / f"{name.symbol}-pretrade.md", pretrade_markdown.render(document))
    _write(folder / f"{name.symbol}-pretrade.html", pretrade_page.render(document))
    _write(folder / f"{name.symbol}-pretrade.json", _json(document))
    return document.execution_strategy.algorithm


def write_tca(folder: Path, recorder: Recorder, wholes: Sequence[OrderRecord]) -> dict[str, TcaReport]:
    """The TCA report of each name's whole order, and its page; the reports by symbol.

    `recorder` keeps no other order after it. Raises `UntiedError` where an order's fills and reports disagree.
    """
    recorder.orders = {whole.order_id: whole for whole in wholes}
    found: dict[str, TcaReport] = {}
    for sheet in sheets_of([recorder]) if wholes else ():
        report = found[sheet.case.record.symbol] = sheet.report
        place = folder / f"{sheet.case.record.symbol}-tca"
        _write(place.with_suffix(".md"), markdown([report]))
        _write(place.with_suffix(".json"), _json(TcaReports(reports=(report,))))
        write_page([sheet], heading_of([recorder], [sheet]), place.with_suffix(".html"))
    return found


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
