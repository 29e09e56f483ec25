"""The streams: a plain ASGI application; an open page holds no thread and no connection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import parse_cookie

from deploy_portal.live import guests
from deploy_portal.live.access import Ticket
from deploy_portal.live.guests import Guest
from deploy_portal.live.hub import Hub
from deploy_portal.live.viewers import Panels, Viewer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = re.compile(r"/live/deployments/(?P<pk>[0-9]{1,18})/")
SHARED_PATH = re.compile(r"/live/share/(?P<secret>[A-Za-z0-9_-]{1,100})/")
PANEL = re.compile(r"[a-z0-9-]{1,40}")
MOST_PANELS = 20
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
SENTENCES = {
    401: "Sign in to follow this deployment.",
    404: "There is no such deployment.",
    405: "A stream is fetched with GET.",
    503: "The portal is stopping; try again in a moment.",
}


class LiveStream:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found, shared = PATH.fullmatch(scope["path"]), SHARED_PATH.fullmatch(scope["path"])
        if found is None and shared is None:
            return await _answer(send, 404)
        if scope["method"] != "GET":
            return await _answer(send, 405)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        ticket: Ticket | Guest | int = 404
        if shared:
            ticket = await self.hub.admit_guest(shared["secret"])
        elif found:
            ticket = await self.hub.admit(_session_key(headers), int(found["pk"]))
        if isinstance(ticket, int):
            return await _answer(send, ticket)
        panels, last = _asked(scope["query_string"])
        if shared:
            panels = guests.PANELS
        viewer = self.hub.enter(ticket, panels, headers.get(b"last-event-id") or last)
        return await self._serve(viewer, receive, send)

    async def _serve(self, viewer: Viewer, receive: Receive, send: Send) -> None:
        watching = asyncio.create_task(_until_gone(viewer, receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _body(send, b": welcome\n\n")
            while frame := await viewer.next():
                await _body(send, frame)
            await _body(send, b"", more=False)
        except asyncio.CancelledError:
            # Too slow a reader is cut off; any other end is the server's.
            if not viewer.closed:
                raise
        finally:
            watching.cancel()
            self.hub.leave(viewer)


def _session_key(headers: Mapping[bytes, str]) -> str | None:
    return parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)


def _asked(query: bytes) -> tuple[Panels, str]:
    fields = parse_qs(query.decode("latin-1"))
    names = set(fields.get("panels", [""])[0].split(","))
    panels = sorted(name for name in names if PANEL.fullmatch(name))[:MOST_PANELS]
    return tuple(panels), fields.get("last", [""])[0]


async def _until_gone(viewer: Viewer, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.close()


async def _body(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _answer(send: Send, status: int) -> None:
    body = SENTENCES[status].encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await _body(send, body, more=False)
