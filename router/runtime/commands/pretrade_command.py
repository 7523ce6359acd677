"""`sluice pretrade`: what an order should cost before it is sent, how to work it, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click
import msgspec

from router.core.types import Side
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.analysis.pretrade_question import Asked, question_of
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.plugins import load_algos
from router.runtime.settings import Settings
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.question import Overrides
from router.tca.pretrade.rules import Urgency

if TYPE_CHECKING:
    from router.tca.pretrade.documents import PreTrade

SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL, "short": Side.SELL_SHORT}
URGENCIES: Final = ("Low", "Medium", "High")
NUMBERS: Final = (
    "price",
    "adv",
    "vol",
    "spread",
    "shares_outstanding",
    "max_participation",
    "momentum",
    "concentration",
    "horizon",
)
"""Options that are numbers, or left out."""
FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command("pretrade", help=__doc__)
@HOME_OPTION
@click.option("--symbol", required=True, help="Symbol(55), one of instruments.toml.")
@click.option("--side", required=True, type=click.Choice(list(SIDES)), help="Side(54).")
@click.option("--qty", required=True, type=int, help="OrderQty(38), shares.")
@click.option("--day", help="YYYYMMDD; default: the next session that has not opened.")
@click.option("--start", help="HH:MM by the clock of the exchange; default: the open.")
@click.option("--horizon", type=float, help="Minutes from the start at most, on each date; default: until the close.")
@click.option("--days", type=int, help="Trading dates that it may take at most, good till the last; default: 1.")
@click.option("--until", help="The same by its ExpireDate(432), YYYYMMDD.")
@click.option("--urgency", type=click.Choice(URGENCIES, case_sensitive=False), help="Default: by the rules.")
@click.option("--max-participation", type=float, help="Part of all volume at most; default: by urgency.")
@click.option("--profile", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A symbol profile: Parquet of `sluice profile`, or JSON by hand.")  # fmt: skip
@click.option("--client", help="CompID of clients.toml whose limits it is held against; default: everybody's.")
@click.option("--limit", help="Price(44), decimal: held against the limits; the estimate is of an order without one.")
@click.option("--price", type=float, help="Currency a share, instead of what is known.")
@click.option("--adv", type=float, help="Average daily volume, shares, likewise.")
@click.option("--vol", type=float, help="Daily volatility, a fraction of the price (0.02 is 2 %), likewise.")
@click.option("--spread", type=float, help="Quoted spread, currency a share, likewise.")
@click.option("--shares-outstanding", type=float, help="Shares of the company; default: assumed from ADV.")
@click.option("--momentum", type=float, default=0.0, help="Expected return of the price a day, a fraction; 0.")
@click.option("--regime", default="normal", show_default=True, help="A regime of impact.toml.")
@click.option("--concentration", type=float, default=0.0, help="This order's part of its sector's trading; 0.")
@click.option("--json", "as_json", is_flag=True, help="The documents as JSON (docs/schemas/pretrade.json).")
@click.option("--markdown", is_flag=True, help="The documents as Markdown.")
@click.option("--html", type=FILE, help="Write the documents as a page here.")
def command(**options: object) -> None:
    """Estimate every installed algorithm by every impact model, and recommend one."""
    home = cast("Path | None", options["home"])
    with errors_as_lines():
        settings = settings_of(home)
        document = _document(settings, options)
        _show(document, options)


def _document(settings: Settings, options: dict[str, object]) -> PreTrade:
    from router.tca.pretrade.assess import assess  # noqa: PLC0415 - numpy is for those who estimate
    from router.tca.pretrade.fill import fill  # noqa: PLC0415 - as above

    algos = load_algos()
    try:
        question = question_of(settings, _asked(options), datetime.now(UTC))
        impact = read_impact(settings.config)
        assessment = assess(question, impact.on(question.session.day), impact.pretrade, algos)
    except ImpactInputError as error:
        raise click.ClickException(str(error)) from None
    return fill(assessment, algos[assessment.choice.evaluation.candidate.strategy])


def _asked(options: dict[str, object]) -> Asked:
    """The options as what is asked; those of other kinds are left to `_show`."""
    number = {name: cast("float | None", options[name]) for name in NUMBERS}
    overrides = Overrides(
        price=number["price"],
        adv=number["adv"],
        sigma=number["vol"],
        spread=number["spread"],
        shares_outstanding=number["shares_outstanding"],
        max_participation=number["max_participation"],
        momentum=number["momentum"] or 0.0,
        concentration=number["concentration"] or 0.0,
        regime=str(options["regime"]),
    )
    return Asked(
        symbol=str(options["symbol"]),
        side=SIDES[str(options["side"])],
        qty=cast("int", options["qty"]),
        day=cast("str | None", options["day"]),
        start=cast("str | None", options["start"]),
        horizon_minutes=number["horizon"],
        urgency=cast("Urgency | None", options["urgency"]),
        profile=cast("Path | None", options["profile"]),
        overrides=overrides,
        days=cast("int | None", options["days"]),
        until=cast("str | None", options["until"]),
        client=cast("str | None", options["client"]),
        limit=cast("str | None", options["limit"]),
    )


def _show(document: PreTrade, options: dict[str, object]) -> None:
    page = cast("Path | None", options["html"])
    if page is not None:
        from router.tca.pretrade.page import render  # noqa: PLC0415 - jinja2 only where a page is asked for

        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(render(document), encoding="utf-8")
    if options["as_json"]:
        click.echo(msgspec.json.format(msgspec.json.encode(document)))
    elif options["markdown"]:
        from router.tca.pretrade.markdown import render as as_markdown  # noqa: PLC0415 - as above

        click.echo(as_markdown(document), nl=False)
    elif page is not None:
        click.echo(f"{page}: {document.execution_strategy.algorithm} recommended")
    else:
        from router.runtime.commands.pretrade_view import show  # noqa: PLC0415 - rich only for a terminal

        show(document)
