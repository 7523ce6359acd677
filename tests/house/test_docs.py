"""What the documentation says that a machine can check: links, commands, options, files, settings and defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
import msgspec
import pytest

from fixspec.dialect import Dialect, InstrumentRule, ReportHabits, RoutingPair, StrategyRule
from fixspec.parameters import ParameterRule
from router.core.profiles import FeeRule, RiskLimits, RouterSettings, RuleProfile, VenueProfile
from router.market.calendar import RawCalendar
from router.market.reference import RawBand, RawBandTable, RawInstrument, RawLot, RawTick, RawTickTable
from router.runtime.cli import main
from router.runtime.fix.sessions_file import KNOWN_KEYS
from router.runtime.settings import ClientSettings, EngineSection, JournalSection
from router.tca.impact.terms import ParametricModel
from router.tca.pretrade.rules import PretradeRules
from router.tca.profile.events import MarketDate
from simulator.contra import ContraMix
from simulator.crossing import CrossSettings
from simulator.dark_settings import DarkSettings
from simulator.eligibility import EligibilitySettings
from simulator.faults import FaultSettings
from simulator.lit_settings import LitSettings
from simulator.standing import StandingSettings
from simulator.synthetic_params import SyntheticParams
from simulator.vwap_cross import VwapSettings
from support import docs
from support.docs import Typed
from support.tree import Tree

SETTINGS: Final = "docs/configuration.md"
STRUCTS: Final[dict[str, type[msgspec.Struct]]] = {
    "[[client]]": ClientSettings,
    "[default]": RiskLimits,
    "[[venues]]": VenueProfile,
    "fees": FeeRule,
    "[venues.settings] of a lit venue": LitSettings,
    "[venues.settings] of a dark venue": DarkSettings,
    "[venues.settings] of a dark venue: contras": ContraMix,
    "[venues.settings] of a dark venue: who meets whom": EligibilitySettings,
    "[venues.settings] of a dark venue: participants": StandingSettings,
    "[venues.settings] of a cross venue": CrossSettings,
    "[venues.settings] of a vwap venue": VwapSettings,
    "[venues.settings] of any simulated venue: faults": FaultSettings,
    "[[instruments]]": RawInstrument,
    "lots": RawLot,
    "[[ticks.NAME]]": RawTickTable,
    "bands": RawTick,
    "[[price_bands.NAME]]": RawBandTable,
    "bands by reference price": RawBand,
    "[calendars.NAME]": RawCalendar,
    "[engine]": EngineSection,
    "[journal]": JournalSection,
    "[router]": RouterSettings,
    "[[rules]]": RuleProfile,
    "[default] and [symbol.NAME]": SyntheticParams,
    "[[events]]": MarketDate,
    "[[MODEL]], every model": ParametricModel,
    "[pretrade]": PretradeRules,
}
"""Where each table of settings stands, and the struct that reads it."""
DIALECT: Final[dict[str, type[msgspec.Struct]]] = {
    "strategy": StrategyRule,
    "parameter": ParameterRule,
    "instrument": InstrumentRule,
    "reports": ReportHabits,
    "routing": RoutingPair,
}
"""The tables of a dialect file; its only others are `minor_units.CODE` and the keys at the top."""
IN_WORDS: Final = {"fees": "no fee", "lots": "100 shares"}
"""Defaults that are structs: the documentation says them in words."""


@pytest.fixture(scope="module")
def pages(tree: Tree) -> dict[str, str]:
    """Every Markdown file that is the project's."""
    return {name: tree.text(name) for name in tree.files(suffix=".md")}


def options_of(command: str) -> set[str]:
    """The long options of a `sluice` command, and of a group's commands; empty for one that does not exist."""
    assert isinstance(main, click.Group)
    found = main.get_command(click.Context(main), command)
    inner = found.list_commands(click.Context(found)) if isinstance(found, click.Group) else []
    group = [found.get_command(click.Context(found), name) for name in inner] if isinstance(found, click.Group) else []
    return {
        text
        for each in (found, *group)
        if each
        for param in each.params
        for text in (*param.opts, *param.secondary_opts)
    } | {"--help"}


def test_links_lead_to_files_of_the_project(tree: Tree, pages: dict[str, str]) -> None:
    broken = {
        (name, target)
        for name, text in pages.items()
        for target in docs.relative_links(text)
        if not (tree.root / name).parent.joinpath(target).exists()
    }

    assert broken == set()


def test_every_page_can_be_reached_from_the_readme(tree: Tree, pages: dict[str, str]) -> None:
    reached: list[str] = ["README.md"]
    for name in reached:
        for target in docs.relative_links(pages[name]):
            path = (tree.root / name).parent.joinpath(target).resolve()
            found = path.relative_to(tree.root.resolve()).as_posix()
            children = [page for page in pages if Path(page).parent.as_posix() == found]
            reached += [page for page in [found, *children] if page in pages and page not in reached]

    assert sorted(page for page in pages if page not in reached and not page.startswith("examples/")) == []


def test_commands_and_options_exist(pages: dict[str, str]) -> None:
    typed = [(name, command) for name, text in pages.items() for command in docs.typed_commands(text)]

    unknown = [
        (name, command.command, option)
        for name, command in typed
        for option in (*command.options, "--help")
        if command.command not in main.list_commands(click.Context(main)) or option not in options_of(command.command)
    ]

    assert len(typed) > 20
    assert unknown == []


def test_make_targets_exist(tree: Tree, pages: dict[str, str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", tree.text("Makefile"), re.MULTILINE))

    named = {(name, target) for name, text in pages.items() for target in docs.make_targets(text)}

    assert {target for _, target in named} >= {"demo", "test"}
    assert {(name, target) for name, target in named if target not in targets} == set()


def test_files_that_are_named_exist(tree: Tree, pages: dict[str, str]) -> None:
    missing = [
        (name, path)
        for name, text in pages.items()
        if name != "CHANGELOG.md"
        for path in docs.tree_paths(text)
        if not (tree.root / path).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("title", STRUCTS)
def test_every_setting_is_documented_with_its_default(pages: dict[str, str], title: str) -> None:
    expected = docs.settings_of(STRUCTS[title]) | {
        key: words for key, words in IN_WORDS.items() if key in STRUCTS[title].__struct_fields__
    }

    assert docs.documented_settings(docs.section(pages[SETTINGS], title)) == expected


def test_every_session_key_is_documented(pages: dict[str, str]) -> None:
    (block,) = re.findall(r"<!-- begin session keys -->(.*?)<!-- end", pages[SETTINGS], re.DOTALL)

    assert set(block.replace("```", "").split()) == KNOWN_KEYS


def test_every_key_of_a_dialect_is_documented(pages: dict[str, str]) -> None:
    spans = set(docs.SPAN.findall(pages["docs/fix/dialects.md"]))
    inner = {f"{table}.{key}" for table, kind in DIALECT.items() for key in kind.__struct_fields__}
    top = set(Dialect.__struct_fields__) - DIALECT.keys() - {"minor_units"}

    assert sorted((inner | top | {"minor_units.CODE", "currency", "per_unit"}) - spans) == []


# --- the readers themselves


def test_a_command_is_read_from_a_block_and_from_a_line() -> None:
    text = "Type `sluice check --state DIR`:\n\n```\n$ .venv/bin/sluice run --speed=2 # and wait\nls --all\n```\n"

    assert docs.typed_commands(text) == [Typed("run", ("--speed",)), Typed("check", ("--state",))]


def test_links_are_read_outside_of_code() -> None:
    text = "[a](b.md#c), [d](https://e.f), [g](#h)\n\n```\n[i](j.md)\n```\n"

    assert docs.relative_links(text) == ["b.md"]


def test_a_wrong_default_is_seen() -> None:
    class Example(msgspec.Struct):
        name: str
        count: int = 10_000
        on: bool = False
        only: str | None = None

    table = "| `name` | required | a |\n| `count` | `9` | b |\n| `on` | `false` | c |\n| `only` | left out | d |\n"

    said, true = docs.documented_settings(table), docs.settings_of(Example)

    assert {key for key in true if said[key] != true[key]} == {"count"}
