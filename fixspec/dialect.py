"""How one client writes FIX: where the strategy stands, what its parameters are called, how its reports must look.

A dialect is data from a TOML file (`fixspec.dialect_file`); the same order in any dialect gives the same strategy and
parameters. Inbound, it answers questions about a message; outbound, its habits are plain data for the gateway. It must
not know orders, instruments or what a parameter does.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from fixspec import values
from fixspec.fields import USER_TAGS
from fixspec.message import FieldSet, Message
from fixspec.model import Version, tags_in
from fixspec.parameters import OF_THE_ORDER, ParameterRule, Sent, canonical, is_canonical
from fixspec.spec import version_of
from fixspec.values import ValueRefused, label

Tag: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
Pairs: TypeAlias = tuple[tuple[str, str], ...]
TagPairs: TypeAlias = tuple[tuple[int, str], ...]

STANDARD_STRATEGIES: Final[Mapping[str, str]] = {"1": "VWAP", "2": "POV", "3": "IS", "1000": "TWAP"}
"""TargetStrategy(847): 1-3 are FIX's; 1000 and up are by agreement, and TWAP is 1000 here."""
_PLACEMENT: Final = frozenset({110, 111, 126, 168, 1138})
"""Terms of an order that are parameters, too."""
_GROUP_TAGS: Final = (957, 958, 959, 960)


class StrategyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which field names the strategy. `name_tag` holds a name as it is, plug-ins' included; 0 for none.

    `group` says what to do with a name in StrategyParametersGrp (957) that no rule mentions: pass it on to the
    algorithm, which refuses what it does not know, or refuse it here.
    """

    tag: Tag = 847
    values: dict[str, str] = msgspec.field(default_factory=lambda: dict(STANDARD_STRATEGIES))
    name_tag: int = 0
    group: Literal["pass", "refuse"] = "pass"

    def __post_init__(self) -> None:
        for tag in (self.tag, self.name_tag):
            if tag in OF_THE_ORDER or tag in _PLACEMENT:
                raise ValueError(f"{label(tag)} says something else of an order: no strategy stands there")
        if self.tag == self.name_tag:
            raise ValueError(f"{label(self.tag)} cannot hold both a code and a name")


class MinorUnit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A currency code for a part of a currency, as GBp for pence: `per_unit` of it are one `currency`."""

    currency: str
    per_unit: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 100


class InstrumentRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which field identifies the instrument: the first of `by` that is there.

    `id_source` is the SecurityIDSource(22) that SecurityID(48) must have ("" any). `suffixes` are cut off, longest
    first (`.L`, ` LN`). `map` translates to our symbols; with `only_mapped` a name that is not in it is refused.
    """

    by: tuple[Tag, ...] = (55,)
    id_source: str = ""
    suffixes: tuple[str, ...] = ()
    map: dict[str, str] = {}
    map_file: str = ""
    only_mapped: bool = False


class ReportHabits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the client's reports look like where its habits differ from its FIX version. Read by the gateway.

    `exec_type`: codes of ExecType(150), 4.2's (1/2) or 4.4's (F); "" as the version. `exec_trans_type`: send
    ExecTransType(20) on 4.4 too. `replaced_status`: OrdStatus(39)=5 on an unfilled replaced order ("" as the version).
    `orig_always`: OrigClOrdID(41) on every report after a replace or cancel.
    `last_always`: LastQty(32)=0 and LastPx(31)=0 on reports without a fill. `ord_status` translates codes last.
    `last_mkt` translates MICs. `last_capacity`: LastCapacity(29) of fills ("" as the engine says). `time_digits`:
    fraction digits of TransactTime(60). `px_digits`: most decimals of AvgPx(6). `text_max`: cap of Text(58).
    """

    exec_type: Literal["", "4.2", "4.4"] = ""
    exec_trans_type: bool = False
    replaced_status: Literal["", "yes", "no"] = ""
    orig_always: bool = False
    last_always: bool = False
    ord_status: dict[str, str] = {}
    last_mkt: dict[str, str] = {}
    last_capacity: str = ""
    time_digits: Literal[0, 3, 6, 9] = 3
    px_digits: Annotated[int, msgspec.Meta(ge=2, le=12)] = 8
    text_max: Annotated[int, msgspec.Meta(ge=16, le=4096)] = values.TEXT_LENGTH_MAX
    echo: tuple[Tag, ...] = ()
    echo_strategy: bool = True


class RoutingPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A header field of the order that returns in another header field of its reports."""

    inbound: Tag
    outbound: Tag


STANDARD_ROUTING: Final = (
    RoutingPair(inbound=115, outbound=128),
    RoutingPair(inbound=116, outbound=129),
    RoutingPair(inbound=144, outbound=145),
    RoutingPair(inbound=50, outbound=57),
)
"""OnBehalfOf -> DeliverTo, SenderSubID -> TargetSubID (FIX Vol. 1, third-party routing)."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A client's dialect. `ignore` are tags that are understood and change nothing."""

    name: str
    strategy: StrategyRule = StrategyRule()
    parameter: tuple[ParameterRule, ...] = ()
    minor_units: dict[str, MinorUnit] = {}
    instrument: InstrumentRule = InstrumentRule()
    reports: ReportHabits = ReportHabits()
    routing: tuple[RoutingPair, ...] = STANDARD_ROUTING
    ignore: tuple[Tag, ...] = ()

    def __post_init__(self) -> None:
        for rule in self.parameter:
            if rule.tag and rule.tag in {self.strategy.tag, self.strategy.name_tag}:
                raise ValueError(f"{label(rule.tag)} holds the strategy: '{rule.name}' cannot stand there")

    # ----------------------------------------------------------------------------------------------- strategy

    def strategy_of(self, message: Message) -> tuple[str | None, Pairs]:
        """The strategy's canonical name (None if the order names none) and its parameters, canonical, sorted by name.

        Raises ValueRefused: a strategy this dialect does not name, a parameter sent both ways ("never both at once"), a
        value outside its grammar, a name in the group that is not agreed (where `strategy.group` is "refuse").
        """
        strategy = self._strategy_name(message)
        found: dict[str, tuple[str, int]] = {}
        for name, text, tag in self._parameters(message, strategy):
            if name in found:
                first = label(found[name][1])
                raise ValueRefused(tag, f"absent where {first} gives {name}, never both at once", "", text)
            found[name] = (text, tag)
        return strategy, tuple(sorted((name, text) for name, (text, _) in found.items()))

    def _strategy_name(self, message: Message) -> str | None:
        rule = self.strategy
        code, name = message.get(rule.tag), message.get(rule.name_tag) if rule.name_tag else ""
        if code and name:
            raise ValueRefused(rule.name_tag, f"absent where {label(rule.tag)} is sent, never both at once", "", name)
        if name:
            return values.parse_id(name, rule.name_tag, cap=40)
        if not code:
            return None
        if code not in rule.values:
            known = ", ".join(f"{known} {strategy}" for known, strategy in rule.values.items())
            raise ValueRefused(rule.tag, f"one of {known}", "", code)
        return rule.values[code]

    def _parameters(self, message: Message, strategy: str | None) -> Iterator[tuple[str, str, int]]:
        """(canonical name, canonical text, tag it stood in) of every parameter sent, the group's last."""
        _, minor = self.currency_of(message)
        day = message.get(60)
        for tag in message.tags():
            rules = self._rules_by_tag.get(tag)
            if rules is None:
                continue
            text = message.get(tag)
            rule = _choose(rules, strategy, text, tag)
            if rule is not None:
                yield rule.name, canonical(rule, Sent(text, tag, minor, day)), tag
        for entry in message.group(957):
            rule = self._group_rule(entry, strategy)
            yield rule.name, canonical(rule, Sent(entry.get(960), 960, minor, day)), 960

    def _group_rule(self, entry: FieldSet, strategy: str | None) -> ParameterRule:
        """The rule for one entry of StrategyParametersGrp; one made up for a name that is passed on."""
        name = entry.get(958)
        rules = self._rules_by_group.get(name, ())
        rule = _choose(rules, strategy, entry.get(960), 960)
        if rule is not None:
            return rule
        if rules or self.strategy.group == "refuse":
            agreed = ", ".join(self._rules_by_group)
            raise ValueRefused(958, f"a parameter of {strategy or 'no strategy'}: {agreed}", "", name)
        if not is_canonical(name):
            raise ValueRefused(958, "CamelCase of at most 40 letters and digits", "40", name)
        return ParameterRule(name=name, group=name)

    @cached_property
    def _rules_by_tag(self) -> Mapping[int, tuple[ParameterRule, ...]]:
        tags = dict.fromkeys(rule.tag for rule in self.parameter if rule.tag)
        return {tag: tuple(rule for rule in self.parameter if rule.tag == tag) for tag in tags}

    @cached_property
    def _rules_by_group(self) -> Mapping[str, tuple[ParameterRule, ...]]:
        names = dict.fromkeys(rule.group for rule in self.parameter if rule.group)
        return {name: tuple(rule for rule in self.parameter if rule.group == name) for name in names}

    # ------------------------------------------------------------------------------- instrument and prices

    def symbol_of(self, message: Message) -> str:
        """Our symbol of the message's instrument. Raises ValueRefused where the dialect cannot tell."""
        rule = self.instrument
        tag = next((tag for tag in rule.by if tag in message), 0)
        if not tag:
            wanted = " or ".join(label(tag) for tag in rule.by)
            raise ValueRefused(rule.by[0], f"present to name the instrument ({wanted})", "", "")
        source = message.get(22)
        if tag == 48 and rule.id_source and source != rule.id_source:
            raise ValueRefused(22, f"{rule.id_source}, the source agreed for SecurityID(48)", "", source)
        theirs = values.parse_id(message.get(tag), tag)
        for suffix in sorted(rule.suffixes, key=len, reverse=True):
            if theirs.endswith(suffix) and theirs != suffix:
                theirs = theirs.removesuffix(suffix)
                break
        if rule.only_mapped and theirs not in rule.map:
            raise ValueRefused(tag, "an instrument of the agreed list", "", theirs)
        return rule.map.get(theirs, theirs)

    def currency_of(self, message: Message) -> tuple[str, int]:
        """Currency(15) in main units ("" if absent), and how many of the quoted unit make one: (GBP, 100) for GBp."""
        code = message.get(15)
        minor = self.minor_units.get(code)
        return (code, 1) if minor is None else (minor.currency, minor.per_unit)

    # ------------------------------------------------------------------------------------------- what returns

    def echo_of(self, message: Message) -> TagPairs:
        """What every report of this order repeats.

        Header routing first, already turned round; then echo tags and the strategy as it was sent, in the client's
        order. What came broken would go out broken: of a message with flaws, no group is repeated and no tag twice.
        """
        body = tuple(field for field in message.fields if field[0] in self._echo_tags)
        if message.flaws:
            body = tuple((tag, message.get(tag)) for tag in dict(body) if tag not in _GROUP_TAGS and tag in message)
        return self.routing_of(message) + body

    def routing_of(self, message: Message) -> TagPairs:
        """The header fields that return, turned round."""
        return tuple((pair.outbound, message.get(pair.inbound)) for pair in self.routing if pair.inbound in message)

    @cached_property
    def _echo_tags(self) -> frozenset[int]:
        if not self.reports.echo_strategy:
            return frozenset(self.reports.echo)
        named = {self.strategy.tag, self.strategy.name_tag, *_GROUP_TAGS}
        # EffectiveTime(168), MinQty(110) and the like are terms of the order too: a report prints them once, itself.
        return frozenset(self.reports.echo) | named | {tag for tag in self._rules_by_tag if tag not in _TERMS}

    def unknown_tags(self, message: Message) -> tuple[int, ...]:
        """Tags that neither the spec table has in this message nor the dialect mentions; nothing acts on them."""
        known = _known_tags(version_of(message.begin_string), message.msg_type)
        return tuple(tag for tag in message.tags() if tag not in known and tag not in self._mentioned)

    @cached_property
    def _mentioned(self) -> frozenset[int]:
        routing = {tag for pair in self.routing for tag in (pair.inbound, pair.outbound)}
        own = {self.strategy.tag, self.strategy.name_tag, *self.ignore, *self.reports.echo, *self.instrument.by}
        return frozenset(self._rules_by_tag) | routing | own


def _choose(rules: tuple[ParameterRule, ...], strategy: str | None, text: str, tag: int) -> ParameterRule | None:
    """The first rule that reads `text`; None if the strategy has none. Refused if it has, and the form is another."""
    for rule in rules:
        if rule.applies(strategy, text):
            return rule
    for rule in rules:
        if not rule.strategies or strategy in rule.strategies:
            raise ValueRefused(tag, f"in the form agreed for {rule.name}, {rule.pattern}", "", text)
    return None


_TERMS: Final = frozenset({15, 18, 40, 44, 59, 110, 111, 126, 168, 1138})


def _known_tags(version: Version, msg_type: str) -> frozenset[int]:
    message = version.messages.get(msg_type)
    body = tags_in(message.members) if message else ()
    return frozenset((*tags_in(version.header), *tags_in(version.trailer), *body)) - frozenset(USER_TAGS)
