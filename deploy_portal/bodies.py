"""No page before the whole request is here: what is read slowly holds no thread.

What is cut off reaches no page either, for a2wsgi takes the end of a connection for the end of the
body, and half a form may well be a valid form.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

from deploy_portal.live.stream import Application, Message, Receive, Scope, Send

KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What is read at all; pages judge forms and documents by stricter figures of their own."""

    most_bytes: int = 64 * MIB
    # More than this waits in a file instead of in memory.
    in_memory: int = MIB
    # Time for a whole body, and one second more for each part of it that did arrive, so that a
    # large upload over a slow line ends well and a body of single bytes does not go on.
    seconds: float = 20.0
    bytes_a_second: int = 64 * KIB
    # Whoever is refused goes on sending; hung up on at once, they would not read why.
    linger_seconds: float = 10.0


class _CutOffError(Exception):
    """The client hung up before the body was whole."""


class _TooLargeError(Exception):
    """The body is announced, or turned out, larger than what is read."""


class WholeBodies:
    """`application` is called with a body that is complete, or not at all."""

    def __init__(self, application: Application, limits: Limits | None = None) -> None:
        self._application = application
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(self._limits.in_memory) as body:
            try:
                size = await self._read(scope, receive, body)
            except _CutOffError:
                return
            except TimeoutError:
                await _refuse(send, 408, "The request did not arrive in time; nothing was done.")
            except _TooLargeError:
                most = f"{self._limits.most_bytes // MIB} MiB"
                await _refuse(send, 413, f"The portal reads no more than {most} at once.")
                await self._let_it_end(receive)
            else:
                scope = {**scope, "headers": [*_with_length(scope["headers"], size)]}
                await self._application(scope, _Replay(body, size, receive), send)
                return
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _read(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int:
        if _announced(scope) > self._limits.most_bytes:
            raise _TooLargeError
        size, began = 0, asyncio.get_running_loop().time()
        async with asyncio.timeout(self._limits.seconds) as deadline:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _CutOffError
                size += body.write(message.get("body", b""))
                if size > self._limits.most_bytes:
                    raise _TooLargeError
                if not message.get("more_body", False):
                    body.seek(0)
                    return size
                earned = size / self._limits.bytes_a_second
                deadline.reschedule(began + self._limits.seconds + earned)

    async def _let_it_end(self, receive: Receive) -> None:
        try:
            async with asyncio.timeout(self._limits.linger_seconds):
                while (await receive()).get("more_body", False):
                    pass
        except TimeoutError:
            pass


class _Replay:
    """The body once more, piece by piece; after it, whatever the connection says."""

    def __init__(self, body: IO[bytes], size: int, receive: Receive) -> None:
        self._body, self._left, self._receive = body, size, receive
        self._is_told = False

    async def __call__(self) -> Message:
        if self._is_told:
            return await self._receive()
        piece = self._body.read(MIB)
        self._left -= len(piece)
        self._is_told = self._left == 0
        return {"type": "http.request", "body": piece, "more_body": not self._is_told}


Headers = Iterable[tuple[bytes, bytes]]


def _with_length(headers: Headers, size: int) -> Headers:
    """WSGI knows no chunks: without a length Django takes a chunked body for an empty one."""
    names = set()
    for name, value in headers:
        names.add(name)
        yield name, value
    if size and b"content-length" not in names:
        yield b"content-length", str(size).encode()


def _announced(scope: Scope) -> int:
    told: dict[bytes, Any] = dict(scope["headers"])
    # The server has refused what is no number.
    return int(told.get(b"content-length") or 0)


async def _refuse(send: Send, status: int, sentence: str) -> None:
    """Everything but the last message: the connection stays until that is sent."""
    body = sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        # Above the page that asked, as every refusal (middleware.py).
        (b"hx-retarget", b"#refusal"),
        (b"hx-reswap", b"innerHTML"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
