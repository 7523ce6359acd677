"""The pack: its files, their hashes, the schema of the manifest, and what the index shows."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace

from router.tca.evidence.evidence import gather
from router.tca.evidence.pack import MANIFEST, WHAT, Source, build_pack
from router.tca.evidence.page import markdown
from router.tca.facts.case import case_of
from router.tca.facts.recorder import Recorder
from router.tca.report.tca_report import TcaReports, schema, tca_report
from support.sec_day import sec_day
from support.tca_day import Said, lines

SCHEMA = Path(__file__).parents[4] / "docs/schemas/evidence-manifest.schema.json"
SOURCE = Source(journal="journal.sqlite3", made_by="1.2.3")
EVIL = "<script>alert(1)</script>|*x*\n# y"


def pack(order_id: str, said: list[Said] | None = None, source: Source = SOURCE) -> dict[str, bytes]:
    recorder = Recorder()
    inputs, outputs = lines(said or sec_day())
    recorder.follow(inputs, outputs)
    record = recorder.orders[order_id]
    return build_pack(recorder, gather(recorder, record, inputs, outputs), source)


def read(files: dict[str, bytes], name: str) -> Any:  # noqa: ANN401 - what a JSON file holds
    return json.loads(files[name])


@pytest.mark.parametrize("order_id", ["O1", "O2", "O3", "O4", "O5"])
def test_the_manifest_is_of_its_schema_and_names_every_other_file_with_its_hash(order_id: str) -> None:
    files = pack(order_id)
    manifest = read(files, MANIFEST)

    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()), jsonschema.Draft202012Validator)
    assert [mark["name"] for mark in manifest["files"]] == [name for name in files if name != MANIFEST]
    assert all(mark["sha256"] == sha256(files[mark["name"]]).hexdigest() for mark in manifest["files"])
    assert all(mark["bytes"] == len(files[mark["name"]]) for mark in manifest["files"])


def test_the_same_journal_gives_the_same_bytes() -> None:
    assert pack("O1") == pack("O1")


def test_fills_stand_as_corrected_and_what_was_taken_back_is_told_with_its_time() -> None:
    fills = read(pack("O2"), "fills.json")

    assert [(fill["exec_id"], fill["qty"], fill["px"]) for fill in fills["fills"]] == [("E10", 400, 399_800)]
    assert [(each["fill"]["exec_id"], each["fill"]["qty"]) for each in fills["busted"]] == [("E8", 200)]


def test_a_refused_order_has_its_words_and_the_limit_in_the_index() -> None:
    page = pack("O5")["index.html"].decode()

    assert "maximum quantity: OrderQty(38) 2,000,000 is above the limit 1,000,000" in page
    assert "broken" in page
    assert "None was sent." in page


def test_settings_are_the_clients_own_and_no_others() -> None:
    files = pack("O1")

    assert read(files, "settings.json")["client"]["comp_id"] == "EMS44"
    assert all("Genesis" not in line for line in files["lines.jsonl"].decode().splitlines())


def test_a_clients_text_is_escaped_in_html_and_in_markdown() -> None:
    said = [
        (at, replace(event, account=EVIL) if type(event).__name__ == "NewOrder" else event, outs)
        for at, event, outs in sec_day()
    ]
    said = [
        (at, event, [replace(out, text=EVIL) if type(out).__name__ == "ExecReport" else out for out in outs])
        for at, event, outs in said
    ]

    files = pack("O1", said)

    page, text = files["index.html"].decode(), files["index.md"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in text
    assert r"&lt;script&gt;alert(1)&lt;/script&gt;\|\*x\* # y" in text


def test_nothing_is_fetched_and_links_are_to_files_of_the_pack() -> None:
    page = pack("O1", source=replace(SOURCE, fix_messages="8=FIX.4.4|35=D|\n"))["index.html"].decode()

    assert not re.search(r"https?:|@import|url\(|<(script|link|iframe|img)", page)
    assert set(re.findall(r'href="([^"]*)"', page)) <= {*WHAT, MANIFEST}


@pytest.mark.parametrize("order_id", ["O1", "O2", "O5"])
def test_the_cost_is_the_tca_report_of_its_schema(order_id: str) -> None:
    recorder = Recorder()
    recorder.follow(*lines(sec_day()))
    report = tca_report(case_of(recorder, recorder.orders[order_id]))

    cost = read(pack(order_id), "tca.json")

    jsonschema.validate(cost, schema(), jsonschema.Draft202012Validator)
    assert cost == json.loads(msgspec.json.encode(TcaReports(reports=(report,))))


def test_what_was_not_filled_has_no_average_price_and_says_why() -> None:
    (cost,) = read(pack("O5"), "tca.json")["reports"]

    assert (cost["order"]["avg_px"], cost["order"]["reasons"]["avg_px"]) == (None, "nothing was filled")


def test_the_index_shows_the_cost_against_arrival() -> None:
    page, text = pack("O2")["index.html"].decode(), pack("O2")["index.md"].decode()

    # 400 sold at 39.98 against an arrival mid of 40.01.
    benchmarks = text[text.index("### Benchmarks") :]
    row = next(line for line in benchmarks.splitlines() if line.startswith("| arrival"))
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["40.01", "7.50", "12.00"]
    assert "<td>7.50</td><td>12.00</td>" in page


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b`c", r"a\|b\`c"),
        ("[x](y)", r"\[x\](y)"),
        ("https://x www.x a@b", r"https:\//x www\.x a\@b"),
        ("a\nb\x00c\u2028d", "a b c d"),
        ("VWAP-1 0.50", "VWAP-1 0.50"),
    ],
)
def test_markdown_takes_a_text_as_text_on_one_line(text: str, written: str) -> None:
    assert markdown(text) == written


def test_where_venues_were_weighed_it_is_said_which_score_is_best() -> None:
    said = "Of the scores in one unit the least is best"

    weighed, refused = pack("O2"), pack("O5")

    assert [said in weighed[name].decode() for name in ("index.html", "index.md")] == [True, True]
    assert [said in refused[name].decode() for name in ("index.html", "index.md")] == [False, False]


def test_every_printed_page_of_the_index_says_the_sign() -> None:
    assert '@bottom-left { content: "Positive is a cost, for buys and for sells."' in pack("O2")["index.html"].decode()
