"""The documents as one HTML page with nothing to fetch. Returns text; writes no file. Text from outside is escaped."""

from __future__ import annotations

from markupsafe import Markup

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.picture import frontier_picture, legend, lines_drawn
from router.tca.pretrade.sections import SIGN, bps, chapters, headline, interval, number
from router.tca.templating import environment


def render(document: PreTrade) -> str:
    """The page."""
    templates = environment()
    templates.filters |= {"bps": bps, "interval": interval}
    strategy = document.execution_strategy
    return templates.get_template("pretrade.html.j2").render(
        strategy=strategy,
        headline=headline(strategy.order),
        best=next(each for each in document.strategies if each.recommended),
        cost={each.name: each.figure for each in strategy.cost},
        number=number,
        sign=SIGN,
        chapters=chapters(document),
        picture=Markup(frontier_picture(document)),  # noqa: S704 - drawn by us, its texts are escaped
        legend=legend(document),
        frontiers=lines_drawn(document),
    )
