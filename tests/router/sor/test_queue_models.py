"""Whose cancellation it was: each model by hand, and what all of them must keep to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.sor.queue_models import MODELS, Power, Young

shares = st.floats(0, 1e6)


@pytest.mark.parametrize(
    ("model", "behind"),
    [
        ("risk-averse", 1.0),
        ("uniform", 3 / 4),  # 300 / 400
        ("power", 27 / 28),  # 300^3 / (100^3 + 300^3)
        ("log", 0.552895),  # ln 301 / (ln 101 + ln 301)
        ("young", 63 / 64),  # 1 - (100 / 400)^3
    ],
)
def test_100_ahead_and_300_behind(model: str, behind: float) -> None:
    assert MODELS[model](100.0, 300.0) == pytest.approx(behind, abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_with_nobody_anywhere_it_was_behind(model: str) -> None:
    assert MODELS[model](0.0, 0.0) == 1.0


@pytest.mark.parametrize("model", [name for name in MODELS if name != "risk-averse"])
def test_with_nobody_behind_it_was_ahead(model: str) -> None:
    assert MODELS[model](500.0, 0.0) == 0.0


@given(ahead=shares, behind=shares, model=st.sampled_from(list(MODELS)))
def test_a_part_is_a_part(ahead: float, behind: float, model: str) -> None:
    assert 0.0 <= MODELS[model](ahead, behind) <= 1.0


@given(ahead=st.floats(1, 1e6), behind=st.floats(1, 1e6), model=st.sampled_from(["uniform", "power", "log"]))
def test_these_treat_both_parts_alike(ahead: float, behind: float, model: str) -> None:
    part = MODELS[model]

    assert part(ahead, behind) + part(behind, ahead) == pytest.approx(1.0)


@pytest.mark.parametrize("make", [Power, Young])
def test_an_exponent_that_is_not_above_0_is_refused(make: type[Power] | type[Young]) -> None:
    with pytest.raises(AssertionError, match=r"-1\.0"):
        make(-1.0)
