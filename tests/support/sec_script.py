"""The SEC's files computed again from a journal, by other means: SQL, JSON and the standard library.

It imports nothing of the project, so that an error of `router.tca` cannot be in both: the national best, the life of
each child and every sum are worked out here from the rows of `inputs` and `outputs`. Slow and plain on purpose.
"""

from __future__ import annotations

import bisect
import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

SECOND: Final = 10**9
SIZES: Final = {"21": (100, 499), "22": (500, 1_999), "23": (2_000, 4_999), "24": (5_000, 9_999)}
Row = dict[str, Any]


class Journal:
    """All that the two computations need, gathered in one pass over the rows."""

    def __init__(self, path: Path) -> None:
        self.best: dict[str, list[tuple[int, int | None, int | None]]] = defaultdict(list)
        self.phases: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.days: list[tuple[int, str]] = []
        self.children: dict[str, Row] = {}
        self.parents: dict[str, Row] = {}
        self.fills: dict[str, Row] = {}
        self.config: Row = {}
        self.end = 0
        self._books: dict[tuple[str, str, bool], dict[int, int]] = defaultdict(dict)
        self._down: dict[str, bool] = {}
        self._venue_phase: dict[tuple[str, str], str] = {}
        self._announced: dict[str, str] = {}
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            outputs = defaultdict(list)
            for seq, body in db.execute("SELECT seq, body FROM outputs ORDER BY seq, n"):
                outputs[seq].append(json.loads(body))
            for seq, at, body in db.execute("SELECT seq, at, body FROM inputs ORDER BY seq"):
                self.end = at
                self._input(at, json.loads(body))
                self._outputs(at, json.loads(body), outputs[seq])

    # --- the market

    def _input(self, at: int, row: Row) -> None:
        kind = row["type"]
        if kind == "Genesis":
            self.config = json.loads(row["config_json"])
        elif kind == "DayStart":
            self._start_day(at, row["day"])
        elif kind in {"LevelUpdate", "BookSnapshot"}:
            self._book(at, row)
        elif kind == "PhaseChange":
            if row.get("venue"):
                self._venue_phase[row["symbol"], row["venue"]] = row["phase"]
            else:
                self._announced[row["symbol"]] = row["phase"]
            self._rephase(at, row["symbol"])
        elif kind in {"VenueUp", "VenueDown"}:
            self._venue_state(at, row["venue"], down=kind == "VenueDown")
        else:
            self._venue_word(at, row)

    def _start_day(self, at: int, day: str) -> None:
        self.days.append((at, day))
        self._books.clear()
        self._venue_phase.clear()
        self._announced.clear()
        for symbol in self.best:
            self._requote(at, symbol)

    def _book(self, at: int, row: Row) -> None:
        if row["type"] == "LevelUpdate":
            levels = self._books[row["venue"], row["symbol"], row["is_bid"]]
            levels[row["px"]] = row["qty"]
            if not row["qty"]:
                del levels[row["px"]]
        else:
            for name, is_bid in (("bids", True), ("asks", False)):
                self._books[row["venue"], row["symbol"], is_bid] = {px: qty for px, qty in row[name] if qty}
        self._requote(at, row["symbol"])

    def _venue_state(self, at: int, venue: str, *, down: bool) -> None:
        self._down[venue] = down
        for key in [key for key in self._books if key[0] == venue and down]:
            self._books[key] = {}
        for symbol in list(self.best):
            self._requote(at, symbol)

    def _protected(self) -> list[str]:
        return [
            venue["mic"]
            for venue in self.config["venues"]
            if venue["protected"] and venue["kind"] == "lit" and not self._down.get(venue["mic"])
        ]

    def _requote(self, at: int, symbol: str) -> None:
        bids = [px for mic in self._protected() for px in self._books[mic, symbol, True]]
        asks = [px for mic in self._protected() for px in self._books[mic, symbol, False]]
        self.best[symbol].append((at, max(bids, default=None), min(asks, default=None)))

    def _rephase(self, at: int, symbol: str) -> None:
        own = [self._venue_phase.get((symbol, mic)) for mic in self._protected()]
        phase = self._announced.get(symbol, "closed")
        if phase == "continuous" and own and all(each == "halted" for each in own):
            phase = "halted"
        self.phases[symbol].append((at, phase))

    # --- children and parents

    def _venue_word(self, at: int, row: Row) -> None:
        child = self.children.get(row.get("child_id", ""))
        if child is None or child["end"]:
            return
        if row["type"] == "ChildReplaced":
            child["terms"].append((at, row["qty"], row["px"]))
        elif row["type"] in {"ChildCanceled", "ChildRejected", "FirmUpRequest"}:
            child["end"], child["ended_at"] = row["type"], at

    def _outputs(self, at: int, cause: Row, rows: list[Row]) -> None:
        sent = [row for row in rows if row["type"] == "SendChild"]
        for row in sent:
            terms = [(at, row["qty"], row.get("px"))]
            self.children[row["child_id"]] = {**row, "terms": terms, "end": "", "ended_at": None, "filled": 0}
        for row in rows:
            if row["type"] == "Decision":
                for name in row["child_ids"]:
                    self.children[name]["parent"] = row["order_id"]
            elif row["type"] == "ExecReport" and row["order_id"] != "NONE":
                self._report(at, cause, row)
            elif row["type"] == "Note" and row["what"] == "arrival":
                self._arrival(at, cause, row, sent)
            elif row["type"] == "Note" and row["what"] == "fill":
                self._fill_note(at, dict(row["data"]))

    def _arrival(self, at: int, cause: Row, note: Row, sent: list[Row]) -> None:
        """An order begins to be worked; children that go out with it are its own unless a decision says otherwise."""
        parent = self.parents.setdefault(note["order_id"], {"at": at, "request": {}})
        parent.setdefault("algorithm", dict(note["data"])["algorithm"])
        if cause["type"] == "NewOrder":
            parent["request"] = cause
        for row in sent:
            self.children[row["child_id"]].setdefault("parent", note["order_id"])

    def _report(self, at: int, cause: Row, row: Row) -> None:
        parent = self.parents.setdefault(row["order_id"], {"at": at, "request": {}})
        if cause["type"] == "NewOrder" and cause["cl_ord_id"] == row["cl_ord_id"]:
            parent["request"] = cause
        parent |= {"client": row["client"], "symbol": row["symbol"], "qty": row["qty"], "status": row["ord_status"]}
        parent["sign"] = 1 if row["side"] == "1" else -1
        if row["exec_type"] == "F":
            self._last = row["exec_id"]
            self.fills[row["exec_id"]] = {
                "at": at,
                "qty": row["last_qty"],
                "px": row["last_px"],
                "liquidity": row.get("last_liquidity"),
            }
        elif row["exec_type"] in {"G", "H"} and row["exec_ref_id"] in self.fills:
            was = self.fills.pop(row["exec_ref_id"])
            if row["exec_type"] == "G":
                self.fills[row["exec_id"]] = was | {"qty": row["last_qty"], "px": row["last_px"]}

    def _fill_note(self, at: int, data: Row) -> None:
        self.fills[self._last] |= {"child": data["child"], "kind": data["kind"]}
        child = self.children[data["child"]]
        child["filled"] += self.fills[self._last]["qty"]
        if not child["end"] and child["filled"] >= child["terms"][-1][1]:
            child["end"], child["ended_at"] = "filled", at

    # --- readings

    def quote(self, symbol: str, at: int, *, before: bool = False) -> tuple[int | None, int | None]:
        """The national best at `at` (with `before`: just before it)."""
        find = bisect.bisect_left if before else bisect.bisect_right
        place = find([row[0] for row in self.best[symbol]], at)
        return self.best[symbol][place - 1][1:] if place else (None, None)

    def phase(self, symbol: str, at: int) -> str:
        return ([phase for since, phase in self.phases[symbol] if since <= at] or ["closed"])[-1]

    def day(self, at: int) -> str:
        return [day for since, day in self.days if since <= at][-1]

    def session(self, at: int) -> Row | None:
        found = [row for row in self.config["calendars"]["XNYS"] if row["day"] == self.day(at)]
        return found[0] if found else None

    def lives(self) -> list[Row]:
        """Every order that a venue received: of a replaced child, one for each life."""
        found = []
        for child in self.children.values():
            if child["end"] == "ChildRejected":
                continue
            fills = [fill for fill in self.fills.values() if fill.get("child") == child["child_id"]]
            done = 0
            for life, (at, qty, px) in enumerate(child["terms"]):
                until = child["terms"][life + 1][0] if life + 1 < len(child["terms"]) else None
                mine = [
                    fill for fill in fills if (until is None or fill["at"] <= until) and (not life or fill["at"] > at)
                ]
                executed = sum(fill["qty"] for fill in mine)
                over = until is not None or child["end"] == "ChildCanceled"
                if qty > done:
                    found.append(
                        {
                            "child": child,
                            "parent": self.parents[child["parent"]],
                            "at": at,
                            "qty": qty - done,
                            "px": px,
                            "fills": mine,
                            "executed": executed,
                            "canceled": max(qty - done - executed, 0) if over else 0,
                            "ended_at": until if until is not None else child["ended_at"],
                        }
                    )
                done += executed
        return found


# --- Rule 605


def files605(path: Path) -> dict[str, str]:
    """File name to text, as `sluice bestex 605` should write them."""
    journal = Journal(path)
    cells: dict[tuple[str, str, str, str, str], list[Row]] = defaultdict(list)
    for life in journal.lives():
        found = _classify(journal, life)
        if found is not None:
            month = journal.day(life["at"])[:6]
            cells[life["child"]["venue"], month, life["parent"]["symbol"], *found].append(life)
    files: dict[str, str] = defaultdict(str)
    for key in sorted(cells):
        files[f"T{key[0]}{key[1]}.txt"] += "|".join(["T", *key, *_columns(journal, key[3], cells[key])]) + "\n"
    return dict(files)


def _classify(journal: Journal, life: Row) -> tuple[str, str] | None:
    if _is_special(life["child"]) or not _in_hours(journal, life):
        return None
    bid, ask = journal.quote(life["parent"]["symbol"], life["at"])
    size = [code for code, (low, high) in SIZES.items() if low <= life["qty"] <= high]
    if bid is None or ask is None or bid > ask or not size:
        return None
    if life["child"]["ord_type"] == "1" or life["px"] is None:
        return "11", size[0]
    buy = life["parent"]["sign"] == 1
    ahead = life["px"] - bid if buy else ask - life["px"]
    if (buy and life["px"] >= ask) or (not buy and life["px"] <= bid):
        return "12", size[0]
    if ahead > 0:
        return "13", size[0]
    if ahead == 0:
        return "14", size[0]
    return ("15", size[0]) if -ahead <= 1_000 else None


def _is_special(child: Row) -> bool:
    if child.get("conditional") or child.get("peg") or child["ord_type"] == "P":
        return True
    return child.get("min_qty") is not None or child.get("tif", "0") in {"2", "4", "7"}


def _in_hours(journal: Journal, life: Row) -> bool:
    for at in [life["at"], *(fill["at"] for fill in life["fills"])]:
        session = journal.session(at)
        if session is None or not session["open"] <= at < session["close"]:
            return False
    if any(fill["kind"] in {"opening", "closing"} for fill in life["fills"]):
        return False
    return journal.phase(life["parent"]["symbol"], life["at"]) == "continuous"


def _columns(journal: Journal, kind: str, lives: list[Row]) -> list[str]:
    pairs = [(life, fill) for life in lives for fill in life["fills"]]
    away = sum(fill["qty"] for _, fill in pairs if fill["liquidity"] == "3")
    columns = [len(lives), sum(life["qty"] for life in lives), sum(life["canceled"] for life in lives)]
    columns += [sum(fill["qty"] for _, fill in pairs) - away, away]
    for low, high in ((0, 9), (10, 29), (30, 59), (60, 299), (300, 1_800)):
        late = [fill["qty"] for life, fill in pairs if low <= (fill["at"] - life["at"]) // SECOND <= high]
        columns.append(sum(late))
    text = [str(column) for column in columns]
    text.append(_money([(fill["qty"], _realized(journal, life, fill)) for life, fill in pairs]))
    if kind not in {"11", "12"}:
        return text + [""] * 9
    effective, better = [], []
    for life, fill in pairs:
        sign, (bid, ask) = life["parent"]["sign"], journal.quote(life["parent"]["symbol"], life["at"])
        assert bid is not None
        assert ask is not None
        effective.append((fill["qty"], sign * (2 * fill["px"] - bid - ask)))
        better.append((fill, sign * ((ask if sign == 1 else bid) - fill["px"]), fill["at"] - life["at"]))
    up = [row for row in better if row[1] > 0]
    at = [row for row in better if row[1] == 0]
    out = [row for row in better if row[1] < 0]
    text += [_money(effective), _shares(up), _money([(fill["qty"], by) for fill, by, _ in up]), _time(up)]
    text += [_shares(at), _time(at)]
    return [*text, _shares(out), _money([(fill["qty"], -by) for fill, by, _ in out]), _time(out)]


def _realized(journal: Journal, life: Row, fill: Row) -> int | None:
    session = journal.session(fill["at"])
    assert session is not None
    then = fill["at"] + 300 * SECOND
    if min(then, session["close"]) > journal.end:
        return None
    late = then >= session["close"]
    bid, ask = journal.quote(life["parent"]["symbol"], session["close"] if late else then, before=late)
    if bid is None or ask is None or bid > ask:
        return None
    sign, px = int(life["parent"]["sign"]), int(fill["px"])
    return sign * (2 * px - bid - ask)


def _shares(rows: list[tuple[Row, int, int]]) -> str:
    return str(sum(fill["qty"] for fill, _, _ in rows))


def _time(rows: list[tuple[Row, int, int]]) -> str:
    shares = sum(fill["qty"] for fill, _, _ in rows)
    return _round(Fraction(sum(fill["qty"] * after for fill, _, after in rows), shares * SECOND), 3) if shares else ""


def _money(rows: list[tuple[int, int | None]]) -> str:
    known = [(qty, value) for qty, value in rows if value is not None]
    shares = sum(qty for qty, _ in known)
    return _round(Fraction(sum(qty * value for qty, value in known), shares * 10_000), 4) if shares else ""


def _round(value: Fraction, digits: int) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN) + 0:f}"


# --- Rule 606(b)(3)


def csv606(path: Path, client: str) -> str:
    """The table of `sluice bestex 606`, without its head line."""
    journal = Journal(path)
    mine = {}
    for order_id, parent in journal.parents.items():
        sent = [child for child in journal.children.values() if child["parent"] == order_id]
        if parent["client"] != client or (parent["status"] == "8" and not sent):
            continue
        named = parent.get("algorithm", "") not in {"", "DMA", "SOR"}
        if named or "1" in parent["request"].get("exec_inst", "").split():
            mine[order_id] = "directed" if parent.get("algorithm") == "DMA" else "non-directed"
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for life in journal.lives():
        if life["child"]["parent"] in mine and not life["child"].get("conditional"):
            key = (journal.day(life["at"])[:6], mine[life["child"]["parent"]], life["child"]["venue"])
            groups[key].append(life)
    lines = []
    for month, section, venue in sorted(groups):
        sent_shares = sum(
            parent["qty"]
            for order_id, parent in journal.parents.items()
            if mine.get(order_id) == section and journal.day(parent["at"])[:6] == month
        )
        lives = groups[month, section, venue]
        head = [client, section, month, str(sent_shares), venue, str(len(lives))]
        lines.append(",".join([*head, *_columns606(journal, venue, month, lives)]) + "\n")
    return "".join(lines)


def _columns606(journal: Journal, venue: str, month: str, lives: list[Row]) -> list[str]:
    del month
    fills = [(life, fill) for life in lives for fill in life["fills"]]
    provided = [pair for pair in fills if pair[1]["liquidity"] == "1"]
    removed = [pair for pair in fills if pair[1]["liquidity"] in {"2", None}]
    routed = sum(life["qty"] for life in lives)
    executed = sum(fill["qty"] for _, fill in fills)
    sides = {0: 0, -1: 0, 1: 0}
    for life, fill in fills:
        bid, ask = journal.quote(life["parent"]["symbol"], fill["at"], before=True)
        if bid is not None and ask is not None and bid < ask:
            off = life["parent"]["sign"] * (2 * fill["px"] - bid - ask)
            sides[(off > 0) - (off < 0)] += fill["qty"]
    ioc = sum(life["qty"] for life in lives if life["child"].get("tif") in {"3", "4"})
    rested = [
        life["ended_at"] - life["at"]
        for life in lives
        if life["ended_at"] is not None
        and life["child"].get("tif") not in {"3", "4"}
        and not any(fill["liquidity"] in {"2", None} for fill in life["fills"])
    ]
    text = [str(routed), str(ioc), "", _part(routed, len(lives), 3), str(executed), _part(100 * executed, routed, 4)]
    text += [_part(executed, len(fills), 3), _cents(journal, venue, fills)]
    for side in (0, -1, 1):
        text += [str(sides[side]), _part(100 * sides[side], executed, 4)]
    text += _liquidity(journal, venue, provided, executed)
    text.insert(-1, _part(sum(rested), len(rested) * 10**6, 0))
    return text + _liquidity(journal, venue, removed, executed)


def _liquidity(journal: Journal, venue: str, fills: list[tuple[Row, Row]], executed: int) -> list[str]:
    shares = sum(fill["qty"] for _, fill in fills)
    return [str(shares), _part(100 * shares, executed, 4), _cents(journal, venue, fills)]


def _cents(journal: Journal, venue: str, fills: list[tuple[Row, Row]]) -> str:
    """Cents a hundred shares: a rebate positive."""
    profile = next(row for row in journal.config["venues"] if row["mic"] == venue)
    paid = 0
    for _, fill in fills:
        rule = [row for row in profile["fees"] if row["from_date"] <= journal.day(fill["at"])][-1]
        key = "add" if fill["liquidity"] == "1" else "remove"
        if fill["kind"] in {"opening", "closing"}:
            key = "auction"
        elif fill["kind"] == "cross" or fill["liquidity"] == "4":
            key = "cross"
        paid += rule[key] * fill["qty"]
    return _part(-paid, 100 * sum(fill["qty"] for _, fill in fills), 4)


def _part(total: int, count: int, digits: int) -> str:
    return _round(Fraction(total, count), digits) if count else ""
