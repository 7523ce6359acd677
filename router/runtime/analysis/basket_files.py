"""What a worked basket leaves in its folder: the report with its pictures, and every name's templates with their index.

Writes into the folder that it is given. Decides no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from router.basket.attribution import NameCost
from router.basket.name_index import before, name_index
from router.basket.names import BasketName
from router.basket.page import Report, html, markdown
from router.basket.plan import BasketPlan
from router.basket.whole_order import by_name, planned_path, whole_order
from router.runtime.analysis.filled_templates import write_tca
from router.tca.facts.recorder import Recorder


def write_report(out: Path, report: Report, figures: object) -> None:
    """`report.md`, `.html`, the pictures beside them, and its numbers as `report.json`."""
    for picture in report.pictures:
        (out / picture.file).write_text(picture.svg, encoding="utf-8")
    (out / "report.md").write_text(markdown(report), encoding="utf-8")
    (out / "report.html").write_text(html(report), encoding="utf-8")
    (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")


def write_names(
    folder: Path, recorder: Recorder, names: Sequence[BasketName], plan: BasketPlan, costs: Sequence[NameCost]
) -> None:
    """The TCA report of each name of which an order was sent, and the index of all names; pre-trade pages are linked.

    `recorder` keeps the names' whole orders after it.
    """
    parts = by_name(recorder.orders.values())
    sent = [name for name in names if name.symbol in parts]
    reports = write_tca(
        folder,
        recorder,
        [whole_order(name, parts[name.symbol], planned_path(plan, name.symbol)) for name in sent],
    )
    links = {before(name.symbol): f"{name.symbol}-pretrade.html" for name in names}
    index = name_index(names, costs, reports, links | {symbol: f"{symbol}-tca.html" for symbol in reports})
    (folder / "index.html").write_text(html(index), encoding="utf-8")
    (folder / "index.md").write_text(markdown(index), encoding="utf-8")
