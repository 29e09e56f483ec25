"""S11: what a first visit weighs, and that all of it comes from here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
MOST_BYTES, MOST_REQUESTS = 150 * 1000, 10
NAMED_BY_CONTENT = re.compile(r"\.[0-9a-f]{12}\.(css|js|svg)$")
PAGES = ("/", "/deployments/", "/decisions/", "/deployments/1/", "/deployments/1/watch/",
         "/deployments/1/room/", "/settings/")  # fmt: skip


@dataclass
class Traffic:
    """What the browser asked for, and what came over the line for it."""

    requests: list[Request] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        # Playwright marks what it calls, which a list's own method does not allow.
        page.on("request", self.note)

    def note(self, request: Request) -> None:
        self.requests.append(request)

    def size(self) -> int:
        """With headers, as compressed; what came from the browser's own cache weighs nothing."""
        weights = [
            one.sizes()
            for one in self.requests
            if "/live/" not in one.url and one.response() is not None
        ]
        return sum(one["responseBodySize"] + one["responseHeadersSize"] for one in weights)

    @property
    def pages_and_files(self) -> list[str]:
        """But the live stream, which stays open and carries what changes later."""
        return [one.url for one in self.requests if "/live/" not in one.url]


def arrived(page: Page, url: str) -> Traffic:
    traffic = Traffic()
    traffic.follow(page)
    page.goto(url, wait_until="load")
    return traffic


def test_first_page_is_light(portal: Portal, sign_in: SignIn) -> None:
    page = sign_in("release_manager")
    page.wait_for_load_state("load")
    cookies = page.context.cookies()
    assert page.context.browser is not None
    fresh = page.context.browser.new_context()
    fresh.add_cookies(cookies)  # type: ignore[arg-type]
    first = arrived(fresh.new_page(), f"{portal.url}/")
    assert len(first.pages_and_files) <= MOST_REQUESTS, first.pages_and_files
    assert first.size() <= MOST_BYTES
    fresh.close()


def test_nothing_leaves_the_machine_and_files_are_kept_for_ever(
    portal: Portal, sign_in: SignIn
) -> None:
    page, seen = sign_in("release_manager"), Traffic()
    seen.follow(page)
    for address in PAGES:
        page.goto(f"{portal.url}{address}", wait_until="load")
    here = urlsplit(portal.url).netloc
    assert {urlsplit(one.url).netloc for one in seen.requests if one.url[:5] != "data:"} == {here}
    files = {urlsplit(one.url).path for one in seen.requests if "/static/" in one.url}
    assert files
    for path in files:
        assert NAMED_BY_CONTENT.search(path), path
        answer = page.request.get(f"{portal.url}{path}")
        kept = answer.headers["cache-control"]
        assert "immutable" in kept, path
        assert "max-age=315360000" in kept, path
        assert answer.headers.get("content-encoding") in {"gzip", "br"} or path.endswith(".svg")
