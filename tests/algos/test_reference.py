"""docs/algorithms.md is what the code says."""

from pathlib import Path

from algos.implementation_shortfall import ImplementationShortfall
from algos.pov import Pov
from algos.reference import reference
from algos.twap import Twap
from algos.vwap import Vwap


def test_the_page_is_fresh(repo: Path) -> None:
    """When it is not: python -m algos.reference > docs/algorithms.md."""
    page = (repo / "docs" / "algorithms.md").read_text(encoding="utf-8")

    assert page == reference([Twap, Vwap, Pov, ImplementationShortfall])


def test_each_algorithm_shows_its_own_parameters_and_not_the_shared_ones() -> None:
    section = reference([Pov]).partition("## POV")[2]

    names = [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines() if line.startswith("| ")]
    assert names == ["parameter", "ParticipationRate (849)", "Interval", "Patience", "Variance"]
