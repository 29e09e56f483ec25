"""Two people at the same instant: each in a thread, with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

Answer = TypeVar("Answer")


def at_once(*acts: Callable[[], Answer]) -> list[Answer | Exception]:
    """Run all acts together; a refusal is an answer like any other."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Answer]) -> Answer | Exception:
        start.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - the caller judges what came back
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
