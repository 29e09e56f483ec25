"""The page behind a stakeholder link on a phone: followed live, and gone with its link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect

from deployments import services as deployments
from deployments.models import ShareLink
from deployments.sharing import links
from tests.e2e.axe import found_by_axe
from tests.live.conftest import Stage
from tests.waiting import until

pytestmark = [pytest.mark.browser]
ZONE = "Asia/Tokyo"


@pytest.fixture
def _between_turns(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Playwright's loop runs in this thread; the ORM is called between its turns only.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    yield
    connections.close_all()


@pytest.mark.usefixtures("_between_turns")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stakeholder_reads_and_follows_until_the_link_is_revoked(
    scheme: Literal["light", "dark"], stage: Stage, browser: Browser
) -> None:
    manager, pk = stage.team.release_manager, stage.deployment.pk
    link, address = links.make(pk, lasts=timedelta(days=7), actor=manager)
    path = f"/share/{address.rstrip('/').rpartition('/')[2]}/"
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{stage.port}",
        viewport={"width": 360, "height": 740},
        color_scheme=scheme,
        timezone_id=ZONE,
    )
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_text("It is being checked")).to_be_visible()
    expect(page.get_by_text(f"in your zone, {ZONE}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert found_by_axe(page) == []
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/{scheme}-phone.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.screenshot(path=f"{shots}/{scheme}-desk.png", full_page=True)
    until(lambda: [viewer.primed for viewer in stage.hub.viewers] == [True])

    deployments.cancel(pk, actor=manager, reason="The disks are late")
    expect(page.get_by_text("It is cancelled")).to_be_visible()

    links.revoke(pk, ShareLink.objects.get(pk=link.pk).pk, actor=manager)
    expect(page.get_by_text("This link leads nowhere")).to_be_visible()
    assert found_by_axe(page) == []
    context.close()
