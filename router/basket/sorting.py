"""Which names algorithms work and which a person does, and why, in words.

A hard name, by limits that are stated, is staged for a person: HandlInst(21)=3. Each other gets an algorithm by the
first rule of a table that applies. Knows no schedule; which algorithms are installed is for who sends to know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final

from msgspec import Meta, Struct

from router.basket.names import BasketName
from router.core.types import HandlInst
from router.tca.pretrade.rules import Urgency
from router.tca.profile.profile import Positive


class HardLimits(Struct, frozen=True, kw_only=True):
    """Above any of these a name is hard: a person works it."""

    of_adv: Positive = 0.25
    """The order as a part of a day's volume: more than a day of fair participation leaves room for."""
    spread_bps: Positive = 40.0
    """Quoted spread in basis points of the price."""
    sigma: Positive = 0.045
    """Volatility of a day, as a part of the price."""


class Advice(Struct, frozen=True, kw_only=True):
    """How to work a name. `algorithm` is empty for a person's; `reasons` are sentences, the deciding one first."""

    symbol: str
    handl_inst: HandlInst
    algorithm: str = ""
    params: tuple[tuple[str, str], ...] = ()
    """(parameter, text) as the algorithm reads them."""
    reasons: tuple[Annotated[str, Meta(min_length=1)], ...]


class Rule(Struct, frozen=True):
    """The first rule that `applies` decides."""

    algorithm: str
    params: tuple[tuple[str, str], ...]
    applies: Callable[[BasketName, Urgency], bool]
    reason: str
    """With `{name}` for the BasketName and `{urgency}`."""


RULES: Final = (
    Rule(
        "IS",
        (("Urgency", "High"),),
        lambda _name, urgency: urgency == "High",
        "urgency is {urgency}: implementation shortfall buys certainty first",
    ),
    Rule(
        "VWAP",
        (("Completion", "Price"),),
        lambda name, _urgency: name.of_adv >= 0.05,
        "{name.of_adv:.1%} of a day's volume is at least 5 %: follow the volume, leave a residue rather than push",
    ),
    Rule(
        "IS",
        (("Urgency", "Medium"),),
        lambda name, _urgency: name.sigma >= 0.03,
        "volatility of {name.sigma:.1%} a day is at least 3 %: waiting costs more than impact",
    ),
    Rule(
        "TWAP",
        (("Completion", "Complete"),),
        lambda name, _urgency: name.of_adv < 0.005 and name.spread_bps <= 5,
        "{name.of_adv:.2%} of a day's volume at a spread of {name.spread_bps:.1f} bp: any even pace will do",
    ),
    Rule(
        "VWAP",
        (("Completion", "Complete"),),
        lambda _name, _urgency: True,
        "{name.of_adv:.1%} of a day's volume, {name.spread_bps:.1f} bp spread: the volume's own pace",
    ),
)
"""The last applies to all. The order's own parameters (window, participation) come on top."""


def advise(
    names: Sequence[BasketName], limits: HardLimits | None = None, urgency_of: dict[str, Urgency] | None = None
) -> tuple[Advice, ...]:
    """How to work each name, in their order. A name whose urgency is not given is Medium."""
    given = urgency_of or {}
    return tuple(_advise(name, limits or HardLimits(), given.get(name.symbol, "Medium")) for name in names)


def why_hard(name: BasketName, limits: HardLimits) -> tuple[str, ...]:
    """Every limit that the name is above, with value and limit."""
    found = []
    if name.of_adv > limits.of_adv:
        found.append(f"order is {name.of_adv:.1%} of a day's volume, limit {limits.of_adv:.1%}")
    if name.spread_bps > limits.spread_bps:
        found.append(f"spread is {name.spread_bps:.1f} bp, limit {limits.spread_bps:.1f} bp")
    if name.sigma > limits.sigma:
        found.append(f"volatility is {name.sigma:.1%} a day, limit {limits.sigma:.1%}")
    return tuple(found)


def _advise(name: BasketName, limits: HardLimits, urgency: Urgency) -> Advice:
    hard = why_hard(name, limits)
    if hard:
        return Advice(symbol=name.symbol, handl_inst=HandlInst.MANUAL, reasons=hard)
    rule = next(each for each in RULES if each.applies(name, urgency))
    return Advice(
        symbol=name.symbol,
        handl_inst=HandlInst.AUTOMATED,
        algorithm=rule.algorithm,
        params=rule.params,
        reasons=(rule.reason.format(name=name, urgency=urgency),),
    )


def by_algorithm(names: Sequence[BasketName], advice: Sequence[Advice]) -> tuple[BasketName, ...]:
    """The names that algorithms work, in their order: what a joint schedule is for."""
    automated = {each.symbol for each in advice if each.handl_inst is HandlInst.AUTOMATED}
    return tuple(name for name in names if name.symbol in automated)
