"""What is wrong with a pack, said: a file changed, a line that the journal has otherwise, a trade left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from router.tca.evidence.check import (
    PackError,
    content_problems,
    differences,
    file_problems,
    journal_problems,
    quoted_lines,
    read_manifest,
)
from router.tca.evidence.evidence import gather
from router.tca.evidence.pack import Source, build_pack
from router.tca.facts.recorder import Recorder
from support.sec_day import sec_day
from support.tca_day import lines

Files = dict[str, bytes]


@pytest.fixture(name="files")
def made() -> Files:
    recorder = Recorder()
    inputs, outputs = lines(sec_day())
    recorder.follow(inputs, outputs)
    record = recorder.orders["O2"]
    evidence = gather(recorder, record, inputs, outputs)
    return build_pack(recorder, evidence, Source("journal.sqlite3", "1.2.3"))


def edited(files: Files, name: str, edit: Callable[[Any], object]) -> Files:
    content = json.loads(files[name])
    edit(content)
    return files | {name: json.dumps(content).encode()}


def test_a_whole_pack_has_no_problem(files: Files) -> None:
    manifest, quoted = read_manifest(files), quoted_lines(files)

    assert file_problems(manifest, files) == []
    assert journal_problems(manifest, quoted, *lines(sec_day())) == []
    assert content_problems(files, quoted) == []


def test_a_file_that_is_changed_missing_or_strange_is_named(files: Files) -> None:
    manifest = read_manifest(files)
    wrong = {name: data for name, data in files.items() if name != "tca.json"}
    wrong |= {"index.md": b"!", "notes.txt": b""}

    missing, strange, changed = file_problems(manifest, wrong)

    assert missing == "tca.json: missing"
    assert strange == "notes.txt: not in the manifest"
    assert changed.startswith("index.md: its SHA-256 is bb7208bc9b5d7c04")


def test_a_line_that_the_journal_has_otherwise_is_named(files: Files) -> None:
    first, *others = quoted_lines(files)
    other = msgspec.structs.replace(first, body=first.body.replace("A2", "A9"))

    problems = journal_problems(read_manifest(files), [other, *others], *lines(sec_day()))

    assert problems == [f"lines.jsonl: inputs {first.seq} is not so in the journal"]


def test_another_journal_is_not_taken_for_this_one(files: Files) -> None:
    inputs, outputs = lines(sec_day()[:-1])

    problems = journal_problems(read_manifest(files), quoted_lines(files), inputs, outputs)

    last = len(sec_day())
    assert problems == [f"the journal's chains do not stand where the manifest has them after input {last}"]


def test_a_journal_with_a_changed_line_is_named_broken(files: Files) -> None:
    inputs, outputs = lines(sec_day())
    inputs[7] = msgspec.structs.replace(inputs[7], at=inputs[7].at + 1)

    problems = journal_problems(read_manifest(files), quoted_lines(files), inputs, outputs)

    assert problems == ["journal broken at inputs 8: its hash does not cover it"]


def test_a_trade_or_a_child_of_the_pack_that_no_line_tells_of_is_named(files: Files) -> None:
    quoted = quoted_lines(files)
    dearer = edited(files, "fills.json", lambda content: content["fills"][0].update(px=1))
    none = edited(files, "fills.json", lambda content: content["fills"].clear())
    childless = edited(files, "children.json", lambda content: content["children"].clear())

    assert content_problems(dearer, quoted) == ["fills.json: ExecID(17) E10 is not in the quoted lines so"]
    assert content_problems(none, quoted) == ["fills.json: ExecID(17) E10 of the quoted lines is missing"]
    assert content_problems(childless, quoted) == ["children.json: child C8 of the quoted lines is missing"]


def test_files_that_come_out_otherwise_are_named(files: Files) -> None:
    assert differences(files, files) == []
    assert differences(files, files | {"tca.json": b"{}"}) == ["tca.json: made anew, it is different"]


def test_what_is_no_pack_is_refused_with_the_reason(files: Files) -> None:
    other = edited(files, "manifest.json", lambda content: content.update(format=9))

    with pytest.raises(PackError, match=r"no manifest\.json: not an evidence pack"):
        read_manifest({})
    with pytest.raises(PackError, match=r"format 9, this version reads sluice-evidence-pack 1"):
        read_manifest(other)
    with pytest.raises(PackError, match=r"manifest\.json: Object missing required field"):
        read_manifest({"manifest.json": b"{}"})
    with pytest.raises(PackError, match=r"lines\.jsonl cannot be read"):
        quoted_lines({"lines.jsonl": b"x\n"})
