"""Dialects: one order in three of them is one order; what is refused, in which words; what returns to the client."""

from collections import Counter
from pathlib import Path

import pytest

from fixspec.codec import OutField, decode, encode
from fixspec.dialect import Dialect, InstrumentRule, MinorUnit, ReportHabits, StrategyRule
from fixspec.dialect_file import load_dialect
from fixspec.logs import messages, read_log
from fixspec.message import Message
from fixspec.parameters import Kind, ParameterRule, Unit
from fixspec.values import ValueRefused

BASE: list[OutField] = [(11, "A1"), (55, "LLOY"), (54, 1), (60, "20240102-14:29:59"), (38, 1000), (40, 1)]
DIALECTS = Path(__file__).parents[2] / "config" / "dialects"


def order(*fields: OutField, msg_type: str = "D") -> Message:
    return decode(encode(msg_type, [*BASE, *fields]))


@pytest.fixture(scope="module")
def standard() -> Dialect:
    return load_dialect(DIALECTS / "standard.toml")


@pytest.fixture(scope="module")
def house() -> Dialect:
    return load_dialect(DIALECTS / "house_example.toml")


# --- strategy and parameters


def test_one_order_in_three_dialects_is_one_order(standard: Dialect, house: Dialect) -> None:
    by_tags = order((847, 2), (849, "0.1"), (168, "20240102-14:30:00"), (848, "High"), (20006, "0.5973"))
    by_group = order(
        *((847, 2), (957, 4), (958, "ParticipationRate"), (959, 11), (960, "0.10"), (958, "Urgency"), (960, "High")),
        *((958, "StartTime"), (960, "20240102-14:30:00.000"), (958, "IWouldPrice"), (960, "0.5973")),
    )
    in_house = order((15, "GBp"), (6401, "P"), (6404, "10"), (6402, "14:30:00"), (6405, "3"), (6407, "59.73"))

    expected = (
        "POV",
        (
            ("IWouldPrice", "0.5973"),
            ("ParticipationRate", "0.1"),
            ("StartTime", "20240102-14:30:00"),
            ("Urgency", "High"),
        ),
    )
    assert standard.strategy_of(by_tags) == expected
    assert standard.strategy_of(by_group) == expected
    assert house.strategy_of(in_house) == expected


@pytest.mark.parametrize(("code", "name"), [("1", "VWAP"), ("2", "POV"), ("3", "IS"), ("1000", "TWAP")])
def test_target_strategy_by_its_code(standard: Dialect, code: str, name: str) -> None:
    assert standard.strategy_of(order((847, code))) == (name, ())


def test_a_plug_ins_strategy_and_parameters_go_by_their_own_names(standard: Dialect) -> None:
    message = order((20001, "MyClose"), (957, 1), (958, "CloseShare"), (959, 14), (960, "half"))

    assert standard.strategy_of(message) == ("MyClose", (("CloseShare", "half"),))


def test_an_order_without_a_strategy_has_none_but_keeps_its_terms(standard: Dialect) -> None:
    assert standard.strategy_of(order((110, 100))) == (None, (("MinQty", "100"),))


def test_a_tag_means_by_strategy_and_by_form_what_was_agreed(house: Dialect) -> None:
    assert house.strategy_of(order((6401, "V"), (6404, "12.5"))) == ("VWAP", (("MaxParticipation", "0.125"),))
    assert house.strategy_of(order((6401, "V"), (6407, "-50bps"))) == ("VWAP", (("RelativeLimit", "-50"),))
    assert house.strategy_of(order((6401, "T"), (6406, "1.5"))) == ("TWAP", (("Interval", "90"),))
    # The rule is TWAP's alone: another strategy does not read the tag.
    assert house.strategy_of(order((6401, "V"), (6406, "1.5"))) == ("VWAP", ())


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ([(847, 9)], "TargetStrategy(847) must be one of 1 VWAP, 2 POV, 3 IS, 1000 TWAP: got '9'"),
        (
            [(847, 1), (20001, "VWAP")],
            "SluiceStrategy(20001) must be absent where TargetStrategy(847) is sent, never both at once: got 'VWAP'",
        ),
        (
            [(847, 1), (849, "0.1"), (957, 1), (958, "ParticipationRate"), (960, "0.1")],
            (
                "StrategyParameterValue(960) must be absent where ParticipationRate(849) gives ParticipationRate, "
                "never both at once: got '0.1'"
            ),
        ),
        (
            [(847, 1), (111, 100), (1138, 100)],
            "DisplayQty(1138) must be absent where MaxFloor(111) gives DisplayQty, never both at once: got '100'",
        ),
        (
            [(847, 2), (849, "10")],
            "ParticipationRate(849) must be a ParticipationRate of at most 1 (fraction) (limit 1): got '10'",
        ),
        ([(847, 2), (849, "1e-1")], "ParticipationRate(849) must be plain decimal digits: got '1e-1'"),
        ([(847, 1), (168, "14:30")], "EffectiveTime(168) must be a UTC timestamp YYYYMMDD-HH:MM:SS"),
        ([(847, 1), (20014, "yes")], "SluiceDarkOnly(20014) must be Y or N: got 'yes'"),
        ([(847, 1), (20006, "0")], "SluiceIWouldPrice(20006) must be greater than zero (limit 0): got '0'"),
        ([(847, 1), (20007, "1.5")], "SluiceIWouldQty(20007) must be a whole number of shares: got '1.5'"),
        (
            [(847, 1), (20012, ",".join(f"V{n}" for n in range(65)))],
            (
                "SluiceVenuesInclude(20012) must be at most 64 names (limit 64): got "
                "'V0,V1,V2,V3,V4,V5,V6,V7,V8,V9,V10,V11...'"
            ),
        ),
        (
            [(847, 1), (957, 1), (958, "no name"), (960, "1")],
            "StrategyParameterName(958) must be CamelCase of at most 40 letters and digits (limit 40): got 'no name'",
        ),
    ],
)
def test_refusals_of_the_standard_dialect(standard: Dialect, fields: list[OutField], refusal: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        standard.strategy_of(order(*fields))

    assert str(refused.value).startswith(refusal)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ([(6401, "V"), (6405, "4")], "tag 6405 must be a code of Urgency: 1, 2, 3: got '4'"),
        (
            [(6401, "P"), (6404, "101")],
            "tag 6404 must be a ParticipationRate of at most 100 (percent) (limit 100): got '101'",
        ),
        ([(6401, "P"), (6407, "far")], "tag 6407 must be in the form agreed for IWouldPrice, [0-9.]+: got 'far'"),
        ([(6401, "P"), (6402, "25:00:00")], "tag 6402 must be a time of the day (limit 23:59:59)"),
        (
            [(6401, "P"), (957, 1), (958, "Urgency"), (960, "High")],
            "StrategyParameterName(958) must be a parameter of POV",
        ),
    ],
)
def test_refusals_of_a_house_dialect(house: Dialect, fields: list[OutField], refusal: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        house.strategy_of(order(*fields))

    assert str(refused.value).startswith(refusal)


@pytest.mark.parametrize(
    ("kind", "unit", "text", "canonical"),
    [
        ("rate", "", "0.10", "0.1"),
        ("rate", "percent", "10%", "0.1"),
        ("rate", "bps", "25", "0.0025"),
        ("bps", "", "-12.50", "-12.5"),
        ("bps", "percent", "0.5", "50"),
        ("bps", "fraction", "0.005", "50"),
        ("bps", "percent", "-50bps", "-50"),
        ("duration", "milliseconds", "250", "0.25"),
        ("duration", "hours", "1", "3600"),
        ("flag", "", "Y", "Y"),
        ("list", "", "XNYS ARCX;BATS,IEXG", "XNYS,ARCX,BATS,IEXG"),
        ("time", "", "20240102-14:30:00.000", "20240102-14:30:00"),
        ("text", "", "as it is", "as it is"),
    ],
)
def test_kinds_and_units(kind: Kind, unit: Unit, text: str, canonical: str) -> None:
    rule = ParameterRule(name="Any", tag=9001, kind=kind, unit=unit)

    assert Dialect(name="x", parameter=(rule,)).strategy_of(order((9001, text))) == (None, (("Any", canonical),))


def test_a_group_name_of_the_clients_own() -> None:
    rule = ParameterRule(name="MaxParticipation", group="MaxPctVol", unit="percent")
    dialect = Dialect(name="x", parameter=(rule,), strategy=StrategyRule(group="refuse"))

    assert dialect.strategy_of(order((957, 1), (958, "MaxPctVol"), (960, "20"))) == (
        None,
        (("MaxParticipation", "0.2"),),
    )


# --- instrument and currency


def test_identifies_the_instrument_by_the_first_agreed_field(house: Dialect, standard: Dialect) -> None:
    assert house.symbol_of(order((48, "0870612"), (22, 2))) == "LLOY"
    assert standard.symbol_of(order()) == "LLOY"


@pytest.mark.parametrize(("theirs", "ours"), [("VOD.L", "VOD"), ("VOD LN", "VOD"), (".L", ".L"), ("VOD", "VOD")])
def test_cuts_agreed_suffixes(theirs: str, ours: str) -> None:
    dialect = Dialect(name="x", instrument=InstrumentRule(suffixes=(".L", " LN")))

    assert dialect.symbol_of(decode(encode("F", [(55, theirs)]))) == ours


@pytest.mark.parametrize(
    ("rule", "fields", "refusal"),
    [
        (InstrumentRule(), [], "Symbol(55) must be present to name the instrument (Symbol(55)): got ''"),
        (
            InstrumentRule(by=(48,), id_source="2"),
            [(48, "US1"), (22, "4")],
            "SecurityIDSource(22) must be 2, the source agreed for SecurityID(48): got '4'",
        ),
        (
            InstrumentRule(map={"A": "B"}, only_mapped=True),
            [(55, "C")],
            "Symbol(55) must be an instrument of the agreed list: got 'C'",
        ),
    ],
)
def test_refuses_an_instrument_it_cannot_tell(rule: InstrumentRule, fields: list[OutField], refusal: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        Dialect(name="x", instrument=rule).symbol_of(decode(encode("F", [(11, "A"), *fields])))

    assert str(refused.value) == refusal


def test_tells_pence_from_pounds() -> None:
    dialect = Dialect(name="x", minor_units={"GBp": MinorUnit(currency="GBP")})

    currencies = [dialect.currency_of(order(*fields)) for fields in ([(15, "GBp")], [(15, "GBP")], [])]

    assert currencies == [("GBP", 100), ("GBP", 1), ("", 1)]


# --- what returns


def test_echoes_routing_turned_round_then_tags_and_strategy_as_sent(standard: Dialect) -> None:
    message = order(
        *(
            (115, "FUND"),
            (50, "TRADER"),
            (15, "GBp"),
            (63, 0),
            (847, 2),
            (849, "0.1"),
            (110, 100),
            (126, "20240102-15:00:00"),
        ),
        *((957, 1), (958, "DarkPct"), (959, 11), (960, "0.2")),
    )

    assert standard.echo_of(message) == (
        *((128, "FUND"), (57, "TRADER"), (15, "GBp"), (63, "0"), (847, "2"), (849, "0.1")),
        *((957, "1"), (958, "DarkPct"), (959, "11"), (960, "0.2")),
    )


def test_echoes_no_strategy_where_that_is_the_habit() -> None:
    dialect = Dialect(name="x", reports=ReportHabits(echo=(63,), echo_strategy=False))

    assert dialect.echo_of(order((63, 0), (847, 2))) == ((63, "0"),)


def test_of_a_message_with_flaws_no_group_returns_and_no_tag_twice(standard: Dialect) -> None:
    whole = encode("D", [*BASE, (20001, "VWAP"), (957, 1), (958, "x"), (959, 14), (960, "Low"), (20001, "TWAP")])
    broken = decode(whole.replace("958=x", "958="), strict=False)

    assert broken.flaws
    assert standard.echo_of(broken) == ((20001, "VWAP"),)


def test_names_the_tags_that_nothing_acts_on(standard: Dialect) -> None:
    assert standard.unknown_tags(order((9001, "x"), (528, "A"), (20004, "Low"), (99, "1"))) == (9001,)


# --- a real client


@pytest.mark.real_data
def test_understands_every_request_of_a_real_client(real_data_dir: Path) -> None:
    dialect = load_dialect(Path(__file__).parent / "data" / "ems_2020.toml")
    log = real_data_dir / "fixlogs" / "ems_to_algo_desk_uat_2020.log"
    requests = [message for message in messages(read_log(log)) if message.msg_type in {"D", "F", "G", "H"}]

    understood = [
        (message.msg_type, dialect.symbol_of(message), dialect.strategy_of(message)[0]) for message in requests
    ]

    assert Counter(understood) == {
        ("D", "LLOY", "IS"): 5,
        ("D", "ABI", "POV"): 1,
        ("D", "AC", "TWAP"): 1,
        ("D", "AGL", "VWAP"): 1,
        ("G", "LLOY", "IS"): 4,
        ("G", "ABI", "POV"): 9,
        ("G", "AC", "TWAP"): 3,
        ("G", "AGL", "VWAP"): 12,
        ("F", "LLOY", None): 2,
        ("F", "ABI", None): 1,
        ("F", "AC", None): 1,
        ("H", "AC", None): 2,
    }
    assert [tags for message in requests if (tags := dialect.unknown_tags(message))] == []


@pytest.mark.real_data
def test_reads_the_parameters_of_a_real_replace(real_data_dir: Path) -> None:
    dialect = load_dialect(Path(__file__).parent / "data" / "ems_2020.toml")
    log = real_data_dir / "fixlogs" / "ems_to_algo_desk_uat_2020.log"
    replace = next(message for message in messages(read_log(log)) if message.msg_type == "G")

    strategy, parameters = dialect.strategy_of(replace)

    shared = {name: text for name, text in parameters if not name.startswith("Desk")}
    assert (strategy, dialect.currency_of(replace)) == ("IS", ("GBP", 100))
    assert shared == {
        "Completion": "Complete",
        "DisplayQty": "200",
        "EndTime": "20200302-13:43:07",
        "MaxParticipation": "0.5655",
        "MinQty": "100",
        "StartTime": "20200302-12:43:06",
        "Urgency": "Low",
    }
