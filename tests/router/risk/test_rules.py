"""The table of rules is the one that the documentation shows and that the configuration can set."""

from pathlib import Path

import msgspec
import pytest

from router.core.profiles import RiskLimits
from router.core.types import OrdRejReason
from router.risk.rules import (
    CHILD_RULES,
    COLLAR,
    LIST_RULES,
    MESSAGE_RULES,
    ORDER_RULES,
    Refusal,
    Rule,
    rules_table,
    show_decimal,
)

RULES = (*MESSAGE_RULES, *ORDER_RULES, *LIST_RULES, *CHILD_RULES)


def test_a_refusal_names_the_rule_the_value_and_the_limit() -> None:
    refusal = COLLAR.refuse(value="112.00", beyond="above", limit="110.00", fraction="0.10", reference="100.00")

    assert refusal == Refusal(
        OrdRejReason.EXCEEDS_LIMIT,
        "price collar: Price(44) 112.00 is above the limit 110.00, which is 0.10 from the reference 100.00",
    )


def test_every_limit_that_can_be_set_has_its_rule() -> None:
    settings = {rule.setting for rule in RULES if rule.setting}

    assert settings == {field.name for field in msgspec.structs.fields(RiskLimits)}


@pytest.mark.parametrize(
    ("heading", "rules"),
    [
        ("A client's message", MESSAGE_RULES),
        ("A client's order", ORDER_RULES),
        ("A client's list", LIST_RULES),
        ("A child order", CHILD_RULES),
    ],
)
def test_the_documentation_shows_the_rules_as_they_are_checked(
    repo: Path, heading: str, rules: tuple[Rule, ...]
) -> None:
    page = (repo / "docs" / "risk.md").read_text(encoding="utf-8")

    section = page.partition(f"### {heading}\n\n")[2].partition("\n\n")[0] + "\n"

    assert section == rules_table(rules)


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (1_000_000, 10_000, "100"),
        (1_000_001, 10_000, "100.0001"),
        (1_005_000, 10_000, "100.50"),
        (123_456_789_000, 10_000, "12,345,678.90"),
        (0, 10_000, "0"),
        (1, 1_000_000, "0.000001"),
        (5_000_000_000_000_000_001, 10_000, "500,000,000,000,000.0001"),
    ],
)
def test_decimals_are_shown_exactly(value: int, scale: int, text: str) -> None:
    assert show_decimal(value, scale) == text
