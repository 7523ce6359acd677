"""The templates of a trade, filled for single names of a basket: before it by `pretrade`, after it by `tca`.

Markdown, JSON and HTML, as the commands write them. Writes into the folder that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from router.basket.names import BasketName
from router.runtime.analysis_files import read_impact
from router.runtime.plugins import load_algos
from router.runtime.pretrade_question import Asked, question_of
from router.runtime.settings import Settings
from router.runtime.tca_sheets import heading_of, sheets_of, write_page
from router.tca.events import MarketDate
from router.tca.pretrade import markdown as pretrade_markdown
from router.tca.pretrade import page as pretrade_page
from router.tca.pretrade.assess import assess
from router.tca.pretrade.fill import fill
from router.tca.pretrade.question import Overrides
from router.tca.pretrade.rules import Urgency
from router.tca.recorder import Recorder
from router.tca.tca_report import TcaReports
from router.tca.tca_text import markdown


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


def write_tca(folder: Path, recorder: Recorder, order_ids: Iterable[str]) -> None:
    """The TCA report of these orders, and its page. `recorder` keeps no order of other names after it."""
    wanted = tuple(order_ids)
    # What is left alone in a name is judged beside every order of that name: a slice is not the only one.
    symbols = {recorder.orders[order_id].symbol: None for order_id in wanted}
    recorder.orders = {name: order for name, order in recorder.orders.items() if order.symbol in symbols}
    sheets = sheets_of([recorder], wanted)
    reports = [sheet.report for sheet in sheets]
    _write(folder / "tca.md", markdown(reports))
    _write(folder / "tca.json", _json(TcaReports(reports=tuple(reports))))
    write_page(sheets, heading_of([recorder], sheets), folder / "tca.html")


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
