"""A real OpenID Connect provider on loopback, in a process of its own, and the way there."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.test import Client

from tests.e2e.conftest import free_port


@dataclass(frozen=True)
class Issuer:
    url: str

    def knows(self, subject: str, **claims: Any) -> None:
        """Somebody who can sign in there, and what is said of them; auth_time is one of it."""
        httpx.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()

    def signs_in(self, address: str, subject: str) -> str:
        """What the provider's form answers: the address to which it sends the browser back."""
        answer = httpx.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def sent_back(
    client: Client, issuer: Issuer, subject: str, begin: str = "/sign-in/provider/"
) -> str:
    """Begins at the portal, signs in at the provider; the path by which the browser comes back."""
    there = client.get(begin)
    assert there.status_code == 302, there.content.decode()
    back = urlsplit(issuer.signs_in(there["Location"], subject))
    return f"{back.path}?{back.query}"


@contextmanager
def issuing() -> Iterator[Issuer]:
    port = free_port()
    arguments = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = Issuer(f"http://127.0.0.1:{port}")
        _wait_for(issuer)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(issuer: Issuer) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{issuer.url}/.well-known/openid-configuration").raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < end, "the provider does not answer"
            time.sleep(0.1)
        else:
            return
