"""Coverage's tracing, switched off for a while. It must not know any test."""

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def untraced() -> Iterator[None]:
    """Without any coverage that is being taken: under xdist a worker has two, one upon the other."""
    stopped: list[Coverage] = []
    while (tracing := Coverage.current()) is not None:
        tracing.stop()
        stopped.append(tracing)
    try:
        yield
    finally:
        for tracing in reversed(stopped):
            tracing.start()
