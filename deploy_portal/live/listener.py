"""The one subscription of a process to the hints that deployments give."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError

from deployments.hints import LIVE_CHANNEL

QUIET_SECONDS = 5.0
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
logger = logging.getLogger(__name__)


class Listener:
    """`heard` gets a deployment's id; `found` and `lost` say whether hints arrive at all."""

    def __init__(
        self,
        url: str,
        heard: Callable[[int], None],
        found: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._url = url
        self._heard, self._found, self._lost = heard, found, lost
        self._wait = FIRST_WAIT

    async def run(self) -> None:
        while True:
            try:
                await self._subscribe()
            except (RedisError, OSError) as error:
                if self._wait == FIRST_WAIT:
                    logger.warning("no live hints, the database is asked instead: %s", error)
            self._lost()
            await asyncio.sleep(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT)

    async def _subscribe(self) -> None:
        # Without retries of its own: what was missed while it reconnects silently is never shown.
        once = Retry(NoBackoff(), 0)
        client = Redis.from_url(self._url, retry=once, socket_connect_timeout=2)
        try:
            async with client.pubsub() as subscription:
                await subscription.subscribe(LIVE_CHANNEL)
                await self._hear(subscription)
        finally:
            await client.aclose()

    async def _hear(self, subscription: PubSub) -> None:
        asked = False
        while True:
            message = await subscription.get_message(timeout=QUIET_SECONDS)
            if message is None:
                if asked:
                    raise Lost("no answer to a ping")
                await subscription.ping()
                asked = True
                continue
            asked = False
            if message["type"] == "subscribe":
                self._wait = FIRST_WAIT
                self._found()
            elif message["type"] == "message" and message["data"].isdigit():
                self._heard(int(message["data"]))
