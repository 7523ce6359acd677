"""The calibration for a reader: one HTML page with nothing to fetch, and the same tables as Markdown. Returns text.

Shows, never reckons: every figure is `calibration`'s, with its unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from router.tca.queues.calibration import Calibration, Forecast, PlaceError, best_model
from router.tca.queues.calibration_pictures import errors_picture, fills_picture
from router.tca.templating import environment

NOTHING: Final = "\N{EN DASH}"


class Report:
    """Everything that is said of `markets`, and of all of them together where they are several (`together`).

    `drawn` names the forecasts of the picture of fills.
    """

    def __init__(self, markets: Sequence[Calibration], together: Calibration, drawn: Sequence[str]) -> None:
        self.markets = tuple(markets)
        self.together = together
        self.all = self.markets if len(self.markets) == 1 else (*self.markets, together)
        self.best, self.score = best_model(self.markets)
        self.errors_svg = errors_picture(self.all)
        self.fills_svg = fills_picture(self.markets, drawn)

    def html(self) -> str:
        """The page."""
        templates = environment()
        templates.globals |= {
            "count": count,
            "percent": percent,
            "rank": rank,
            "score4": score4,
            "shares": shares,
            "signed": signed,
            "whole": whole,
        }
        return templates.get_template("calibration.html.j2").render(
            calibrations=self.all,
            chosen=self.together.chosen,
            best=self.best,
            score=self.score,
            errors_svg=Markup(self.errors_svg),  # noqa: S704 - drawn by us; matplotlib escapes its labels
            fills_svg=Markup(self.fills_svg),  # noqa: S704 - as above
        )

    def markdown(self) -> str:
        """The tables, without the deciles."""
        return "\n".join(line for each in self.all for line in _markdown(each))


def error_cells(error: PlaceError) -> tuple[str, str, str, str, str]:
    """One model's row: model, bias, mean absolute error, of the level, rank correlation."""
    return error.model, signed(error.bias), shares(error.mean_abs), percent(error.of_level), rank(error.rank)


def forecast_cells(forecast: Forecast) -> tuple[str, str, str, str]:
    """One forecast's row: name, Brier score, that of always saying the observed part, mean distance over deciles."""
    return forecast.name, score4(forecast.brier), score4(forecast.climate), percent(forecast.off)


ERROR_HEADS: Final = ("model", "bias, shares", "mean absolute error, shares", "of the level", "rank correlation")
FORECAST_HEADS: Final = ("forecast", "Brier score", "of the observed part", "off, mean over deciles")


def _markdown(each: Calibration) -> Iterator[str]:
    yield f"## {each.market}\n"
    yield (
        f"{count(each.orders)} orders rested, {count(each.traded)} traded; {count(each.samples)} samples, "
        f"{count(each.mean_ahead)} shares ahead and {count(each.mean_shown)} in the level on average.\n"
    )
    yield from _table(ERROR_HEADS, [error_cells(error) for error in each.errors])
    for horizon in each.horizons:
        decided = horizon.bets - horizon.lost
        yield f"Filled within {horizon.seconds:g} s: {percent(horizon.filled)} of {count(decided)} bets.\n"
        yield from _table(FORECAST_HEADS, [forecast_cells(forecast) for forecast in horizon.forecasts])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


# --- figures as text


def count(number: float) -> str:
    """A number of things, or of shares where a part of one says nothing."""
    return f"{number:,.0f}"


def shares(number: float) -> str:
    """Shares to a tenth."""
    return f"{number:,.1f}"


def signed(number: float) -> str:
    """Shares to a tenth, with their sign."""
    return f"{number:+,.1f}"


def percent(part: float) -> str:
    """A part as per cent, to a tenth."""
    return f"{part:.1%}"


def whole(part: float) -> str:
    """A part in whole per cent, without the sign."""
    return f"{part * 100:.0f}"


def score4(score: float) -> str:
    """A Brier score."""
    return f"{score:.4f}"


def rank(correlation: float | None) -> str:
    """A rank correlation, or a dash where there is none."""
    return NOTHING if correlation is None else f"{correlation:.3f}"
