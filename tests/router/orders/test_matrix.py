"""The order state matrices of FIX 4.4 Volume 4, Appendix D, and the cases of an algo engine (X), played one by one."""

from pathlib import Path

import pytest

from support.order_matrix import Case, Player, cases

CASES = list(cases((Path(__file__).parent / "matrix.txt").read_text()))

# Every scenario of Appendix D that is about one order's state. L.1.b (CashOrderQty) is in test_parents.py: what differs
# there is the sender's message. X2, X3 and X7 need children or a restart: test_together.py.
IDS = {
    "A.1": "ab",
    "B.1": "abcdef",
    "C.1": "abc",
    "C.2": "a",
    "C.3": "abc",
    "D.1": "abc",
    "D.2": "abcd",
    "E.1": "abcd",
    "F.1": "abc",
    "G.1": "abc",
    "H.1": "abcd",
    "I.1": "ab",
    "J.1": "abcd",
    "K.1": "ab",
    "L.1": "a",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_client_hears_what_the_matrix_says(case: Case) -> None:
    player = Player(case.settings)

    heard = [(step.action, *player.play(step.action)) for step in case.steps]

    assert heard == [(step.action, *step.heard) for step in case.steps]


def test_every_scenario_is_here() -> None:
    wanted = [f"{group}.{letter}" for group, letters in IDS.items() for letter in letters]

    assert [name for name in (*wanted, "X1", "X4", "X5", "X6") if name not in {case.name for case in CASES}] == []
