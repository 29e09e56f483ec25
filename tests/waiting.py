"""Waiting for what other threads and processes do; only a test that fails waits to the end."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 90.0
"""Seconds; many times what anything needs here, since the machine may have other work."""


def until(
    is_so: Callable[[], object],
    what: str = "it came to be",
    *,
    seconds: float = PATIENCE,
    pause: float = 0.05,
) -> None:
    """Ask again and again; an AssertionError names what did not come to be in time."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain until {what}"
        time.sleep(pause)
