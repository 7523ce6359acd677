"""Work on a Dask cluster that exists. Its workers need this version of the package, and the settings' folder.

Needs the extra `dask`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import distributed
from distributed.comm.addressing import parse_address, parse_host_port

from router.tca.study.plan import StudyError

TIMEOUT_S: Final = 10
HELD_MAX: Final = 4
"""Jobs a thread of the cluster holds or has waiting."""
Job = TypeVar("Job")
Result = TypeVar("Result")


def work_on_dask(work: Callable[[Job], Result], jobs: Sequence[Job], address: str) -> Iterator[Result]:
    """Every result as it comes. StudyError where the scheduler is not there or has no worker."""
    todo = iter(jobs)
    client = _client(address)
    try:
        # Pure is false: a cell is worked as often as it is handed out, never looked up by what it is.
        first = [client.submit(work, job, pure=False) for job, _ in zip(todo, range(_room(client)), strict=False)]
        running: Any = distributed.as_completed(first, loop=client.loop)  # type: ignore[no-untyped-call]  # distributed publishes no types
        for done in running:
            yield done.result()
            for job in todo:
                running.add(client.submit(work, job, pure=False))
                break
    except distributed.KilledWorker as error:
        raise StudyError(f"dask: workers died on one cell ({error}); what is whole is kept, run again") from None
    finally:
        client.close()


def _client(address: str) -> Any:  # noqa: ANN401 - distributed publishes no types
    try:
        # Looked at first: a client that never connected takes its time to be closed, and says so.
        parse_host_port(parse_address(address)[1])
    except ValueError as error:
        raise StudyError(
            f"dask: must be the address of a scheduler, tcp://HOST:PORT: got {address!r} ({error})"
        ) from None
    try:
        return distributed.Client(address, timeout=TIMEOUT_S, set_as_default=False)  # type: ignore[no-untyped-call]  # distributed publishes no types
    except (OSError, TimeoutError, ValueError) as error:
        raise StudyError(f"dask: {address} must be a scheduler that answers within {TIMEOUT_S} s: {error}") from None


def _room(client: Any) -> int:  # noqa: ANN401 - as above
    threads = sum(client.nthreads().values())
    if not threads:
        raise StudyError("dask: the cluster must have a worker: got none")
    return int(threads) * HELD_MAX
