"""What is late comes when it is due, in order, and can be brought forward; a line that is cut carries nothing."""

from simulator.late_feed import LateFeed


def test_everything_comes_later_by_the_lag() -> None:
    feed: LateFeed[str] = LateFeed(50)

    assert [feed.delay(0, 10, ["a"]), feed.delay(5, 15, ["b"])] == [60, 65]


def test_a_cut_line_carries_nothing() -> None:
    feed: LateFeed[str] = LateFeed(None)

    assert feed.delay(0, 10, ["a"]) is None
    assert feed.bring_forward(10) == []


def test_what_is_under_way_is_brought_forward_in_order_and_is_not_there_twice() -> None:
    feed: LateFeed[str] = LateFeed(50)
    early, first, second = ["heard in time"], ["a", "b"], ["c"]
    feed.delay(0, 10, early)
    feed.delay(5, 15, first)
    feed.delay(8, 18, second)

    found = feed.bring_forward(60)

    assert found == ["a", "b", "c"]
    assert (early, first, second) == (["heard in time"], [], [])


def test_what_has_been_heard_is_forgotten() -> None:
    feed: LateFeed[str] = LateFeed(50)
    feed.delay(0, 10, ["old"])
    feed.delay(100, 110, ["new"])

    assert feed.bring_forward(0) == ["new"]
