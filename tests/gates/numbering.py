"""A server that numbers its answers, and knows who asked while somebody else was still asking."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class Numbering:
    """`asked` holds for each path when it was asked, by the number of the answer.

    `offset` is how far the portal's clock is ahead, so that these times compare with its own.
    """

    port: int = 0
    offset: timedelta = timedelta(0)
    asked: dict[str, dict[int, datetime]] = field(default_factory=dict)
    open: Counter[str] = field(default_factory=Counter)
    twice_at_once: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.count += 1
        number = self.count
        self.asked.setdefault(path, {})[number] = datetime.now(UTC) + self.offset
        self.open[path] += 1
        if self.open[path] > 1:
            self.twice_at_once.append(path)
        await self._think(reader)
        self.open[path] -= 1
        body = f'{{"number": {number}}}'
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        writer.close()

    async def _think(self, reader: asyncio.StreamReader) -> None:
        """A while, or until whoever asked is dead."""
        gone = asyncio.ensure_future(reader.read(1))
        await asyncio.wait([gone], timeout=random.uniform(0.02, 0.4))
        gone.cancel()


@contextmanager
def numbering() -> Iterator[Numbering]:
    """Its loop runs in a thread of its own: that of a test may have one of a browser."""
    server, loop = Numbering(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listening = _in(loop, asyncio.start_server(server.answer, "127.0.0.1", 0))
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        _in(loop, _ended())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _in(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, loop).result()


async def _ended() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0.05)
