"""The page's own script, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as portal
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from deployments.comments import comment
from tests.live.brokers import Broker
from tests.live.conftest import Stage
from tests.waiting import until

pytestmark = [pytest.mark.browser]


@pytest.fixture
def page(stage: Stage, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The checklist as a member sees it, connected."""
    session, origin = stage.session_of("member"), f"http://127.0.0.1:{stage.port}"
    # Playwright's loop runs in this thread; the ORM is called between its turns only.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    context = browser.new_context(base_url=origin)
    cookie = {"name": portal.SESSION_COOKIE_NAME, "value": session, "url": origin}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"/deployments/{stage.deployment.pk}/checklist/")
    until(lambda: [viewer.primed for viewer in stage.hub.viewers] == [True])
    yield page
    context.close()
    # Playwright's context has connections of its own, and the database is dropped next.
    connections.close_all()


def test_a_tick_elsewhere_shows_and_flashes_and_a_focused_field_is_left_alone(
    stage: Stage, page: Page
) -> None:
    page.evaluate(
        "document.querySelector('.item').insertAdjacentHTML('beforeend',"
        ' \'<input id="typing" value="half a sen">\')'
    )
    page.locator("#typing").focus()
    stage.tick()
    expect(page.locator("#header-panel")).to_contain_text("1 of 1")
    expect(page.locator("#typing")).to_have_value("half a sen")

    page.locator("h1").click()
    page.locator("#typing").blur()
    tick = page.locator(".item button").first
    expect(tick).to_contain_text("Done")
    expect(page.locator("#typing")).to_have_count(0)
    expect(page.locator(".item.flash").first).to_be_attached()


def test_a_page_cut_off_says_so_and_comes_back(stage: Stage, page: Page, broker: Broker) -> None:
    page.route("**/live/**", lambda route: route.abort())
    for viewer in stage.hub.viewers:
        stage.in_loop(viewer.close)
    expect(page.locator("#live-status")).to_contain_text("Live updates paused")
    stage.tick()

    page.unroute("**/live/**")
    expect(page.locator(".item button").first).to_contain_text("Done")
    expect(page.locator("#live-status")).to_be_empty()


def test_who_is_signed_out_elsewhere_lands_at_the_sign_in(stage: Stage, page: Page) -> None:
    stage.sign_out_everybody()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_a_comment_elsewhere_shows_and_leaves_the_one_being_written_alone(
    stage: Stage, page: Page
) -> None:
    page.goto(f"/deployments/{stage.deployment.pk}/comments/")
    until(lambda: ["comments" in one.panels and one.primed for one in stage.hub.viewers] == [True])
    field = page.get_by_label("New comment")
    field.fill("half a sen")

    comment(stage.deployment.pk, actor=stage.team.security, text="The backup is older than usual")

    expect(page.locator("#comments-panel")).to_contain_text("The backup is older than usual")
    expect(field).to_have_value("half a sen")
    expect(field).to_be_focused()
    field.fill("Then we take a new one")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comments-panel li").first).to_contain_text("Then we take a new one")
    expect(field).to_have_value("")
