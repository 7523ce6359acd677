"""The SQL of a TCA store, in one place: what each parent cost, in exact integers, and sums over many.

Positive is a cost. Money is Micros: each parent's to the nearest millionth, half away from zero, so that a buy and a
sell are rounded alike and a sum does not depend on the order of its terms (HUGEINT throughout, no float before the last
division). With price scales that divide 500,000, the default 10^4 among them, arrival costs are exact.
"""

from __future__ import annotations

from typing import Final

from router.core.types import Side
from router.market.tape import PRINT_RULES

BUCKETS_PPM: Final = (10_000, 50_000, 100_000, 200_000)
"""Upper ends of the participation buckets, not included: 1, 5, 10, 20 %."""
ELIGIBLE: Final = ", ".join(f"'{kind.value}'" for kind, rule in PRINT_RULES.items() if rule.eligible)


def _bucket(ppm: str) -> str:
    """A participation's bucket as text that sorts."""
    cases, low = "", 0
    for high in BUCKETS_PPM:
        cases += f" WHEN {ppm} < {high} THEN '{low // 10_000:02}-{high // 10_000:02} %'"
        low = high
    return f"CASE WHEN {ppm} IS NULL THEN 'not known'{cases} ELSE '{low // 10_000:02} % up' END"


VIEWS: Final = (
    # Integer division truncates: the sign goes apart.
    "CREATE MACRO nearest(a, b) AS CASE WHEN a < 0 THEN -((b - 2 * a) // (2 * b)) ELSE (2 * a + b) // (2 * b) END",
    # Millionths of the currency that a quantum times a share is worth, as a fraction: `micros` / price_scale.
    f"""
CREATE VIEW terms AS SELECT *,
    CASE WHEN side = '{Side.BUY.value}' THEN 1 ELSE -1 END AS sign,
    1000000::HUGEINT * multiplier AS micros,
    cum_qty > 0 AND arrival2 IS NOT NULL AS has_arrival,
    cum_qty > 0 AND interval_volume > 0 AS has_vwap,
    CASE WHEN interval_volume > 0 THEN 1000000::HUGEINT * own_eligible // interval_volume END AS participation_ppm
FROM parents""",
    f"""
CREATE VIEW parent_costs AS SELECT
    date, symbol, journal, n, order_id, client, cl_ord_id, side, algorithm, currency, status, qty, cum_qty, fees,
    {_bucket("participation_ppm")} AS participation, participation_ppm,
    nearest(micros * notional, price_scale) AS traded,
    CASE WHEN has_arrival THEN nearest(micros * cum_qty * arrival2, 2 * price_scale) END AS arrival_value,
    CASE WHEN has_arrival THEN
        nearest(sign * micros * (2 * notional::HUGEINT - cum_qty::HUGEINT * arrival2), 2 * price_scale)
    END AS arrival_cost,
    CASE WHEN has_vwap THEN nearest(micros * cum_qty * interval_notional, interval_volume::HUGEINT * price_scale)
    END AS vwap_value,
    CASE WHEN has_vwap THEN nearest(
        sign * micros * (notional::HUGEINT * interval_volume - cum_qty::HUGEINT * interval_notional),
        interval_volume::HUGEINT * price_scale)
    END AS vwap_cost
FROM terms""",
    "CREATE VIEW standing AS SELECT * FROM fills WHERE busted_at IS NULL",
)

COSTS: Final = """
SELECT {by}, currency,
    count(*), count(*) FILTER (cum_qty > 0), sum(qty), sum(cum_qty), sum(traded), sum(fees),
    count(arrival_cost), coalesce(sum(arrival_cost), 0), coalesce(sum(arrival_value), 0),
    count(vwap_cost), coalesce(sum(vwap_cost), 0), coalesce(sum(vwap_value), 0)
FROM parent_costs {where} GROUP BY ALL ORDER BY ALL"""

VENUES: Final = """
WITH sent AS (
    SELECT {by}, count(*) AS orders, count(*) FILTER (filled > 0) AS orders_filled, sum(qty) AS sent
    FROM children {where} GROUP BY ALL
), done AS (
    SELECT {by}, currency, count(*) AS fills, sum(qty) AS filled, sum(traded) AS traded, sum(fee) AS fees
    FROM standing {where} GROUP BY ALL
)
SELECT {keys}, coalesce(currency, ''), coalesce(orders, 0), coalesce(orders_filled, 0), coalesce(sent, 0),
    coalesce(fills, 0), coalesce(filled, 0), coalesce(traded, 0), coalesce(fees, 0)
FROM sent FULL JOIN done ON {same} ORDER BY ALL"""

FEES: Final = """
SELECT {by}, currency, count(*), sum(qty), sum(traded), sum(fee)
FROM standing {where} GROUP BY ALL ORDER BY ALL"""

UNTIED: Final = f"""
SELECT p.date, p.symbol, p.journal, p.order_id FROM parents p LEFT JOIN (
    SELECT journal, order_id, sum(qty) AS qty, sum(qty::HUGEINT * px) AS notional, sum(fee) AS fees,
        sum(qty) FILTER (kind IN ({ELIGIBLE})) AS eligible
    FROM standing GROUP BY ALL
) f USING (journal, order_id)
WHERE p.cum_qty <> coalesce(f.qty, 0) OR p.notional <> coalesce(f.notional, 0) OR p.fees <> coalesce(f.fees, 0)
    OR p.own_eligible <> coalesce(f.eligible, 0)
ORDER BY ALL"""
