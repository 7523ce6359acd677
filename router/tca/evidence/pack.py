"""An evidence pack as files in memory: name to bytes, the same bytes from the same journal. Writes none of them.

The index shows, the JSON files hold. `manifest.json` names every other file with its SHA-256, and where the journal's
chains stood; its schema is docs/schemas/evidence-manifest.schema.json. What concerns others than the order's client
stays out: of the configuration there are this client's profile, the venues and the instrument, and the hash of all.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from router.journal import FORMAT as JOURNAL_FORMAT
from router.tca.evidence.evidence import Evidence
from router.tca.evidence.page import html_text, markdown_text
from router.tca.facts.case import Case, cases
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder
from router.tca.footprint.leakage import Markets
from router.tca.report.tca_report import Beside, TcaReports, tca_report
from router.tca.report.tca_text import tables

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FIX_MESSAGES: Final = "fix-messages.txt"
WHAT: Final = {
    "index.html": "the pack to read, in one page",
    "index.md": "the same as Markdown",
    "instruction.json": "what the client asked: the order, each request to change it, and the outcome",
    "limits.json": "each risk rule with its limit and value, at arrival and at the last gate for each child",
    "decisions.json": "each decision: the market and every venue's quote, the venues weighed and why each lost",
    "children.json": "each child order: as sent, each replace, its end",
    "fills.json": "trades as they stand, and trades taken back",
    "tca.json": "what the order cost: the report of `sluice tca --json`, of its schema",
    "settings.json": "the client's profile, the venues with fees, the instrument and the rules of the day",
    "lines.jsonl": "every line of the journal that concerns the order, whole, with its hash",
    FIX_MESSAGES: "the client's FIX messages of this order, from a FIX log",
}


class JournalMark(Struct, frozen=True):
    """Which journal, and where its chains stood: the hashes after input `last_input`, in hex."""

    file: str
    format: int
    last_input: int
    inputs_head: str
    outputs_head: str
    instance: str
    market: str
    version: str
    config_sha256: str


class FileMark(Struct, frozen=True):
    """One file of the pack."""

    name: str
    what: str
    bytes: int
    sha256: str


class OrderMark(Struct, frozen=True):
    """Which order."""

    order_id: str
    cl_ord_id: str
    client: str
    symbol: str
    side: str
    status: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the pack holds and of what; `commands` reproduce and check it."""

    kind: str
    format: int
    made_by: str
    order: OrderMark
    journal: JournalMark
    files: tuple[FileMark, ...]
    commands: tuple[str, ...]


KIND: Final = "sluice-evidence-pack"


class Source(Struct, frozen=True):
    """Where a pack comes from: the journal file's name, this version, and the client's FIX messages where there are."""

    journal: str
    made_by: str
    fix_messages: str | None = None


def build_pack(recorder: Recorder, evidence: Evidence, source: Source) -> dict[str, bytes]:
    """Every file of the pack by name, the manifest last; raises `UntiedError` where fills and reports disagree."""
    report = tca_report(evidence.case, beside=Beside(markets=_markets(recorder, evidence.case)))
    mark = _journal_mark(recorder, evidence, source)
    commands = _commands(evidence, source)
    cost = tuple(tables(report))
    shown = {"evidence": evidence, "cost": cost, "journal": mark, "commands": commands, "source": source}
    files = {
        "index.html": html_text(shown).encode(),
        "index.md": markdown_text(shown).encode(),
        "instruction.json": _json(_instruction(evidence)),
        "limits.json": _json(_limits(evidence)),
        "decisions.json": _json({"price_scale": _scale(evidence), "decisions": evidence.decisions}),
        "children.json": _json(_children(evidence)),
        "fills.json": _json(_fills(evidence)),
        "tca.json": _json(TcaReports(reports=(report,))),
        "settings.json": _json(_settings(recorder, evidence)),
        "lines.jsonl": b"".join(_encoder.encode(line) + b"\n" for line in evidence.lines),
    }
    if source.fix_messages is not None:
        files[FIX_MESSAGES] = source.fix_messages.encode()
    manifest = Manifest(
        kind=KIND,
        format=FORMAT,
        made_by=source.made_by,
        order=_order_mark(evidence.record),
        journal=mark,
        files=tuple(FileMark(name, WHAT[name], len(data), sha256(data).hexdigest()) for name, data in files.items()),
        commands=commands,
    )
    return files | {MANIFEST: _json(manifest)}


def _markets(recorder: Recorder, case: Case) -> Markets:
    """The order's market with the activity of the journal's other orders."""
    others = (each for each in cases(recorder) if each.record is not case.record)
    return Markets([case, *others])


_encoder: Final = msgspec.json.Encoder()


def _json(value: object) -> bytes:
    """Indented, for people who open it; field order is the structs'."""
    return msgspec.json.format(_encoder.encode(value), indent=2) + b"\n"


def _scale(evidence: Evidence) -> int:
    return evidence.case.instrument.price_scale


def _order_mark(record: OrderRecord) -> OrderMark:
    return OrderMark(
        record.order_id, record.cl_ord_id, record.client, record.symbol, record.side.name, record.status.name
    )


def _journal_mark(recorder: Recorder, evidence: Evidence, source: Source) -> JournalMark:
    genesis = recorder.genesis
    return JournalMark(
        file=source.journal,
        format=JOURNAL_FORMAT,
        last_input=evidence.last_seq,
        inputs_head=evidence.heads.inputs.hex(),
        outputs_head=evidence.heads.outputs.hex(),
        instance=genesis.instance if genesis else "",
        market=genesis.market if genesis else "",
        version=genesis.version if genesis else "",
        config_sha256=sha256((genesis.config_json if genesis else "").encode()).hexdigest(),
    )


def _commands(evidence: Evidence, source: Source) -> tuple[str, ...]:
    order = evidence.record.order_id
    log = " --fix-log LOG" if source.fix_messages is not None else ""
    return (
        f"sluice replay {source.journal}",
        f"sluice bestex pack {source.journal} --parent {order} --until {evidence.last_seq}{log} --out DIR",
        f"sluice bestex check DIR --journal {source.journal}",
    )


def _instruction(evidence: Evidence) -> dict[str, Any]:
    record = evidence.record
    return {
        "price_scale": _scale(evidence),
        "received_at": record.arrived_at,
        "order": record.request,
        "order_missing": "" if record.request else "the journal does not hold the client's request",
        "amendments": [{"at": at, "request": request} for at, request in record.amendments],
        "algorithm": record.algorithm,
        "quantities": [{"at": at, "order_qty": qty} for at, qty in record.quantities],
        "outcome": {
            "ord_status": record.status,
            "status": record.status.name,
            "text": record.text,
            "ended_at": record.ended_at,
            "cum_qty": record.cum_qty,
            "notional_quanta": record.notional,
        },
    }


def _limits(evidence: Evidence) -> dict[str, Any]:
    known = evidence.client is not None
    return {
        "arrival": evidence.arrival_checks,
        "arrival_market": evidence.arrival,
        "missing": "" if known else "the configuration in the journal has no profile of this client",
        "refused_at_gate": evidence.record.refused_at_gate,
        "gate": [
            {"seq": sent.seq, "at": sent.at, "child_id": sent.command.child_id, "checks": sent.checks}
            for sent in evidence.sent
        ],
    }


def _children(evidence: Evidence) -> dict[str, Any]:
    sent = [{"seq": each.seq, "at": each.at, "command": each.command, "market": each.market} for each in evidence.sent]
    return {"price_scale": _scale(evidence), "children": evidence.record.children, "sent": sent}


def _fills(evidence: Evidence) -> dict[str, Any]:
    record = evidence.record
    return {
        "price_scale": _scale(evidence),
        "fills": list(record.fills.values()),
        "busted": [{"at": at, "fill": fill} for at, fill in record.busted],
    }


def _settings(recorder: Recorder, evidence: Evidence) -> dict[str, Any]:
    config = recorder.config
    return {
        "client": evidence.client,
        "instrument": evidence.case.instrument,
        "venues": config.venues if config else (),
        "rules": config.rules if config else (),
        "router": config.router if config else None,
    }
