"""Rule 605 as amended in 2024, computed again from a journal by other means: the standard library and `sec_script`.

It imports nothing of the project. What `router.tca` finds by walking quotes and keeping running sums is found here by
asking at every instant at which something changed, and by summing rows in SQL. Slow and plain on purpose.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from support.sec_script import Journal, Row

MS: Final = 10**6
SIZES: Final = (200_000, 50_000, 20_000, 10_000, 5_000, 1_000, 250, 0)
HORIZONS: Final = (50 * MS, 1_000 * MS, 15_000 * MS, 60_000 * MS, 300_000 * MS)
BORDERS: Final = (0, 100_000, MS, 10 * MS, 1_000 * MS, 10_000 * MS, 30_000 * MS, 300_000 * MS, 10**30)
REGULAR: Final = {"regular", "hidden", "dark"}
DETAILED_HEAD: Final = (
    "DsgntParticipant|RprtEntityCd|RptDate|Symbol|LotSizeFlag|OrderSize|OrderType|CvrdOrderCnt|CvrdOrderSize|"
    "CvrdOrderQty|CvrdOrderCnclQty|CvrdOrderExctdQty|CvrdOrderExctdAwayQty|CvrdOrderQtyto100microsec|"
    "CvrdOrderQtyto1millisec|CvrdOrderQtyto10millisec|CvrdOrderQtyto1sec|CvrdOrderQtyto10sec|CvrdOrderQtyto30sec|"
    "CvrdOrderQtyto5min|CvrdOrderQtyOthr|AvgRealSprd50millisec|AvgRealSprdPct50millisec|AvgRealSprd1sec|"
    "AvgRealSprdPct1sec|AvgRealSprd15sec|AvgRealSprdPct15sec|AvgRealSprd1min|AvgRealSprdPct1min|AvgRealSprd5min|"
    "AvgRealSprdPct5min|ExctdOrderMidPtAvg|ExctdOrderAvgQuotSprd|AvgEffctvSprd|AvgEffctvSprdPct|AvgEFQPct|"
    "ExctdPIOrdersQty|ExctdPIOrdWghtdAvgAmtPerShare|ExctdPIOrdWghtdAvgTime|ExctdOrderAtQuotQty|"
    "ExctdAtQuotOrdWghtdAvgTime|ExctdOrderOutQuotQty|ExctdOutQuotOrdWghtdAvgAmt|ExctdOutQuotOrdWghtdAvgTime|"
    "ExctdPIOrderRltvBestPrQty|ExctdPIOrderRltvBestPrWghtdAvg|ExctdOrderAtBestPrQty|ExctdOrderOutBestPrQty|"
    "ExctdOrderOutBestPrWghtdAvgAmt|ExctdOrderSizeBnchmrkQty|ExctdSIOutsizedQty|FilledOrderCnt|RegExctdOrderQty|"
    "RegExctdOrderOnXchngQty|FilledOrderWghtdAvgTime\r\n"
)
SUMMARY_HEAD: Final = (
    "DsgntParticipant,RprtEntityCd,RptDate,Sp500,OrderSize,OrderType,AvgOrderQty,AvgOrderSize,ExctdOrderMidPtAvg,"
    "PctExctdAtQuotOrBetter,PctExctdPI,WghtdAvgPctPI,AvgEffctvSprdPct,AvgPctQuotSprd,AvgEFQPct,AvgRealSprdPct15sec,"
    "AvgRealSprdPct1min,WghtdAvgExctnTime\r\n"
)
_TABLES: Final = """
CREATE TABLE orders (id INTEGER, venue, month, symbol, lot, size INTEGER, kind, worth INTEGER, qty INTEGER,
                     canceled INTEGER, shown INTEGER, at_best INTEGER, market INTEGER, exchange INTEGER, fills INTEGER);
CREATE TABLE fills (id INTEGER, qty INTEGER, away INTEGER, after INTEGER, mid2 INTEGER, spread INTEGER,
                    effective INTEGER, better INTEGER, r0 INTEGER, r1 INTEGER, r2 INTEGER, r3 INTEGER, r4 INTEGER);
"""


class Market(Journal):
    """The journal once more, with the sizes at the national best and every print."""

    def __init__(self, path: Path) -> None:
        self.shown: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.prints: dict[str, list[Row]] = defaultdict(list)
        super().__init__(path)
        self._ats = {symbol: [row[0] for row in rows] for symbol, rows in self.best.items()}

    def _input(self, at: int, row: Row) -> None:
        super()._input(at, row)
        if row["type"] == "TradePrint":
            self.prints[row["symbol"]].append({**row, "at": at})

    def _requote(self, at: int, symbol: str) -> None:
        super()._requote(at, symbol)
        _, bid, ask = self.best[symbol][-1]
        books = [(self._books[mic, symbol, True], self._books[mic, symbol, False]) for mic in self._protected()]
        sizes = sum(bids.get(bid or 0, 0) for bids, _ in books), sum(asks.get(ask or 0, 0) for _, asks in books)
        self.shown[symbol].append(sizes)

    def place(self, symbol: str, at: int) -> int:
        return bisect_right(self._ats.get(symbol, []), at) - 1

    def two_sided(self, symbol: str, at: int) -> tuple[int, int] | None:
        """The national best at `at`, settled; None where a side is missing."""
        place = self.place(symbol, at)
        if place < 0:
            return None
        _, bid, ask = self.best[symbol][place]
        return None if bid is None or ask is None else (bid, ask)

    def open_at(self, at: int) -> bool:
        session = self.session(at)
        return session is not None and session["open"] <= at < session["close"]

    def instants(self, life: Row) -> Iterator[tuple[int, tuple[int, int]]]:
        """When the order was in force and unexecuted in regular hours, each time at which the best might be another."""
        symbol, ats = life["parent"]["symbol"], self._ats.get(life["parent"]["symbol"], [])
        end = min([self.end, *([life["ended_at"]] if life["ended_at"] is not None else [])])
        end = min([end, *(fill["at"] for fill in life["fills"])])
        opens = [day["open"] for day in self.config["calendars"]["XNYS"] if life["at"] < day["open"] <= end]
        changes = ats[bisect_left(ats, life["at"]) : bisect_right(ats, end)]
        for at in sorted({life["at"], *opens, *changes}):
            best = self.two_sided(symbol, at)
            if best is not None and self.open_at(at):
                yield at, best


def files605_2024(path: Path, members: Collection[str]) -> dict[str, str]:
    """File name to text, as `sluice bestex 605 --sp500` should write them for months of the amended rule."""
    journal = Market(path)
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_TABLES)
        for number, life in enumerate(journal.lives()):
            _load(db, journal, number, life)
        return {**_detailed(db), **_summary(db, members)}


# --- what counts, and as what


def _load(db: sqlite3.Connection, journal: Market, number: int, life: Row) -> None:
    found = _classify(journal, life)
    if found is None:
        return
    kind, since, (bid, ask) = found
    parent, child = life["parent"], life["child"]
    buy = parent["sign"] == 1
    far = ask if buy else bid
    worth = life["qty"] * (far if kind == "MXXNN" else life["px"])
    size = next(least for least in SIZES if worth >= least * 10_000)
    shown = journal.shown[parent["symbol"]][journal.place(parent["symbol"], since)][1 if buy else 0]
    good = sum(fill["qty"] for fill in life["fills"] if (fill["px"] <= far if buy else fill["px"] >= far))
    market, exchange = _meanwhile(journal, life, since) if life["px"] is not None else (0, 0)
    lot = "ODD" if life["qty"] < 100 else "ROUND"
    key = (child["venue"], journal.day(life["at"])[:6], parent["symbol"], lot, size, kind)
    row = (worth, life["qty"], life["canceled"], min(shown, life["qty"]), good, market, exchange, len(life["fills"]))
    db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *key, *row))
    for fill in life["fills"]:
        away, sign = int(fill["liquidity"] == "3"), parent["sign"]
        realized = [_realized(journal, life, fill, after) for after in HORIZONS]
        values = (
            fill["at"] - since,
            bid + ask,
            ask - bid,
            sign * (2 * fill["px"] - bid - ask),
            sign * (far - fill["px"]),
        )
        of = (number, fill["qty"], away, *values, *realized)
        db.execute("INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", of)


def _classify(journal: Market, life: Row) -> tuple[str, int, tuple[int, int]] | None:
    child, symbol, buy = life["child"], life["parent"]["symbol"], life["parent"]["sign"] == 1
    if child.get("conditional") or child.get("peg") or child["ord_type"] == "P" or child.get("min_qty") is not None:
        return None
    if child.get("tif", "0") in {"2", "4", "7"}:
        return None
    if not all(journal.open_at(fill["at"]) and fill["kind"] not in {"opening", "closing"} for fill in life["fills"]):
        return None
    if child["ord_type"] == "1" or life["px"] is None:
        best = journal.two_sided(symbol, life["at"])
        return ("MXXNN", life["at"], best) if best is not None and journal.open_at(life["at"]) else None
    seen = list(journal.instants(life))
    if not seen:
        return None
    at, (bid, ask) = seen[0]
    immediate = "Y" if child.get("tif", "0") == "3" else "N"
    if life["px"] >= ask if buy else life["px"] <= bid:
        return (f"LYN{immediate}N", at, (bid, ask)) if at == life["at"] else None
    if 2 * life["px"] >= bid + ask if buy else 2 * life["px"] <= bid + ask:
        return f"LNY{immediate}N", at, (bid, ask)
    reached = [(at, best) for at, best in seen if (best[0] <= life["px"] if buy else best[1] >= life["px"])]
    if not reached and life["fills"]:
        at = life["fills"][0]["at"]
        best = journal.two_sided(symbol, at)
        reached = [(at, best)] if best is not None else []
    return (f"LNN{immediate}N", *reached[0]) if reached else None


def _meanwhile(journal: Market, life: Row, since: int) -> tuple[int, int]:
    end = journal.end if life["ended_at"] is None else life["ended_at"]
    lit = {venue["mic"] for venue in journal.config["venues"] if venue["kind"] == "lit"}
    could = [
        trade
        for trade in journal.prints[life["parent"]["symbol"]]
        if since <= trade["at"] <= end and trade.get("kind", "regular") in REGULAR and journal.open_at(trade["at"])
        if (trade["px"] <= life["px"] if life["parent"]["sign"] == 1 else trade["px"] >= life["px"])
    ]
    return sum(trade["qty"] for trade in could), sum(trade["qty"] for trade in could if trade["venue"] in lit)


def _realized(journal: Market, life: Row, fill: Row, after: int) -> int | None:
    session = journal.session(fill["at"])
    assert session is not None
    then = fill["at"] + after
    if min(then, session["close"]) > journal.end:
        return None
    late = then >= session["close"]
    bid, ask = journal.quote(life["parent"]["symbol"], session["close"] if late else then, before=late)
    return None if bid is None or ask is None else int(life["parent"]["sign"]) * (2 * int(fill["px"]) - bid - ask)


# --- the files

_ORDER_SUMS: Final = (
    "count(*), sum(worth), sum(qty), sum(canceled), sum(min(fills, 1)), sum(CASE WHEN fills THEN shown ELSE 0 END), "
    "sum(CASE WHEN fills THEN max(at_best - shown, 0) ELSE 0 END), sum(market), sum(exchange)"
)


def _sums(db: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> tuple[Row, list[Row]]:
    """Sums over the orders of a cell, and its executions."""
    names = ("orders", "worth", "qty", "canceled", "filled", "shown", "outsized", "market", "exchange")
    row = db.execute(f"SELECT {_ORDER_SUMS} FROM orders WHERE {where}", values).fetchone()  # noqa: S608  # names of our own
    cursor = db.execute(f"SELECT fills.* FROM fills JOIN orders USING (id) WHERE {where}", values)  # noqa: S608  # names of our own
    heads = [head[0] for head in cursor.description]
    return dict(zip(names, row, strict=True)), [dict(zip(heads, each, strict=True)) for each in cursor]


def _detailed(db: sqlite3.Connection) -> dict[str, str]:
    files: dict[str, str] = {}
    keys = "venue, month, symbol, lot, size, kind"
    for key in db.execute(f"SELECT DISTINCT {keys} FROM orders ORDER BY {keys}").fetchall():  # noqa: S608  # names of our own
        where = " AND ".join(f"orders.{name} = ?" for name in keys.split(", "))
        of, fills = _sums(db, where, key)
        text = "|".join(["T", *map(str, key), *_columns(key, of, fills)])
        name = f"{key[0]}{key[1]}.txt"
        files[name] = files.get(name, DETAILED_HEAD) + text + "\r\n"
    return files


def _columns(key: tuple[Any, ...], of: Row, fills: list[Row]) -> list[str]:
    away = sum(fill["qty"] for fill in fills if fill["away"])
    text = [of["orders"], _show(Fraction(of["worth"], 10_000)), of["qty"], of["canceled"]]
    text += [sum(fill["qty"] for fill in fills) - away, away]
    for low, high in pairwise(BORDERS):
        text.append(sum(fill["qty"] for fill in fills if low <= fill["after"] < high))
    mid = _average(fills, "mid2", 20_000)
    for place in range(5):
        realized = _average(fills, f"r{place}", 10_000)
        text += [_show(realized), _show(_over(realized, mid))]
    text.append(_show(mid))
    text += _against_quote(key, of, fills, mid) if key[5][:3] != "LNN" else [""] * 19
    if key[5][:2] == "LN":
        text += [of["filled"], of["market"], of["exchange"], _show(_average(fills, "after", MS))]
    else:
        text += [""] * 4
    return [str(each) for each in text]


def _against_quote(key: tuple[Any, ...], of: Row, fills: list[Row], mid: Fraction | None) -> list[Any]:
    quoted, effective = _average(fills, "spread", 10_000), _average(fills, "effective", 10_000)
    up = [fill for fill in fills if fill["better"] > 0]
    level = [fill for fill in fills if fill["better"] == 0]
    down = [{**fill, "better": -fill["better"]} for fill in fills if fill["better"] < 0]
    shares = [sum(fill["qty"] for fill in part) for part in (up, level, down)]
    gain, loss = _show(_average(up, "better", 10_000)), _show(_average(down, "better", 10_000))
    times = [_show(_average(part, "after", MS)) for part in (up, level, down)]
    text: list[Any] = [_show(quoted), _show(effective), _show(_over(effective, mid)), _show(_over(effective, quoted))]
    text += [shares[0], gain, times[0], shares[1], times[1], shares[2], loss, times[2]]
    text += [shares[0], gain, shares[1], shares[2], loss] if key[1] >= "202611" else [""] * 5
    return [*text, of["shown"], of["outsized"]]


def _summary(db: sqlite3.Connection, members: Collection[str]) -> dict[str, str]:
    db.create_function("flag", 1, lambda symbol: "Y" if symbol in members else "N")
    files = {}
    for venue, month in db.execute("SELECT DISTINCT venue, month FROM orders").fetchall():
        text = SUMMARY_HEAD
        for flag in ("N", "Y"):
            for size in sorted({*SIZES, 199_999}):
                for code, kind in (("M", "MXXNN"), ("ML", "LYNNN")):
                    sizes = "size < 200000" if size == 199_999 else "size = ?4"
                    where = f"venue = ?1 AND month = ?2 AND flag(symbol) = ?3 AND {sizes} AND kind = ?5"
                    of, fills = _sums(db, where, (venue, month, flag, size, kind))
                    if of["orders"]:
                        text += ",".join(["T", venue, month, flag, str(size), code, *_averages(of, fills)]) + "\r\n"
        files[f"{venue}{month}.csv"] = text
    return files


def _averages(of: Row, fills: list[Row]) -> list[str]:
    done = sum(fill["qty"] for fill in fills)
    mid, quoted = _average(fills, "mid2", 20_000), _average(fills, "spread", 10_000)
    effective = _average(fills, "effective", 10_000)
    values = [Fraction(of["qty"], of["orders"]), Fraction(of["worth"], of["orders"] * 10_000), mid]
    good = [sum(fill["qty"] for fill in fills if fill["better"] >= least) for least in (0, 1)]
    values += [_over(Fraction(shares), Fraction(done)) for shares in good]
    values.append(_over(_average(fills, "better", 10_000), mid))
    values += [_over(effective, mid), _over(quoted, mid), _over(effective, quoted)]
    values += [_over(_average(fills, name, 10_000), mid) for name in ("r2", "r3")]
    return [_show(value) for value in [*values, _average(fills, "after", MS)]]


def _average(rows: list[Row], name: str, unit: int) -> Fraction | None:
    known = [(row["qty"], row[name]) for row in rows if row[name] is not None]
    shares = sum(qty for qty, _ in known)
    return Fraction(sum(qty * value for qty, value in known), shares * unit) if shares else None


def _over(above: Fraction | None, below: Fraction | None) -> Fraction | None:
    return None if above is None or not below else above / below


def _show(value: Fraction | None) -> str:
    """Six decimals, five and more upwards, zeros at the end dropped."""
    if value is None:
        return ""
    with localcontext(prec=60):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        text = f"{exact.quantize(Decimal('0.000001'), ROUND_HALF_UP) + 0:f}"
    return text.rstrip("0").rstrip(".") if float(text) else "0"
