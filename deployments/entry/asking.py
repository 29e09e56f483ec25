"""Asks the provider through the guarded client, in the shape that django-allauth expects.

The issuer is named by whoever runs the portal, never typed on a page. Its own host may be in the
networks that they allow. Whatever other host its description names is a public one, asked by
https on its own port. No redirect is followed anywhere (docs/adr/0031).
"""

from __future__ import annotations

from io import BytesIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import requests
from django.conf import settings
from requests.adapters import BaseAdapter

from connections.addresses import Permit, checked, origin_of
from connections.client import Answer, GuardedClient
from connections.exceptions import Blocked, Trouble

SECONDS = 8.0
CARRIED = ("authorization",)
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class Session(requests.Session):
    """Nothing of the environment is used: no proxies, no passwords of a .netrc."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        for scheme in ("https://", "http://"):
            self.mount(scheme, GuardedTransport())


class GuardedTransport(BaseAdapter):
    """One request, one answer; every trouble is an error of `requests` with the same sentence."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        try:
            answer = _asked(request)
            if 300 <= answer.status < 400:
                raise Blocked(f"{httpx.URL(answer.url).host} redirects, which is not followed.")
        except Trouble as trouble:
            raise requests.ConnectionError(trouble.sentence, request=request) from trouble
        return _response(request, answer)

    def close(self) -> None:
        """Each request closed what it opened."""


def permit_for(url: str, carried: tuple[tuple[str, str], ...]) -> Permit:
    """What may be asked there; raises `Blocked`. Headers are the request's own, for that place."""
    issuer = httpx.URL(settings.OIDC_ISSUER)
    target = httpx.URL(url)
    if origin_of(target) == origin_of(issuer):
        if issuer.scheme != "https" and issuer.host not in THIS_MACHINE:
            raise Blocked(f"The issuer {settings.OIDC_ISSUER} needs https.")
        return Permit(
            origin_of(issuer),
            networks=tuple(ip_network(one) for one in settings.OIDC_NETWORKS),
            headers=carried,
            authorities=authorities(),
        )
    if checked(url).scheme != "https":
        raise Blocked(f"{target.host} is not the issuer's host and would be asked without https.")
    return Permit(origin_of(target), headers=carried)


def authorities() -> str:
    return Path(settings.OIDC_AUTHORITIES).read_text() if settings.OIDC_AUTHORITIES else ""


def _asked(request: requests.PreparedRequest) -> Answer:
    url, body = request.url or "", request.body or b""
    carried = tuple(
        (name, str(request.headers[name])) for name in CARRIED if name in request.headers
    )
    content = body if isinstance(body, bytes) else str(body).encode()
    with GuardedClient(permit=permit_for(url, carried), seconds=SECONDS) as client:
        if request.method == "GET":
            return client.get(url, follow=False)
        sort = str(request.headers.get("content-type", "application/json"))
        return client.send(request.method or "POST", url, content, sort)


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.request, response.url, response.status_code = request, answer.url, answer.status
    response.headers["content-type"] = answer.content_type
    response.raw = BytesIO(answer.body)
    response.encoding = "utf-8"
    return response
