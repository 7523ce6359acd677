"""`sluice pretrade` as a user types it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner, Result

from router.core.types import Side
from router.runtime.analysis.pretrade_question import Asked, question_of, synthetic_profile
from router.runtime.cli import main
from router.runtime.settings import Settings, default_home, read_settings, write_home
from router.tca.pretrade.question import Overrides
from router.tca.profile.profile import SymbolProfile
from router.tca.profile.profile_file import write_profiles

ORDER = ("--symbol", "ACME", "--side", "buy", "--qty", "200000", "--day", "20261130")


def run(*options: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["pretrade", *options])


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(default_home())


def test_the_terminal_shows_what_to_do_what_it_costs_and_why() -> None:
    result = run(*ORDER)

    assert result.exit_code == 0
    assert result.output.startswith("buy 200,000 ACME on 20261130, 20261130-14:30:00 to 20261130-21:00:00 UTC.")
    for said in (
        "Recommended: IS, urgency Medium (rule large)",
        "Positive is a cost",
        "Almgren, Thum",
        "I-Star",
        "POV",
    ):
        assert said in result.output


def test_json_keeps_to_the_published_schema(repo: Path) -> None:
    result = run(*ORDER, "--json")

    rules = json.loads((repo / "docs" / "schemas" / "pretrade.json").read_text())
    assert list(jsonschema.Draft202012Validator(rules).iter_errors(json.loads(result.output))) == []


def test_markdown_and_a_page_are_written(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"

    result = run(*ORDER, "--markdown", "--html", str(page))

    assert result.output.startswith("# Execution strategy\n")
    assert page.read_text().startswith("<!doctype html>")
    assert run(*ORDER, "--html", str(page)).output == f"{page}: IS recommended\n"


def test_everything_can_be_given() -> None:
    given = ("--price", "100", "--adv", "1e6", "--vol", "0.03", "--spread", "0.05", "--shares-outstanding", "1e8")
    more = (
        "--start",
        "10:30",
        "--horizon",
        "60",
        "--urgency",
        "high",
        "--max-participation",
        "0.4",
        "--regime",
        "calm",
    )

    result = run("--symbol", "IBM", "--side", "sell", "--qty", "10000", "--day", "20261130", *given, *more, "--json")

    order = json.loads(result.output)["execution_strategy"]
    assert (order["order"]["start"], order["urgency"]) == ("20261130-15:30:00", "High")
    assert order["order"]["end"] <= "20261130-16:30:00"
    assert {each["figure"]["source"] for each in order["order"]["figures"][3:7]} == {"given"}
    assert not any("shares outstanding" in each for each in order["assumptions"])


def test_a_profile_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ibm.json"
    profile = SymbolProfile(
        symbol="IBM", as_of="20261127", days=20, price=280.0, adv=4e6, sigma_daily=0.015, spread=0.03
    )
    path.write_bytes(msgspec.json.encode(profile))

    result = run("--symbol", "IBM", "--side", "buy", "--qty", "20000", "--profile", str(path), "--day", "20261130")

    assert result.exit_code == 0
    assert "measured from 20 days to 20261127" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*ORDER, "--qty", "0"), "OrderQty(38): must be above 0: got 0"),
        ((*ORDER, "--adv", "0"), "adv: must be above 0 (shares a day): got 0"),
        (
            (*ORDER, "--symbol", "NOPE"),
            "Symbol(55): must be one of ACME, BOLT, CRUX, AAPL, BAC, GOOG, IBM, SPY: got 'NOPE'",
        ),
        ((*ORDER, "--horizon", "391"), "horizon: must end by the close, in 390 minutes: got 391"),
        ((*ORDER, "--day", "20261129"), "day: must be a trading date of ACME's calendar: got 20261129"),
        ((*ORDER, "--day", "tomorrow"), "day: must be a date YYYYMMDD: got 'tomorrow'"),
        ((*ORDER, "--start", "9 am"), "start: must be HH:MM by the clock of the exchange: got '9 am'"),
        ((*ORDER, "--start", "16:00"), "EffectiveTime(168): must lie in the session of 20261130"),
        ((*ORDER, "--regime", "wild"), "regime: must be one of calm, normal, stressed: got 'wild'"),
        ((*ORDER, "--max-participation", "2"), "MaxParticipation: must be from 0.000001 to 0.99: got 2"),
        ((*ORDER, "--days", "0"), "days: must be from 1 to 20 trading dates: got 0"),
        ((*ORDER, "--days", "21"), "days: must be from 1 to 20 trading dates: got 21"),
        ((*ORDER, "--until", "20261127"), "until: must not be before the day, 20261130: got 20261127"),
        ((*ORDER, "--until", "20270601"), "until: must be at most 20 trading dates ahead: got 20270601"),
        ((*ORDER, "--until", "soon"), "until: must be a date YYYYMMDD: got 'soon'"),
        ((*ORDER, "--until", "20261202", "--days", "3"), "until: must not stand beside days: got 20261202 and 3"),
        ((*ORDER, "--limit", "cheap"), "limit: must be a decimal price: got 'cheap'"),
        ((*ORDER, "--limit", "40.00001"), "limit: must be above 0 and no finer than 1/10000: got 40.00001"),
        ((*ORDER, "--symbol", "IBM"), "price: is not known of IBM and must be given, or a profile: got nothing"),
    ],
)
def test_a_refusal_is_one_line_with_rule_limit_and_value(options: tuple[str, ...], said: str) -> None:
    result = run(*options)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")
    assert result.output.count("\n") == 1


def test_an_order_of_several_dates_is_good_till_the_last_and_shared_out() -> None:
    asked = ("--symbol", "ACME", "--side", "buy", "--qty", "600000", "--day", "20261123", "--urgency", "Low", "--json")

    days, until = (json.loads(run(*asked, *how).stdout) for how in (("--days", "4"), ("--until", "20261128")))

    said = days["execution_strategy"]
    assert days == until
    assert {each["name"]: each["text"] for each in said["order_fields"]} == {
        "TimeInForce": "6",
        "ExpireDate": "20261125",
    }
    # Thanksgiving is no trading date, and the day after it is short: three whole ones are enough.
    assert [(each["day"], each["shares"]["value"]) for each in said["dates"]] == [
        ("20261123", 200_000),
        ("20261124", 200_000),
        ("20261125", 200_000),
    ]
    assert "StartTime" not in {each["name"] for each in said["parameters"]}


def test_what_the_router_would_refuse_is_said_first_by_the_client_s_own_limits(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_home(home)
    risk = home / "risk.toml"
    risk.write_text(risk.read_text() + "\n[client.EMS44]\nmax_qty = 100_000\n")

    mine, other = (run(*ORDER, "--config", str(home), "--client", client) for client in ("EMS44", "NOBODY"))

    refusal = "The router would refuse this order: maximum quantity: OrderQty(38) 200,000 is above the limit 100,000"
    assert mine.output.splitlines()[1] == refusal
    assert "clients.toml: has no client 'NOBODY', but EMS42, EMS44" in other.output


def test_a_profile_of_sluice_profile_is_read(tmp_path: Path) -> None:
    path = tmp_path / "profiles.parquet"
    write_profiles(path, [SymbolProfile(symbol="IBM", as_of="20261127", days=40, price=280.0, adv=4e6, spread=0.03)])

    shown, other = (run("--symbol", name, *ORDER[2:], "--profile", str(path)) for name in ("IBM", "ACME"))

    assert "measured from 40 days to 20261127" in shown.output
    assert other.output == "Error: profiles.parquet: no profile of ACME; it has IBM\n"


@pytest.mark.slow
@pytest.mark.real_data
def test_a_measured_stock_is_estimated_from_its_recordings(tmp_path: Path, real_data_dir: Path) -> None:
    path = tmp_path / "profiles.parquet"
    days = sorted(map(str, (real_data_dir / "consolidated").glob("ibm_2013100[789]_*.csv.xz")))
    measured = CliRunner().invoke(main, ["profile", "measure", *days, "--symbol", "IBM", "--out", str(path)])
    assert measured.exit_code == 0, measured.output

    order = ("--symbol", "IBM", "--side", "buy", "--qty", "100000", "--day", "20131010")
    strategy = json.loads(run(*order, "--profile", str(path), "--json").output)["execution_strategy"]

    figures = {each["name"]: each["figure"] for each in (*strategy["order"]["figures"], *strategy["cost"])}
    sources = [figures[name]["source"] for name in ("price", "quoted spread")]
    assert all(source.endswith("measured from 3 days to 20131009") for source in sources)
    assert 150 < figures["price"]["value"] < 220
    assert 0.01 <= figures["quoted spread"]["value"] < 0.1
    assert 0 < figures["expected cost against arrival"]["value"] < 50


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"symbol": "ACME"}', "p.json: is no profile: Object missing required field"),
        (
            '{"symbol": "BOLT", "as_of": "20261127", "days": 0, "price": 1}',
            "p.json: must be the profile of ACME: got 'BOLT'",
        ),
    ],
)
def test_a_file_that_is_no_profile_of_the_symbol_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)

    result = run(*ORDER, "--profile", str(path))

    assert result.output.startswith(f"Error: {said}")


def test_a_home_without_impact_numbers_is_told(tmp_path: Path) -> None:
    write_home(tmp_path / "home")
    (tmp_path / "home" / "impact.toml").unlink()

    result = run(*ORDER, "--config", str(tmp_path / "home"))

    assert result.exit_code == 1
    assert "impact.toml: cannot be read" in result.output


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-30T14:29:00", "20261130"),  # a minute before the open
        ("2026-11-30T14:31:00", "20261201"),
        ("2026-12-04T22:00:00", "20261207"),  # over the weekend
    ],
)
def test_without_a_day_the_next_session_is_meant(settings: Settings, now: str, day: str) -> None:
    asked = Asked(
        symbol="ACME",
        side=Side.BUY,
        qty=100,
        day=None,
        start=None,
        horizon_minutes=None,
        urgency=None,
        profile=None,
        overrides=Overrides(),
    )

    question = question_of(settings, asked, datetime.fromisoformat(now).replace(tzinfo=UTC))

    assert (question.session.day, question.start) == (day, question.session.open)


def test_the_day_after_thanksgiving_is_short() -> None:
    result = run(*ORDER, "--day", "20261127", "--markdown")

    assert "20261127-14:30:00 to 20261127-18:00:00 UTC" in result.output
    assert "a short day: 0.538 of an ordinary session" in result.output


def test_a_symbol_of_the_synthetic_market_is_known_from_its_settings(settings: Settings) -> None:
    profile = synthetic_profile(settings, "ACME", "20261130")

    assert profile is not None
    assert (profile.price, profile.sigma_daily, profile.adv, profile.days) == (40.0, 0.012, 2_000_000, 0)
    assert profile.sources[0][0] == "market.toml"
    assert synthetic_profile(settings, "IBM", "20261130") is None
