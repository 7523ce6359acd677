"""Pictures are the same bytes each time, one a group, and fit on one page."""

import re
from functools import cache

import pytest

from router.api import SECOND
from simulator.facts.day import DayFacts, measure
from simulator.facts.impact import Impact
from simulator.facts.pictures import pictures
from simulator.facts.recording import record
from support.facts import OPEN, synthetic

IMPACT = {size: [Impact(size, size**0.5, 0.0), Impact(size, size**0.5 * 1.1, 0.0)] for size in (0.01, 0.02, 0.04)}


@cache
def day() -> DayFacts:
    return measure(record(synthetic(3), OPEN + 600 * SECOND))


@cache
def drawn() -> dict[str, str]:
    return pictures({"made": [day()], "real": [day()]}, IMPACT)


pytestmark = pytest.mark.slow


def test_there_is_one_a_group() -> None:
    assert list(drawn()) == ["day", "orders", "signs", "prices", "queue", "impact"]


@pytest.mark.untraced
def test_without_an_experiment_there_is_no_impact_and_the_same_facts_give_the_same_bytes() -> None:
    again = pictures({"made": [day()], "real": [day()]})

    assert again == {name: svg for name, svg in drawn().items() if name != "impact"}


def test_ids_of_two_pictures_never_meet() -> None:
    ids = [found for svg in drawn().values() for found in set(re.findall(r' id="([^"]+)"', svg))]

    assert len(ids) == len(set(ids))
    assert all(reference in ids for svg in drawn().values() for reference in re.findall(r'href="#([^"]+)"', svg))


def test_each_market_is_named() -> None:
    assert [name for name, svg in drawn().items() if ">made<" in svg and ">real<" in svg] == list(drawn())[:-1]


def test_impact_is_labelled_in_plain_numbers_that_do_not_run_into_each_other() -> None:
    labels = re.findall(r">([^<>]+)</text>", drawn()["impact"])

    assert [label for label in labels if re.fullmatch(r"[\d.]+", label)] == ["1", "2", "1000", "2000"]
