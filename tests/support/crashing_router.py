"""`sluice` that kills itself (SIGKILL) at a chosen point of its work, at the Nth time it comes there.

`python -m support.crashing_router POINT N run ...`. Points: `received` (FIX has counted the message, the journal has
not), `recorded` (in the journal, not yet seen by the engine), `handled` (the engine has answered, nothing has left),
`delivered` (handed to the sessions, not yet noted as such).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from router.runtime.cli import main
from router.runtime.pipeline import Pipeline
from router.runtime.service import Service

POINTS: dict[str, tuple[type, str, bool]] = {
    "received": (Pipeline, "submit", False),
    "recorded": (Pipeline, "_handle", False),
    "handled": (Service, "_deliver", False),
    "delivered": (Service, "_deliver", True),
}


def crash_at(point: str, times: int) -> None:
    """Arm the point: the process dies there at the given time."""
    owner, name, after = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    left = [times]

    def armed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - it stands for any of them
        left[0] -= 1
        if left[0] == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, armed)


if __name__ == "__main__":
    crash_at(sys.argv[1], int(sys.argv[2]))
    main(sys.argv[3:])
