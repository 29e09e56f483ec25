"""Hints for speed, given after commit and allowed to be lost; a sweep finds what they missed."""

import logging
import time
from collections.abc import Callable
from functools import cache

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

LIVE_CHANNEL = "live:deployments"
# The sweeps come every two or three seconds and find what is not hinted at meanwhile.
PAUSE_SECONDS = 5.0
logger = logging.getLogger(__name__)


class Pause:
    """After a failed hint this process gives none for a while.

    One that hangs fails after a second, and ten of those would make a person wait.

    Threads need no lock here: at worst one hint more is tried, or one is left to the sweep.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def allows_a_hint(self) -> bool:
        now = time.monotonic()
        if now < self._until:
            return False
        if self._until:
            # The first one after a pause tries alone, the others wait for what becomes of it.
            self._until = now + PAUSE_SECONDS
        return True

    def begin(self) -> None:
        self._until = time.monotonic() + PAUSE_SECONDS

    def end(self) -> None:
        self._until = 0.0


pause = Pause()


@cache
def _redis() -> redis.Redis:
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(
        settings.REDIS_URL, retry=once, socket_timeout=1, socket_connect_timeout=1
    )


def hint(task: str, *ids: int) -> None:
    """Wake a worker for a row that is already written, once the transaction holds."""
    _after_commit(lambda: _wake(task, ids))


def changed(deployment_id: int) -> None:
    """Tell the open pages of a deployment that there is something new to show."""
    _after_commit(lambda: _redis().publish(LIVE_CHANNEL, str(deployment_id)))


def broker_answers() -> bool:
    """Whether hints can be given now; within a second, since a page waits for it."""
    try:
        return bool(_redis().ping())
    except redis.RedisError:
        return False


def _wake(task: str, ids: tuple[int, ...]) -> None:
    # Kombu's connections are made for workers and try again for six seconds; this fails in one.
    _redis().ping()
    current_app.send_task(task, args=ids, ignore_result=True)


def _after_commit(give: Callable[[], object]) -> None:
    transaction.on_commit(lambda: _quietly(give), robust=True)


def _quietly(give: Callable[[], object]) -> None:
    if not pause.allows_a_hint():
        return
    try:
        give()
    except Exception as error:  # noqa: BLE001 - a dead broker harms no act that already holds
        logger.warning(
            "hint lost, none for %d s, the sweeps find the rows: %s", PAUSE_SECONDS, error
        )
        pause.begin()
    else:
        pause.end()
