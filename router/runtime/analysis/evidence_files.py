"""Evidence packs on disk: made from a journal, written to a folder of their own, read back. Decides nothing."""

from __future__ import annotations

import errno
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from fixspec.logs import LogRecord, read_log
from router.runtime.analysis.journal_cases import cut_words, opened
from router.tca.evidence.evidence import find_parent, gather
from router.tca.evidence.pack import Source, build_pack
from router.tca.facts.record import OrderRecord

_OF_AN_ORDER: Final = frozenset({"D", "F", "G", "H", "8", "9"})


def make_pack(
    journal: Path, parent: str, *, until: int | None = None, fix_log: Path | None = None, fix_text: str | None = None
) -> dict[str, bytes]:
    """The files of the pack of `parent`, of the journal up to input `until`.

    The journal may be in use: what it has not yet answered is left out, and a line on stderr says so. The client's
    messages come out of `fix_log`, or are given as `fix_text`. Raises UnknownParentError, JournalError and UntiedError;
    chains that do not hold end the command.
    """
    with opened(journal, until) as part:
        recorder = part.record()
        for line in cut_words(journal, recorder):
            click.echo(line, err=True)
        # A pack says of what input it is, whether or not the journal has more: made again later, it is the same.
        recorder.cut = None
        record = find_parent(recorder, parent)
        evidence = gather(recorder, record, part.inputs(), part.outputs())
    text = fix_text if fix_log is None else _fix_messages(fix_log, record)
    source = Source(journal=journal.name, made_by=version("sluice"), fix_messages=text)
    return build_pack(recorder, evidence, source)


def _fix_messages(path: Path, record: OrderRecord) -> str:
    """The messages of the order in a client's FIX log, as they stand there, a line each."""
    asked = [record.request] if record.request else []
    names = {record.cl_ord_id, *(each.cl_ord_id for each in asked), *(each.cl_ord_id for _, each in record.amendments)}
    found = (item.raw for item in read_log(path) if isinstance(item, LogRecord) and _is_of(item, record, names))
    return "".join(f"{raw}\n" for raw in found)


def _is_of(item: LogRecord, record: OrderRecord, names: set[str]) -> bool:
    message = item.message
    # A client's own log may show what it sent before the session put the CompIDs in.
    peers = [each for each in (message.get(49), message.get(56)) if each]
    if message.get(35) not in _OF_AN_ORDER or (peers and record.client not in peers):
        return False
    return bool({message.get(11), message.get(41)} & names) or message.get(37) == record.order_id


def write_pack(out: Path, files: dict[str, bytes]) -> None:
    """Write the files into `out`, which must be new or empty; raises FileExistsError otherwise."""
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(errno.EEXIST, "not empty: an evidence pack has a folder of its own", str(out))
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)


def read_pack(folder: Path) -> dict[str, bytes]:
    """Every file in the folder by name; a folder in it is no file of a pack, and is named with a slash."""
    return {
        path.name if path.is_file() else f"{path.name}/": path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.iterdir())
    }
