"""Hints for speed, given after commit and allowed to be lost; a sweep finds what they missed."""

import logging
from collections.abc import Callable
from functools import cache

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction

LIVE_CHANNEL = "live:deployments"
logger = logging.getLogger(__name__)


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def hint(task: str, *ids: int) -> None:
    """Wake a worker for a row that is already written, once the transaction holds."""
    _after_commit(lambda: current_app.send_task(task, args=ids, ignore_result=True))


def changed(deployment_id: int) -> None:
    """Tell the open pages of a deployment that there is something new to show."""
    _after_commit(lambda: _redis().publish(LIVE_CHANNEL, str(deployment_id)))


def _after_commit(give: Callable[[], object]) -> None:
    def quietly() -> None:
        try:
            give()
        except Exception as error:  # noqa: BLE001 - a dead broker harms no act that already holds
            logger.warning("hint lost, the sweep will find the row: %s", error)

    transaction.on_commit(quietly, robust=True)
