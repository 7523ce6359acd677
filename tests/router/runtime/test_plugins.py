"""Plug-ins by entry point: found, named, and refused when they are not what they say."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from router.runtime import plugins
from router.runtime.plugins import PluginError, load_algos, load_venues


def test_our_own_plug_ins_come_in_by_the_same_door() -> None:
    assert {"IS", "POV", "TWAP", "VWAP"} <= set(load_algos())
    assert {"cross", "dark", "lit"} <= set(load_venues())
    assert "fix" not in load_venues()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that these objects, and no others, are installed as plug-ins."""

    def install(**objects: object) -> None:
        points = []
        for name, found in objects.items():
            point = SimpleNamespace(name=name, value=f"{name}:it", group="sluice.algos", load=lambda found=found: found)
            points.append(point)
        monkeypatch.setattr(plugins, "entry_points", lambda **_: points)

    return install


def algo(name: str) -> object:
    return SimpleNamespace(name=name, Params=object, expected_schedule=object)


def test_algorithms_are_known_by_their_own_name_in_order(installed: Callable[..., None]) -> None:
    installed(second=algo("B"), first=algo("A"))

    assert list(load_algos()) == ["A", "B"]


def test_two_algorithms_of_one_name_are_refused(installed: Callable[..., None]) -> None:
    installed(one=algo("X"), two=algo("X"))

    with pytest.raises(PluginError, match=r"sluice\.algos: two \(two:it\): there is a strategy X already"):
        load_algos()


def test_what_is_no_algorithm_is_refused(installed: Callable[..., None]) -> None:
    installed(odd=SimpleNamespace(name="X"))

    with pytest.raises(PluginError, match=r"odd \(odd:it\) is no algorithm"):
        load_algos()


def test_a_plug_in_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_module:It", "sluice.venues")
    monkeypatch.setattr(plugins, "entry_points", lambda **_: [broken])

    with pytest.raises(PluginError, match=r"sluice\.venues: broken \(no_such_module:It\) cannot be loaded"):
        load_venues()
