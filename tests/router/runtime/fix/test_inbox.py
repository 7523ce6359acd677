"""The bridge from threads to the loop."""

import threading

from router.runtime.fix.inbox import Inbox


def test_a_batch_wakes_once_and_is_drained_in_order() -> None:
    wakes: list[int] = []
    inbox: Inbox[int] = Inbox(lambda: wakes.append(1))

    for number in range(5):
        inbox.put(number)
    drained = inbox.drain()
    inbox.put(5)

    assert (drained, inbox.drain(), len(wakes)) == ([0, 1, 2, 3, 4], [5], 2)


def test_at_the_bound_the_putting_thread_waits_until_there_is_room() -> None:
    woken = threading.Event()
    inbox: Inbox[int] = Inbox(woken.set, items_max=2)

    def put_all() -> None:
        for number in range(6):
            inbox.put(number)

    thread = threading.Thread(target=put_all)
    thread.start()

    taken: list[int] = []
    while len(taken) < 6:
        woken.wait(5)
        woken.clear()
        batch = inbox.drain()
        assert len(batch) <= 2
        taken += batch
    thread.join(5)

    assert taken == [0, 1, 2, 3, 4, 5]
    assert not thread.is_alive()


def test_after_the_close_nothing_is_taken_and_nobody_waits() -> None:
    inbox: Inbox[int] = Inbox(lambda: None, items_max=1)
    inbox.put(1)
    thread = threading.Thread(target=inbox.put, args=[2])
    thread.start()

    inbox.close()
    thread.join(5)

    assert not thread.is_alive()
    assert inbox.drain() == [1]
