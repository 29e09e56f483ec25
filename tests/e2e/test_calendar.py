"""The calendar in a browser: dragged to another day, by keyboard, and on a phone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from intake import demo
from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_moves import make_draft

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_deployment_is_dragged_to_another_day_and_moves_only_when_saved(
    portal: Portal, sign_in: SignIn
) -> None:
    manager = sign_in("release_manager")
    address = make_draft(manager, portal, "Dragged about")
    planned = plan(manager, address)
    freeze(manager, portal, planned + timedelta(days=2))
    week = f"{portal.url}/calendar/?view=week&on={planned:%Y-%m-%d}"

    manager.goto(week)
    assert found_by_axe(manager) == []
    piece = manager.locator(".piece", has_text="Dragged about")
    goal = planned + timedelta(days=2 if planned.weekday() < 5 else -2)
    piece.drag_to(
        manager.locator(f'[data-day="{goal:%Y-%m-%d}"]'), target_position={"x": 8, "y": 8}
    )

    expect(manager).to_have_url(f"{address}schedule/")
    expect(manager.get_by_role("heading", name="What this does")).to_be_visible()
    expect(manager.get_by_label("T0")).to_have_value(f"{goal:%Y-%m-%dT%H:%M}")
    manager.goto(week)
    expect(manager.locator(f'[data-day="{planned:%Y-%m-%d}"]')).to_contain_text("Dragged about")

    manager.get_by_role("link", name="Reschedule Dragged about").press("Enter")
    expect(manager).to_have_url(f"{address}schedule/")
    manager.get_by_label("T0").fill(f"{planned + timedelta(days=2):%Y-%m-%dT%H:%M}")
    expect(manager.locator("#outcome")).to_contain_text("A freeze of Storage layer holds from")
    manager.get_by_role("button", name="Save the time").click()
    manager.goto(f"{portal.url}/calendar/?view=list")
    expect(manager.locator(".piece", has_text="Dragged about")).to_contain_text(
        "Stopped by a freeze of Storage layer"
    )
    on_a_phone(manager, portal)


def plan(page: Page, address: str) -> datetime:
    """At noon of a day next week, so that the days around it are on the same page."""
    local = datetime.now(ZoneInfo(demo.ZONE)).replace(hour=12, minute=0) + timedelta(days=7)
    local -= timedelta(days=max(0, local.weekday() - 3))
    page.goto(f"{address}schedule/")
    page.get_by_label("T0").fill(f"{local:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Save the time").click()
    expect(page).to_have_url(address)
    return local


def freeze(page: Page, portal: Portal, day: datetime) -> None:
    page.goto(f"{portal.url}/freezes/new/")
    page.get_by_label("Service").select_option("storage-layer")
    page.get_by_label("From").fill(f"{day:%Y-%m-%d}T08:00")
    page.get_by_label("Until").fill(f"{day:%Y-%m-%d}T20:00")
    page.get_by_label("Reason").fill("Inventory")
    expect(page.locator("#outcome")).to_contain_text("What it would stop")
    page.get_by_role("button", name="Save the freeze").click()
    expect(page.get_by_role("heading", name="Freeze of Storage layer")).to_be_visible()


def on_a_phone(page: Page, portal: Portal) -> None:
    """Days with something as one list, and nothing wider than the screen."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{portal.url}/calendar/")
    expect(page.locator(".day-empty").first).to_be_hidden()
    expect(page.locator(".days-weekdays")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Today").click()
    expect(page).to_have_url(re.compile(r"\?view=month$"))
