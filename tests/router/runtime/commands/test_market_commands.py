"""`sluice market`: what it prints, and how it ends where a day is not its file."""

from pathlib import Path

from click.testing import CliRunner, Result

from router.runtime.cli import main


def market(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["market", *map(str, arguments)])


def written(folder: Path) -> Path:
    """A synthetic day in miniature, one level deep."""
    options = ("--market", "synthetic:3:0.02", "--day", "20130610", "--symbol", "ACME", "--levels", 1)
    result = market("write", *options, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder / "ACME_2013-06-10_34200000_57600000_message_1.csv"


def test_the_group_names_its_commands() -> None:
    shown = market("--help").output

    assert [name for name in ("verify", "write") if f"\n  {name} " not in shown] == []


def test_a_day_that_is_written_is_verified(tmp_path: Path) -> None:
    path = written(tmp_path / "days")
    rows = len(path.read_text().splitlines())

    result = market("verify", path)

    assert rows > 500
    assert (result.exit_code, result.output) == (
        0,
        f"rows checked      {rows:>12,}\nrows equal        {rows:>12,}\n",
    )


def test_a_row_that_was_tampered_with_is_shown_in_its_context_and_ends_in_1(tmp_path: Path) -> None:
    path = written(tmp_path)
    book = Path(str(path).replace("message", "orderbook"))
    lines = book.read_text().splitlines()
    ask, asked, *bid = lines[99].split(",")
    lines[99] = ",".join([ask, str(int(asked) + 1), *bid])
    book.write_text("\n".join(lines) + "\n")

    result = market("verify", path)

    assert result.exit_code == 1
    assert "first difference at row 100, after\n" in result.output
    assert f"  file: bids {bid[1]}@{bid[0]}, asks {int(asked) + 1}@{ask}\n" in result.output
    assert f"  book: bids {bid[1]}@{bid[0]}, asks {asked}@{ask}\n" in result.output


def test_what_a_feed_of_orders_came_to_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = ["id,timestamp,exchange.timestamp,price,volume,action,direction", "1,1370871000500,0,236.47,50,created,bid"]
    path.write_text("\n".join([*rows, "2,1370871000501,0,236.47,20,created,ask", ""]))

    result = market("verify", f"crypto:{path}:BTCUSD")

    assert result.exit_code == 0, result.output
    lines = dict(line.rsplit(maxsplit=1) for line in result.output.splitlines()[:-1])
    assert lines == {
        "rows": "2",
        "messages applied": "1",
        "unknown ids": "0",
        "ids repeated": "0",
        "more than stands": "0",
        "held back": "1",
        "repriced": "0",
        "executed": "0",
        "hidden executed": "0",
        "instants": "1",
        "instants crossed": "0",
    }


def test_bars_are_held_against_what_printed(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("BOLT,20130610,34200000,1000,1100,1000,1100,700\n")

    result = market("verify", f"bars:{path}:BOLT:20130610")

    assert (result.exit_code, result.output.split()) == (
        0,
        ["bars", "checked", "1", "bars", "equal", "1", "shares", "700"],
    )


def test_what_cannot_be_had_is_one_line() -> None:
    refusals = {
        "a venue": market("write", "--symbol", "ACME", "--day", "20130610", "--venue", "XDRK"),
        "a symbol": market("write", "--symbol", "NONE", "--day", "20130610"),
        "a file": market("verify", "lobster:there.csv"),
        "a market": market("verify", "synthetic:1"),
    }

    said = {what: (result.exit_code, result.output.splitlines()[-1]) for what, result in refusals.items()}
    assert said["a venue"] == (1, "Error: venue 'XDRK' is no lit venue: XLIT, XALT, XINV")
    assert said["a symbol"][1].startswith("Error: symbol 'NONE' is not in the market 'synthetic:1': AAPL, ACME,")
    assert said["a file"][1].startswith("Error: there.csv: not a LOBSTER file name")
    assert said["a market"] == (1, "Error: market 'synthetic:1': one recorded part can be held against its file")
