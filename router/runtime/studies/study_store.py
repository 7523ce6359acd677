"""A study's folder: what it asked, each cell as it came, and at the end everything in Parquet.

study.json          the question, and the digest of the settings that it stands on; another question is refused
cells/000012.json   one file a cell, whole or not there: written aside and moved
outcomes.parquet    every order of every cell, in the order of cells (`router.tca.universe.outcome_file`)
cells.parquet       a row a cell: setting, seed, digest, orders without a cost, error
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from router.tca.study.plan import StudyError, canonical
from router.tca.study.result import CellResult

Kind = TypeVar("Kind")

MANIFEST: Final = "study.json"
CELLS: Final = "cells"
OUTCOMES: Final = "outcomes.parquet"
CELLS_TABLE: Final = "cells.parquet"


class Manifest(Struct, frozen=True, kw_only=True):
    """What the cells of a folder are of."""

    asked: dict[str, object]
    """The study, or what else the cells follow from."""
    settings: str
    """SHA-256 of engine configuration and market (`study_run.config_digest`)."""
    version: str


class StudyStore:
    """The folder of one study. Opening it writes the manifest, or holds it against the one that is there."""

    def __init__(self, folder: Path, asked: Struct, settings: str) -> None:
        # Looked for at the beginning: who lacks the extra should not learn it when all cells are worked.
        from router.tca.study.table import write_cells  # noqa: PLC0415 - as above
        from router.tca.universe.outcome_file import write_outcomes  # noqa: PLC0415 - pyarrow is of the extra `analysis`

        self._write_outcomes, self._write_cells = write_outcomes, write_cells
        self.folder = folder
        plain = msgspec.json.decode(canonical(asked))
        manifest = Manifest(asked=plain, settings=settings, version=version("sluice"))
        path = folder / MANIFEST
        if path.is_file():
            _refuse_other(path, manifest)
        elif folder.is_dir() and any(folder.iterdir()):
            raise StudyError(f"{folder}: must be empty or a study's: it has files, and no {MANIFEST}")
        else:
            (folder / CELLS).mkdir(parents=True, exist_ok=True)
            _write_whole(path, msgspec.json.format(canonical(manifest), indent=1) + b"\n")

    def done(self) -> dict[int, CellResult]:
        """Cells that are whole and went well, by number; the others are for the next run."""
        found = [_decode(path, CellResult) for path in sorted((self.folder / CELLS).glob("*.json"))]
        return {each.number: each for each in found if each.result is not None}

    def add(self, result: CellResult) -> None:
        """Keep one cell."""
        _write_whole(self.folder / CELLS / f"{result.number:06}.json", msgspec.json.encode(result) + b"\n")

    def write_tables(self, results: Sequence[CellResult]) -> None:
        """Both Parquet files, from all cells in order of number; the same cells give the same bytes."""
        ordered = sorted(results, key=lambda each: each.number)
        self._write_outcomes(self.folder / OUTCOMES, [outcome for each in ordered for outcome in each.outcomes])
        self._write_cells(self.folder / CELLS_TABLE, ordered)


def _refuse_other(path: Path, manifest: Manifest) -> None:
    kept = _decode(path, Manifest)
    for name in Manifest.__struct_fields__:
        if getattr(kept, name) != getattr(manifest, name):
            raise StudyError(f"{path}: is of another study: {_differs(name, kept, manifest)}; take another --out")


def _differs(name: str, kept: Manifest, manifest: Manifest) -> str:
    if name != "asked":
        return f"{name} was {getattr(kept, name)}, is {getattr(manifest, name)}"
    keys = dict.fromkeys([*kept.asked, *manifest.asked])
    return f"{', '.join(key for key in keys if kept.asked.get(key) != manifest.asked.get(key))} changed"


def _decode(path: Path, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise StudyError(f"{path}: cannot be read: {error}") from None


def _write_whole(path: Path, body: bytes) -> None:
    """Aside first: a file that is there is whole, whenever the power went."""
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
