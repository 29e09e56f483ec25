"""The web process: live streams on the event loop, every page through Django on threads."""

from __future__ import annotations

import gc
import logging
from typing import Any, cast
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from deploy_portal.wsgi import application as pages

# isort: split
# Models can be imported only once wsgi.py has set Django up.
from deploy_portal.bodies import Limits, WholeBodies
from deploy_portal.live.ending import before_ending
from deploy_portal.live.hub import Hub
from deploy_portal.live.stream import Application, LiveStream, Receive, Scope, Send
from deploy_portal.secret_paths import HideSecretPaths

# With the live channel's own two threads as many as the pool has connections (settings/).
PAGE_THREADS = 10


class Portal:
    def __init__(self, hub: Hub, pages: WSGIHandler = pages, limits: Limits | None = None) -> None:
        self.hub = hub
        self._live = LiveStream(hub)
        self._threads = WSGIMiddleware(cast("WSGIApp", pages), workers=PAGE_THREADS)
        # The same protocol, spelled by a2wsgi as a union of typed dictionaries.
        self._pages = WholeBodies(cast("Application", self._threads), limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live_and_end(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/live/"):
            await self._live(scope, receive, send)
        else:
            await self._pages(_as_django_reads_it(scope), receive, send)

    async def _live_and_end(self, receive: Receive, send: Send) -> None:
        await receive()
        settle()
        await self.hub.start()
        before_ending(self.hub.close)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.hub.stop()
        self._threads.executor.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})


def settle() -> None:
    """Load what the first page would load; it stays, so the collector need not look through it.

    Else every tenth page or so would take twice its time.
    """
    reverse("dashboard:home")
    gc.freeze()


def _as_django_reads_it(scope: Scope) -> Scope:
    """WSGI cannot tell `X_Forwarded` from `X-Forwarded`: only the proxy's own spelling passes."""
    if scope["type"] != "http":
        return scope
    return {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name],
        # a2wsgi takes it for ASCII; a browser escapes what is not, other clients may forget.
        "query_string": quote(scope["query_string"], safe=_ASCII).encode(),
    }


_ASCII = bytes(range(128)).decode()


def served(portal: Application, trusted: list[str] | None) -> Application:
    """Who asks is what the proxy says, if there is one; anybody else's word is not believed.

    So every server in front of this is started with its own `proxy_headers` off.
    """
    if not trusted:
        return portal
    return cast("Application", ProxyHeadersMiddleware(cast("Any", portal), trusted))


# It is off; whoever turns it on finds no address in it by which a page opens.
logging.getLogger("uvicorn.access").addFilter(HideSecretPaths())
application = served(Portal(Hub()), settings.TRUSTED_PROXIES)
