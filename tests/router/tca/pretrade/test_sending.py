"""The router's own gate is asked about what is recommended: by name, limit and value."""

from msgspec.structs import replace

from router.core.profiles import ClientProfile, RiskLimits
from router.runtime.plugins import load_algos
from router.tca.pretrade.fill import fill
from support.pretrade import GIVEN, assessment

ROOMY = RiskLimits(max_qty=10_000_000, max_notional=1_000_000_000)


def client(**limits: object) -> ClientProfile:
    return ClientProfile(comp_id="DESK", limits=replace(ROOMY, **limits))


def test_an_order_within_the_limits_has_nothing_against_it() -> None:
    it = assessment(client=client(accounts=("GROWTH",)))

    assert it.refusals == ()
    assert fill(it, load_algos()["IS"]).execution_strategy.held_against == "held against the limits of DESK"


def test_without_a_client_it_says_that_it_was_held_against_nothing() -> None:
    it = assessment()

    said = fill(it, load_algos()["IS"]).execution_strategy
    assert (said.refusals, said.held_against) == ((), "held against no limits: no client is known")


def test_every_rule_that_it_breaks_is_told_in_the_router_s_words_and_is_the_first_reason() -> None:
    it = assessment(client=client(max_qty=100_000, max_notional=5_000_000, restricted=("ACME",)))

    assert it.refusals == (
        "restricted list: Symbol(55) ACME is one of the 1 on it",
        "maximum quantity: OrderQty(38) 200,000 is above the limit 100,000",
        "maximum notional: 8,000,000 USD is above the limit 5,000,000",
    )
    reasons = fill(it, load_algos()["IS"]).execution_strategy.reasons
    assert reasons[0] == f"The router would refuse this order: {it.refusals[0]}."


def test_a_price_beyond_the_collar_is_told() -> None:
    it = assessment(client=client(), limit_px=450_000)

    collar = "price collar: Price(44) 45 is above the limit 44, which is 0.10 from the reference 40"
    assert it.refusals == (collar,)


def test_the_rules_ask_for_no_more_of_the_volume_than_the_router_takes() -> None:
    it = assessment(client=client(max_participation_ppm=120_000))

    assert it.situation.max_participation == 0.12
    assert dict(it.sent)["MaxParticipation"] == "0.12"
    assert it.refusals == ()


def test_more_that_a_person_asks_for_is_estimated_and_told_to_be_refused() -> None:
    it = assessment(client=client(max_participation_ppm=120_000), overrides=replace(GIVEN, max_participation=0.2))

    assert it.situation.max_participation == 0.2
    assert it.refusals == ("maximum participation: MaxParticipation 0.2 is above the limit 0.12",)
