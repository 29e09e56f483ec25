"""What would this service measure of itself, if people used it? Traffic that is made up.

Each mode but the healthy one breaks another limit of examples/sprint-001.md.
"""

import math
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import NamedTuple

PER_SECOND = 100
# Two thousand requests: the share of hits then wanders by less than two points.
WINDOW_SECONDS = 20


class Mode(StrEnum):
    HEALTHY = "healthy"
    SLOW = "slow"
    FAILING = "failing"
    COLD = "cold"


@dataclass(frozen=True)
class Course:
    """How requests go in a mode: times in milliseconds, shares from 0 to 1."""

    hit: tuple[float, float] = (15, 60)
    miss: tuple[float, float] = (90, 170)
    hits: float = 0.93
    failures: float = 0.0
    health_ms: int = 5


COURSES = {
    Mode.HEALTHY: Course(),
    Mode.SLOW: Course(hit=(250, 500), miss=(600, 900), health_ms=700),
    Mode.FAILING: Course(failures=0.3),
    Mode.COLD: Course(hits=0.4),
}


class Request(NamedTuple):
    milliseconds: float
    is_hit: bool
    failed: bool


@dataclass
class Traffic:
    """The last requests and the sums since the start; may be asked from any thread.

    The switch fills the window anew, so that what it does is seen at once.
    """

    chance: Random = field(default_factory=Random)
    mode: Mode = Mode.HEALTHY
    requests_total: int = 0
    failures_total: int = 0
    window: deque[Request] = field(
        default_factory=lambda: deque(maxlen=PER_SECOND * WINDOW_SECONDS)
    )
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.switch(self.mode)

    def switch(self, mode: Mode) -> None:
        with self.lock:
            self.mode = mode
            self.window.extend(self._drawn(PER_SECOND * WINDOW_SECONDS))

    def tick(self) -> None:
        """Another second."""
        with self.lock:
            fresh = list(self._drawn(PER_SECOND))
            self.window.extend(fresh)
            self.requests_total += len(fresh)
            self.failures_total += sum(one.failed for one in fresh)

    def _drawn(self, many: int) -> Iterator[Request]:
        course = COURSES[self.mode]
        for _ in range(many):
            is_hit = self.chance.random() < course.hits
            took = self.chance.uniform(*(course.hit if is_hit else course.miss))
            failed = self.chance.random() < course.failures
            yield Request(took, is_hit, failed)

    def figures(self) -> dict[str, float]:
        """By the names of examples/sprint-001.md: shares in percent, times in milliseconds."""
        with self.lock:
            seen, requests, failures = list(self.window), self.requests_total, self.failures_total
        times = sorted(request.milliseconds for request in seen)
        whole = len(seen)
        return {
            "cache_hit_rate": round(100 * sum(one.is_hit for one in seen) / whole, 2),
            "api_response_time": round(times[math.ceil(0.95 * whole) - 1], 1),
            "retrieval_time_avg": round(sum(times) / whole, 1),
            "error_rate": round(100 * sum(one.failed for one in seen) / whole, 2),
            "request_rate": PER_SECOND,
            # By Little's law.
            "concurrent_operations": round(PER_SECOND * sum(times) / whole / 1000, 1),
            "requests_total": requests,
            "request_errors_total": failures,
        }
