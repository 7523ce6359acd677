"""The demonstration's parts without its processes: the script, the books it compares, the bars it draws."""

import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from router.core.types import SECOND, OrdStatus
from router.runtime.demo.demo_books import EmsBooks, disagreements, surprises
from router.runtime.demo.demo_ems import Heard
from router.runtime.demo.demo_processes import DemoError, RouterProcess
from router.runtime.demo.demo_script import BRIEF, DAY, STEPS, DemoOrder, orders
from router.runtime.demo.demo_view import bar, progress, summary
from router.tca.cost.analysis import analyse
from router.tca.facts.recorder import Recorder
from support.tca_day import T0, day


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    for at, event, outputs in day():
        recorder.observe(at, event, outputs)
    return recorder


def heard(order_id: str, **changes: str) -> Heard:
    fields = {
        "order_id": order_id,
        "cl_ord_id": "A1",
        "exec_type": "F",
        "ord_status": "1",
        "cum_qty": "600",
        "avg_px": "40",
        "last_qty": "600",
        "last_px": "40",
        "text": "",
        "exec_id": "E1",
    }
    return Heard(**(fields | changes))


def books() -> EmsBooks:
    """What the owner of the hand-made day's orders heard of them."""
    books = EmsBooks()
    books.hear(heard("O1"))
    second = {"exec_id": "E2", "last_qty": "400", "last_px": "40.01"}
    books.hear(heard("O1", ord_status="2", cum_qty="1000", avg_px="40.004", **second))
    books.hear(heard("O2", cum_qty="500", last_qty="500"))
    books.hear(heard("O2", exec_type="4", ord_status="4", cum_qty="500", last_qty="0", last_px="0"))
    books.hear(heard("O3", exec_type="8", ord_status="8", cum_qty="0", avg_px="0", last_qty="0", last_px="0"))
    return books


# --- the books


def test_equal_books_agree(recorder: Recorder) -> None:
    assert list(disagreements(books(), recorder.orders)) == []


def test_a_fill_that_was_not_heard_is_told_by_every_sum_it_is_in(recorder: Recorder) -> None:
    told = books()
    told.orders["O1"]._fills.pop("E2")

    assert list(disagreements(told, recorder.orders)) == [
        "A1: sum of LastQty(32) is 600 at the EMS and 1000 in the journal",
        "A1: sum of LastQty(32) x LastPx(31) is 24000 at the EMS and 40004 in the journal",
    ]


def test_a_bust_takes_a_fill_back_and_a_correction_stands_in_its_place() -> None:
    """TradeCancel(150=H) and TradeCorrect(150=G) name the fill by ExecRefID(19)."""
    order = books().orders["O1"]

    order.hear(heard("O1", exec_type="H", exec_id="E3", exec_ref_id="E1", last_qty="0", last_px="0"))
    order.hear(heard("O1", exec_type="G", exec_id="E4", exec_ref_id="E2", last_qty="400", last_px="40.05"))
    corrected = (order.qty, order.money)
    order.hear(heard("O1", exec_type="H", exec_id="E5", exec_ref_id="E4", last_qty="0", last_px="0"))

    assert corrected == (400, Decimal(16020))
    assert (order.qty, order.money) == (0, Decimal(0))


def test_an_average_that_differs_in_its_last_digit_is_told(recorder: Recorder) -> None:
    told = books()
    told.hear(heard("O2", exec_type="I", ord_status="4", cum_qty="500", avg_px="40.00000001"))

    assert list(disagreements(told, recorder.orders)) == [
        "B1: AvgPx(6) is 40.00000001 at the EMS and 40 in the journal"
    ]


def test_an_order_known_to_one_side_alone_is_told(recorder: Recorder) -> None:
    told = books()
    del told.orders["O3"]
    told.hear(heard("O9"))

    assert list(disagreements(told, recorder.orders)) == [
        "O3 is known to the journal alone",
        "O9 is known to the EMS alone",
    ]


def test_an_order_that_ends_otherwise_than_the_script_says_is_a_surprise(recorder: Recorder) -> None:
    script = DemoOrder(cl_ord_id="B1", side="sell", qty=800, symbol="ACME", at=0)
    missing = replace(script, cl_ord_id="Z1")
    as_told = replace(script, cl_ord_id="R1", ends=(OrdStatus.REJECTED,))

    assert list(surprises([script, missing, as_told], recorder.orders)) == [
        "B1 ended CANCELED, not FILLED: no text",
        "Z1 never reached the router",
    ]


# --- the script


def test_the_script_shows_what_it_promises() -> None:
    told = list(orders())

    assert {order.strategy for order in told} == {"VWAP", "TWAP", "POV", "IS", None}
    assert {order.side for order in told} == {"buy", "sell"}
    assert len({order.symbol for order in told}) >= 2
    assert [order.cl_ord_id for order in told if order.ends == (OrdStatus.REJECTED,)] == ["BIG-1"]
    assert [step.at for step in STEPS] == sorted(step.at for step in STEPS)


def test_a_shorter_scenario_shrinks_time_and_quantities_alike() -> None:
    assert DAY.when(0, 390) == 390 * 60 * SECOND
    assert BRIEF.when(0, 390) == BRIEF.minutes * 60 * SECOND
    assert DAY.qty(30_000) == 30_000
    share = BRIEF.minutes * BRIEF.activity / (DAY.minutes * DAY.activity)
    assert BRIEF.qty(30_000) == round(30_000 * share / 100) * 100
    assert BRIEF.qty(100) == 100


# --- the display


def test_a_bar_shows_the_filled_part_and_where_the_schedule_stands(recorder: Recorder) -> None:
    record = replace(recorder.orders["O1"], status=OrdStatus.PARTIALLY_FILLED, cum_qty=600)

    assert bar(record, T0 + 80 * SECOND, cells=10).plain == "━━━━━━──│─"


def test_the_bar_of_an_order_that_is_over_has_no_mark(recorder: Recorder) -> None:
    assert bar(recorder.orders["O1"], T0 + 10 * SECOND, cells=10).plain == "━" * 10
    assert bar(recorder.orders["O3"], T0, cells=10).plain == "─" * 10


@pytest.mark.parametrize("width", [80, 120])
def test_the_tables_fit_their_terminal_and_cut_nothing(recorder: Recorder, width: int) -> None:
    console = Console(width=width, record=True, file=StringIO())

    console.print(progress(recorder.orders.values(), T0 + 30 * SECOND, 950.0, width))
    console.print(summary(analyse(recorder), width))

    text = console.export_text()
    assert "…" not in text
    assert [line.split() for line in text.splitlines() if line.startswith(" A1")] == [
        ["A1", "buy", "ACME", "VWAP", "━" * (24 if width > 80 else 12), "1,000", "/", "1,000", "40.0040"]
        + (["2"] if width > 80 else [])
        + ["filled"],
        ["A1", "buy", "ACME", "VWAP", "filled", "1,000", "40.0040", "-1.50", "-3.40", "60/40/0"]
        + (["2"] if width > 80 else []),
    ]


# --- the processes


def test_a_router_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    home = tmp_path / "empty"
    home.mkdir()

    with (
        pytest.raises(DemoError, match=r"the router ended with status 1: Error: .*sessions\.cfg.*router\.log"),
        RouterProcess(tmp_path, home, "synthetic:1", "20260316", 1.0) as router,
    ):
        router.wait_ready()


@pytest.mark.slow
def test_without_the_extra_the_demonstration_goes_on_and_says_what_the_report_needs(tmp_path: Path) -> None:
    alone = (
        "import sys; sys.modules['scipy'] = None; from pathlib import Path; from rich.console import Console;"
        "from router.runtime.commands.demo_command import Demo; from router.runtime.demo.demo_script import BRIEF;"
        "demo = Demo(BRIEF, Path(sys.argv[1]), 7, Console()); demo._write_report(); print(demo._no_report)"
    )

    done = subprocess.run([sys.executable, "-c", alone, str(tmp_path)], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("this needs scipy: pip install 'sluice[analysis]'\n", "")
