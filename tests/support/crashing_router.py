"""`sluice` that kills itself (SIGKILL) at a chosen point of its work, at the Nth time it comes there.

`python -m support.crashing_router POINT N run ...`; the points are `POINTS`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from router.core.events import ChildFilled, NewOrder
from router.runtime import pipeline
from router.runtime.cli import main
from router.runtime.pipeline import Pipeline
from router.runtime.service import Service


class Point(NamedTuple):
    """Before (or `after`) a call of `owner.name` that takes a `kind` in."""

    owner: object
    name: str
    kind: type | None = None
    after: bool = False


POINTS = {
    # FIX has counted the message, the journal has not.
    "order-received": Point(Pipeline, "submit", NewOrder),
    "fill-received": Point(Pipeline, "submit", ChildFilled),
    # In the journal, not yet seen by the engine.
    "order-recorded": Point(pipeline, "apply", NewOrder),
    "fill-recorded": Point(pipeline, "apply", ChildFilled),
    # The engine has spoken, nothing has left; or it has, and that is not noted.
    "child-ready": Point(Service, "_to_venue"),
    "child-sent": Point(Service, "_to_venue", after=True),
    "report-ready": Point(Service, "_to_client"),
    "report-sent": Point(Service, "_to_client", after=True),
}


def crash_at(point: Point, times: int) -> None:
    """Arm the point: the process dies there at the given time."""
    original: Callable[..., Any] = getattr(point.owner, point.name)
    left = [times]

    def armed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - it stands for any of them
        left[0] -= point.kind is None or _takes(args, point.kind)
        if left[0] == 0 and not point.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(point.owner, point.name, armed)


def _takes(args: tuple[Any, ...], kind: type) -> bool:
    return any(
        isinstance(argument, kind) or (isinstance(argument, list) and any(isinstance(each, kind) for each in argument))
        for argument in args
    )


if __name__ == "__main__":
    crash_at(POINTS[sys.argv[1]], int(sys.argv[2]))
    main(sys.argv[3:])
