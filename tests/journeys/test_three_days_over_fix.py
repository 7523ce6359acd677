"""An order of three dates from a QuickFIX client: carried over two nights, and accounted for date by date."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from fixspec.codec import OutField, encode
from fixspec.message import Message
from router.runtime.fix.fix_messages import Outgoing
from support.fix_peers import Heard, connecting, running
from support.live_router import DAY, live_router, run_sluice

pytestmark = [pytest.mark.fix, pytest.mark.slow]

MARKET = ("--market", "synthetic:1:0.01", "--day", DAY, "--days", "3", "--speed", "max", "--hold")
ORDER: list[OutField] = [
    *((11, "BIG"), (21, 1), (55, "ACME"), (54, 1), (60, f"{DAY}-13:30:00"), (38, 900), (40, 1), (59, 6)),
    *((432, "20260318"), (847, 1000), (957, 1), (958, "Interval"), (959, 14), (960, "3600")),
]


def reports(heard: Heard) -> list[Message]:
    return [message for message in heard.messages if message.msg_type == "8"]


def test_an_order_of_three_dates_is_filled_over_two_nights_and_its_cost_is_told_by_date(tmp_path: Path) -> None:
    with (
        live_router(tmp_path, market=MARKET) as router,
        running(tmp_path / "client", connecting(router.port), plays_client=True) as (client, heard),
    ):
        heard.wait_up("SLUICE")
        client.send(Outgoing("SLUICE", encode("D", ORDER, "FIX.4.4")))
        heard.wait(lambda heard: any(report.get(39) == "2" for report in reports(heard)), 120)
        assert router.stop() == 0
        router.check()

    done, renewed = ([each for each in reports(heard) if each.get(150) == kind] for kind in ("3", "D"))
    assert [(each.get(14), each.get(151)) for each in done] == [("300", "600"), ("600", "300")]
    assert [(each.get(378), each.get(424), each.get(425)) for each in renewed] == [("1", "600", "0"), ("1", "300", "0")]

    (report,) = json.loads(run_sluice("tca", str(tmp_path / "state"), "--json", "-").stdout)["reports"]
    trades = [each for each in reports(heard) if each.get(150) == "F"]
    paid = sum(int(each.get(32) or 0) * Fraction(each.get(31) or "0") for each in trades)
    assert [(date["day"], date["filled"], date["left"]) for date in report["dates"]] == [
        ("20260316", 300, 600),
        ("20260317", 300, 300),
        ("20260318", 300, 0),
    ]
    assert Fraction(Decimal(report["order"]["traded"])) == paid
