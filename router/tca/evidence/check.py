"""Whether an evidence pack is what its manifest says, and whether the journal says the same. Knows no file.

Three questions, each answered by a list of what is wrong: are the files those of the manifest; is every line that the
pack quotes in the journal, with chains that stand where the manifest has them; is every child and every trade in those
lines, and the other way about. That the pack leaves nothing out is shown by making it anew (`differences`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from router.core.types import ExecType
from router.journal import Heads, InputLine, JournalBrokenError, OutputLine, take_outputs, verify_one
from router.tca.evidence.evidence import KeptLine
from router.tca.evidence.pack import FORMAT, KIND, MANIFEST, Manifest

_TRADES: Final = (ExecType.TRADE.value, ExecType.TRADE_CORRECT.value)


class PackError(Exception):
    """What is there is no evidence pack that this version reads."""


def read_manifest(files: Mapping[str, bytes]) -> Manifest:
    """The manifest among a pack's files; raises PackError."""
    if MANIFEST not in files:
        raise PackError(f"no {MANIFEST}: not an evidence pack")
    try:
        manifest = msgspec.json.decode(files[MANIFEST], type=Manifest)
    except msgspec.DecodeError as error:
        raise PackError(f"{MANIFEST}: {error}") from None
    if (manifest.kind, manifest.format) != (KIND, FORMAT):
        raise PackError(f"{MANIFEST}: {manifest.kind} of format {manifest.format}, this version reads {KIND} {FORMAT}")
    return manifest


def file_problems(manifest: Manifest, files: Mapping[str, bytes]) -> list[str]:
    """Files that are missing, strange, or not of their SHA-256."""
    marks = {mark.name: mark for mark in manifest.files}
    missing = [f"{name}: missing" for name in marks if name not in files]
    strange = [f"{name}: not in the manifest" for name in files if name not in marks and name != MANIFEST]
    changed = [
        f"{name}: its SHA-256 is {found}, the manifest has {mark.sha256}"
        for name, mark in marks.items()
        if name in files and (found := sha256(files[name]).hexdigest()) != mark.sha256
    ]
    return [*missing, *strange, *changed]


def quoted_lines(files: Mapping[str, bytes]) -> list[KeptLine]:
    """The journal's lines that the pack quotes; raises PackError."""
    try:
        return [msgspec.json.decode(line, type=KeptLine) for line in files["lines.jsonl"].splitlines()]
    except (KeyError, msgspec.DecodeError) as error:
        raise PackError(f"lines.jsonl cannot be read: {error}") from None


def journal_problems(
    manifest: Manifest, lines: Iterable[KeptLine], inputs: Iterable[InputLine], outputs: Iterable[OutputLine]
) -> list[str]:
    """Chains that do not stand where the manifest has them, and quoted lines that are not in the journal so."""
    wanted = {(line.table, line.seq, line.n): line for line in lines}
    heads, last = Heads(), 0
    take = take_outputs(outputs)
    found: dict[tuple[str, int, int | None], tuple[str, str]] = {}
    try:
        for line in inputs:
            said = take(line.seq)
            heads, last = verify_one(heads, last + 1, line, said), line.seq
            if ("inputs", line.seq, None) in wanted:
                found["inputs", line.seq, None] = line.hash.hex(), line.body.decode()
            for out in said:
                if ("outputs", out.seq, out.n) in wanted:
                    found["outputs", out.seq, out.n] = out.hash.hex(), out.body.decode()
    except JournalBrokenError as error:
        return [str(error)]
    mark = manifest.journal
    stands = (last, heads.inputs.hex(), heads.outputs.hex())
    problems = []
    if stands != (mark.last_input, mark.inputs_head, mark.outputs_head):
        problems.append(f"the journal's chains do not stand where the manifest has them after input {mark.last_input}")
    return [
        *problems,
        *(
            f"lines.jsonl: {table} {seq}{'' if n is None else f'/{n}'} is not so in the journal"
            for (table, seq, n), line in wanted.items()
            if found.get((table, seq, n)) != (line.hash, line.body)
        ),
    ]


def content_problems(files: Mapping[str, bytes], lines: Iterable[KeptLine]) -> list[str]:
    """Children and trades of the pack that its lines do not hold, and the other way about."""
    outputs = [msgspec.json.decode(line.body) for line in lines if line.table == "outputs"]
    return [*_child_problems(files, outputs), *_fill_problems(files, outputs)]


def _child_problems(files: Mapping[str, bytes], outputs: list[dict[str, Any]]) -> Iterator[str]:
    sent = {row["child_id"]: (row["venue"], row["qty"]) for row in outputs if row["type"] == "SendChild"}
    named = {
        row["child_id"]: (row["venue"], row["terms"][0]["qty"])
        for row in msgspec.json.decode(files["children.json"])["children"]
    }
    yield from _unlike("children.json: child", named, sent)


def _fill_problems(files: Mapping[str, bytes], outputs: list[dict[str, Any]]) -> Iterator[str]:
    told: dict[str, tuple[int, int]] = {}
    for row in outputs:
        if row["type"] != "ExecReport":
            continue
        if row["exec_type"] in {*_TRADES, ExecType.TRADE_CANCEL.value}:
            told.pop(row.get("exec_ref_id") or "", None)
        if row["exec_type"] in _TRADES:
            told[row["exec_id"]] = (row["last_qty"], row["last_px"])
    fills = msgspec.json.decode(files["fills.json"])["fills"]
    yield from _unlike("fills.json: ExecID(17)", {row["exec_id"]: (row["qty"], row["px"]) for row in fills}, told)


def _unlike(what: str, named: Mapping[str, object], told: Mapping[str, object]) -> Iterator[str]:
    yield from (f"{what} {each} is not in the quoted lines so" for each in named if named[each] != told.get(each))
    yield from (f"{what} {each} of the quoted lines is missing" for each in told if each not in named)


def differences(files: Mapping[str, bytes], anew: Mapping[str, bytes]) -> list[str]:
    """Files that are not what the journal gives when the pack is made of it again."""
    return [
        f"{name}: made anew, it is different" for name in sorted({*files, *anew}) if files.get(name) != anew.get(name)
    ]
