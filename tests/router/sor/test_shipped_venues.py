"""The shipped venues and router settings: read whole, of every kind, within the shipped rules."""

import tomllib
from pathlib import Path

import msgspec

from router.core.profiles import RouterSettings, RuleProfile, VenueProfile
from router.core.types import VenueKind
from router.sor.queue_models import MODELS
from router.sor.routes import Routes

DAY = "20240304"


def shipped(repo: Path) -> tuple[tuple[VenueProfile, ...], tuple[RuleProfile, ...], RouterSettings]:
    venues = tomllib.loads((repo / "config/venues.toml").read_text())["venues"]
    engine = tomllib.loads((repo / "config/engine.toml").read_text())
    return (
        msgspec.convert(venues, tuple[VenueProfile, ...]),
        msgspec.convert(engine["rules"], tuple[RuleProfile, ...]),
        msgspec.convert(engine["router"], RouterSettings),
    )


def test_every_kind_of_venue_is_shipped_and_none_breaks_the_rules(repo: Path) -> None:
    venues, rules, _ = shipped(repo)

    routes = Routes(venues, rules, DAY)

    assert [(route.mic, route.kind, route.unfit) for route in routes.all] == [
        ("XALT", VenueKind.LIT, ""),
        ("XBLK", VenueKind.DARK, ""),
        ("XCRS", VenueKind.CROSS, ""),
        ("XDRK", VenueKind.DARK, ""),
        ("XFIX", VenueKind.LIT, "disabled"),
        ("XINV", VenueKind.LIT, ""),
        ("XLIT", VenueKind.LIT, ""),
        ("XVWP", VenueKind.CROSS, ""),
    ]


def test_one_shipped_venue_pays_takers_and_the_others_pay_makers(repo: Path) -> None:
    venues, rules, _ = shipped(repo)

    lit = [route for route in Routes(venues, rules, DAY).lit if not route.unfit]

    assert [route.mic for route in lit if route.fees.remove < 0] == ["XINV"]
    assert [route.mic for route in lit if route.fees.add < 0] == ["XALT", "XLIT"]


def test_the_shipped_router_settings_are_the_defaults(repo: Path) -> None:
    _, _, settings = shipped(repo)

    assert settings == RouterSettings()
    assert settings.queue_model in MODELS
