"""The tables of a TCA store: a row a thing, exact integers, enumerations as their FIX codes or the house's words.

Times are UTC ns, prices quanta, quantities shares, money Micros (millionths of the currency). `date` (YYYYMMDD, the
trading date) and `symbol` are folders, not columns of the files (Hive layout). An order is known by `journal` and
`order_id`. Knows no file.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

VERSION: Final = "2"
"""Of the tables; a file of another version is refused, never guessed at."""
VERSION_KEY: Final = b"sluice.tca"

_TEXT: Final = pa.string()
_INT: Final = pa.int64()


def _schema(*fields: pa.Field) -> pa.Schema:
    return pa.schema(fields, metadata={VERSION_KEY: VERSION.encode()})


def _must(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


def _may(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind)


_POINT: Final = pa.struct([_must("at", _INT), _must("qty", _INT)])
_LIMIT: Final = pa.struct([_must("at", _INT), _may("px", _INT)])
_TERMS: Final = pa.struct([_must("at", _INT), _must("qty", _INT), _may("px", _INT)])
_REST: Final = pa.struct([_must("start", _INT), _must("end", _INT)])
_PLAN: Final = pa.struct([_must("at", _INT), _must("points", pa.list_(_POINT))])
_REQUEST: Final = pa.struct([_must("at", _INT), _must("event", _TEXT)])
_CANDIDATE: Final = pa.struct(
    [
        _must("venue", _TEXT),
        _must("qty", _INT),
        _may("px", _INT),
        _must("score", pa.float64()),
        _must("score_unit", _TEXT),
        _must("lost_by", _TEXT),
    ]
)

PARENTS: Final = _schema(
    _must("journal", _TEXT),
    _must("n", _INT),
    _must("order_id", _TEXT),
    _must("client", _TEXT),
    _must("cl_ord_id", _TEXT),
    _must("side", _TEXT),
    _must("algorithm", _TEXT),
    _must("currency", _TEXT),
    _must("price_scale", _INT),
    _must("multiplier", _INT),
    _must("qty", _INT),
    _may("limit_px", _INT),
    _must("status", _TEXT),
    _must("text", _TEXT),
    _must("arrived_at", _INT),
    _may("sent_at", _INT),
    _must("start", _INT),
    _may("end", _INT),
    _may("ended_at", _INT),
    _must("cum_qty", _INT),
    _must("notional", _INT),
    _must("fees", _INT),
    _may("arrival_mid2", _INT),
    _may("arrival2", _INT),
    _must("interval_start", _INT),
    _must("interval_end", _INT),
    _must("interval_volume", _INT),
    _must("interval_notional", _INT),
    _must("own_eligible", _INT),
    _must("refused_at_gate", _INT),
    _must("curve", _TEXT),
    _must("curve_days", _INT),
    _must("quantities", pa.list_(_POINT)),
    _must("limits", pa.list_(_LIMIT)),
    _must("rests", pa.list_(_REST)),
    _must("plans", pa.list_(_PLAN)),
    _may("request", _TEXT),
    _must("amendments", pa.list_(_REQUEST)),
)
CHILDREN: Final = _schema(
    _must("journal", _TEXT),
    _must("order_id", _TEXT),
    _must("n", _INT),
    _must("child_id", _TEXT),
    _must("at", _INT),
    _must("venue", _TEXT),
    _must("venue_kind", _TEXT),
    _must("reason", _TEXT),
    _must("ord_type", _TEXT),
    _must("tif", _TEXT),
    _may("px", _INT),
    _must("qty", _INT),
    _may("display_qty", _INT),
    _may("min_qty", _INT),
    _may("peg", _TEXT),
    _must("post_only", pa.bool_()),
    _must("conditional", pa.bool_()),
    _may("accepted_at", _INT),
    _must("replaced_at", pa.list_(_INT)),
    _must("terms", pa.list_(_TERMS)),
    _must("filled", _INT),
    _may("ended_at", _INT),
    _may("end", _TEXT),
)
FILLS: Final = _schema(
    _must("journal", _TEXT),
    _must("order_id", _TEXT),
    _must("n", _INT),
    _must("exec_id", _TEXT),
    _must("child_id", _TEXT),
    _must("at", _INT),
    _must("venue", _TEXT),
    _must("venue_kind", _TEXT),
    _may("reason", _TEXT),
    _may("liquidity", _TEXT),
    _must("kind", _TEXT),
    _must("qty", _INT),
    _must("px", _INT),
    _may("printed_qty", _INT),
    _may("printed_px", _INT),
    _must("currency", _TEXT),
    _must("traded", _INT),
    _must("fee", _INT),
    _may("busted_at", _INT),
)
DECISIONS: Final = _schema(
    _must("journal", _TEXT),
    _must("order_id", _TEXT),
    _must("n", _INT),
    _must("at", _INT),
    _must("reason", _TEXT),
    _must("qty", _INT),
    _may("bid", _INT),
    _may("ask", _INT),
    _must("child_ids", pa.list_(_TEXT)),
    _must("candidates", pa.list_(_CANDIDATE)),
)
QUOTES: Final = _schema(
    _must("journal", _TEXT),
    _must("at", _INT),
    _may("bid", _INT),
    _may("ask", _INT),
    _must("bid_qty", _INT),
    _must("ask_qty", _INT),
)
PRINTS: Final = _schema(
    _must("journal", _TEXT),
    _must("at", _INT),
    _must("px", _INT),
    _must("qty", _INT),
    _must("kind", _TEXT),
    _must("venue", _TEXT),
)
TABLES: Final[dict[str, pa.Schema]] = {
    "parents": PARENTS,
    "children": CHILDREN,
    "fills": FILLS,
    "decisions": DECISIONS,
    "quotes": QUOTES,
    "prints": PRINTS,
}
