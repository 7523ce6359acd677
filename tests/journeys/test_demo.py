"""The demonstration from its command to its proofs, in its brief form: three processes, FIX between two of them."""

import json
import os
import re
import signal
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.runtime.cli import main

pytestmark = [pytest.mark.fix, pytest.mark.slow, pytest.mark.untraced]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """The command's result and its folder. It is run in this process: what it sets for good is set back."""
    mask, handler = os.umask(0o077), signal.getsignal(signal.SIGTERM)
    out = tmp_path_factory.mktemp("demo")
    ended = CliRunner().invoke(main, ["demo", "--brief", "--out", str(out)])
    os.umask(mask)
    signal.signal(signal.SIGTERM, handler)
    assert ended.exit_code == 0, ended.output
    (folder,) = out.iterdir()
    return ended, folder


def test_the_demonstration_ends_as_it_should_and_proves_it(demonstration: tuple[Result, Path]) -> None:
    ended, folder = demonstration

    assert re.search(r"replay +hash chains hold, [0-9,]+ inputs, outputs the same byte for byte", ended.output)
    assert re.search(r"EMS +agrees with the journal on every order", ended.output)
    for name in ("state/journal.sqlite3", "ems/ems.fix.log", "report.html"):
        assert str(folder / name) in ended.output
        assert (folder / name).stat().st_size > 0
    ends = {
        **dict.fromkeys(("VWAP-1", "TWAP-1", "IS-1", "IS-2", "NOW-1", "DMA-1"), "filled"),
        "BIG-1": "rejected",
        "TWAP-2": "canceled",
    }
    rows = {words[0]: words for line in ended.output.splitlines() if len(words := line.split()) > 6}
    assert {name: status for name, status in ends.items() if status not in rows[name]} == {}
    assert not re.search(r"https?:", (folder / "report.html").read_text())


def test_what_the_analysis_says_was_traded_ties_to_the_clients_fix_log_to_the_cent(
    demonstration: tuple[Result, Path],
) -> None:
    """AvgPx(6) x CumQty(14) of each order's last ExecutionReport(8), as the client's session logged it."""
    _, folder = demonstration
    last: dict[str, tuple[int, Decimal]] = {}
    for line in (folder / "ems" / "ems.fix.log").read_text().splitlines():
        fields = dict(field.partition("=")[::2] for field in line.partition(" received ")[2].split("|"))
        if fields.get("35") == "8":
            last[fields["37"]] = int(fields["14"]), Decimal(fields["6"])

    written = json.loads(CliRunner().invoke(main, ["tca", str(folder / "state"), "--json", "-"]).output)

    orders = [report["order"] for report in written["reports"]]
    assert {each["order_id"]: each["cum_qty"] for each in orders} == {name: qty for name, (qty, _) in last.items()}
    # Midpoints make halves of a cent, and AvgPx(6) is rounded: both sums to the cent could fall to either side of one.
    apart = [abs(Decimal(each["traded"]) - qty * avg_px) for each in orders for qty, avg_px in [last[each["order_id"]]]]
    assert max(apart) < Decimal("0.005")
    assert sum(qty for qty, _ in last.values()) > 10_000
