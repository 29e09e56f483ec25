"""No log says an address that lets whoever has it in."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from uvicorn.logging import AccessFormatter

from communications.subscriptions import links
from deploy_portal import asgi
from deploy_portal.secret_paths import HideSecretPaths
from tests.builders import Team
from tests.communications.conftest import make_ann

SECRET = "Zm9vYmFyYmF6cXV4_-Zm9vYmFyYmF6cXV4"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the handler of the settings writes, for as long as the test lasts."""
    [handler] = [
        one
        for one in logging.getLogger().handlers
        if any(isinstance(kept, HideSecretPaths) for kept in one.filters)
    ]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_address_that_leads_nowhere_is_logged_without_its_secret(
    said: io.StringIO, team: Team
) -> None:
    link = links.of_entry(make_ann(team))
    Client().get(f"/share/{SECRET}/")
    Client().get(f"/share/{SECRET}/panel/")
    Client().get(f"/subscription/{link}x/")
    Client(enforce_csrf_checks=True).post(f"/subscription/{link}/come-back/")
    lines = said.getvalue()
    assert lines.count("[secret]") == 4
    assert "Not Found: /share/[secret]/panel/" in lines
    assert SECRET not in lines
    assert link not in lines


def test_access_log_that_somebody_turned_on_has_no_secret_in_it() -> None:
    assert asgi.application is not None
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(AccessFormatter("%(client_addr)s %(request_line)s %(status_code)s", None))
    logger = logging.getLogger("uvicorn.access")
    logger.addHandler(handler)
    try:
        for path in (
            f"/share/{SECRET}/", f"/live/share/{SECRET}/?panels=share", "/usr/share/doc/",
            f"/set-password/MTI/{SECRET}/", f"/new-password/MTI/{SECRET}/",
            "/new-password/MTI/new/",
        ):  # fmt: skip
            logger.info('%s - "%s %s HTTP/%s" %d', "192.0.2.7:1", "GET", path, "1.1", 200)
    finally:
        logger.removeHandler(handler)
    assert written.getvalue().splitlines() == [
        "192.0.2.7:1 GET /share/[secret]/ HTTP/1.1 200 OK",
        "192.0.2.7:1 GET /live/share/[secret]/?panels=share HTTP/1.1 200 OK",
        "192.0.2.7:1 GET /usr/share/doc/ HTTP/1.1 200 OK",
        "192.0.2.7:1 GET /set-password/MTI/[secret]/ HTTP/1.1 200 OK",
        "192.0.2.7:1 GET /new-password/MTI/[secret]/ HTTP/1.1 200 OK",
        "192.0.2.7:1 GET /new-password/MTI/new/ HTTP/1.1 200 OK",
    ]


def test_arguments_by_name_are_kept_apart_too() -> None:
    named = ({"path": f"/share/{SECRET}", "ms": 3},)
    record = logging.LogRecord("web", logging.INFO, "", 0, "%(path)s took %(ms)d ms", named, None)
    assert HideSecretPaths().filter(record)
    assert record.getMessage() == "/share/[secret] took 3 ms"
