"""All models with the numbers in force on a day: `impact.toml` as data. Knows no file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from router.tca.impact.almgren_2003 import Almgren2003
from router.tca.impact.almgren_2005 import Almgren2005
from router.tca.impact.almgren_chriss import AlmgrenChriss
from router.tca.impact.general import General
from router.tca.impact.istar import IStar
from router.tca.impact.obizhaeva_wang import ObizhaevaWang
from router.tca.impact.square_root import SquareRoot
from router.tca.impact.terms import ImpactInputError, ParametricModel

M = TypeVar("M", bound=ParametricModel)


class Models(Struct, frozen=True):
    """Every model, in the order in which they are shown."""

    almgren_2005: Almgren2005
    i_star: IStar
    square_root: SquareRoot
    almgren_chriss: AlmgrenChriss
    almgren_2003: Almgren2003
    obizhaeva_wang: ObizhaevaWang
    general: General

    @property
    def all(self) -> tuple[ParametricModel, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__)


class ModelTables(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The model tables of `impact.toml`: each model's numbers by date, the last not after a day in force."""

    almgren_2005: tuple[Almgren2005, ...]
    i_star: tuple[IStar, ...]
    square_root: tuple[SquareRoot, ...]
    almgren_chriss: tuple[AlmgrenChriss, ...]
    almgren_2003: tuple[Almgren2003, ...]
    obizhaeva_wang: tuple[ObizhaevaWang, ...]
    general: tuple[General, ...]

    def on(self, day: str) -> Models:
        """The models with the numbers in force on `day` (YYYYMMDD). ImpactInputError where one has none yet."""
        return Models(*(in_force(getattr(self, name), name, day) for name in Models.__struct_fields__))


def in_force(sets: Sequence[M], name: str, day: str) -> M:
    """The last set that begins not after `day`."""
    begun = [each for each in sets if each.from_date <= day]
    if not begun:
        first = min((each.from_date for each in sets), default="none")
        raise ImpactInputError(f"{name.replace('_', '-')}: parameters begin on {first}: got a day of {day}")
    return max(begun, key=lambda each: each.from_date)
