"""How hard processes and broker are killed: a little in `make test`, fully in `make chaos`."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.live.brokers import Broker

FULL = bool(os.environ.get("PORTAL_CHAOS"))
EVERY_SECONDS = 5.0


@contextmanager
def unreliable(broker: Broker, every: float = EVERY_SECONDS) -> Iterator[list[str]]:
    """Every so many seconds the broker is wiped, or killed and started empty; what was done."""
    over, done = threading.Event(), list[str]()

    def trouble() -> None:
        while not over.wait(every):
            if len(done) % 2:
                broker.kill()
                broker.start()
                done.append("killed")
            else:
                with redis.Redis.from_url(broker.url) as client:
                    client.flushall()
                done.append("wiped")

    thread = threading.Thread(target=trouble)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()
