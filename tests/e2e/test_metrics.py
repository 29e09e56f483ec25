"""A metric in the browser: what tells its value is chosen, tried out by a worker, and saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]


def test_metric_is_added_after_a_worker_took_a_reading(portal: Portal, sign_in: SignIn) -> None:
    manager = sign_in("release_manager")
    manager.goto(f"{portal.url}/services/search/")
    manager.get_by_role("link", name="Metrics", exact=True).click()
    manager.get_by_role("link", name="Add a metric").click()
    manager.get_by_label("Title").fill("Answer of the portal")
    manager.get_by_label("Key").fill("portal_answer")
    manager.get_by_label("Other names").fill("health time")
    manager.get_by_label("Unit").select_option("ms")
    manager.get_by_label("Its value comes from").select_option("http")
    manager.get_by_label("Address").fill("/health/")
    expect(manager.get_by_label("Title")).to_have_value("Answer of the portal")
    manager.get_by_label("Connection").select_option("this-portal")
    manager.get_by_role("button", name="Try it out").click()
    expect(manager.locator("#tried")).to_contain_text("Answered 200")
    expect(manager.locator("#tried")).to_contain_text("Nothing was saved")
    assert found_by_axe(manager) == []
    manager.get_by_role("button", name="Add", exact=True).click()
    row = manager.locator("#metric-portal_answer")
    expect(row).to_contain_text("Also called “health time”")
    expect(row).to_contain_text("/health/ of the connection “this-portal”")
    assert found_by_axe(manager) == []

    manager.get_by_role("link", name="Remove “Answer of the portal”").click()
    assert found_by_axe(manager) == []
    manager.get_by_role("button", name="Remove it").click()
    expect(row).to_have_count(0)


def test_name_of_a_plan_is_mapped_to_a_metric(portal: Portal, sign_in: SignIn) -> None:
    manager = sign_in("release_manager")
    manager.goto(f"{portal.url}/deployments/1/plan/limits/")
    section = manager.get_by_role("region", name="What the watch could not judge")
    first = section.get_by_role("link", name="Add as metric").first
    name = (first.text_content() or "").removeprefix("Add as metric").strip()
    first.click()
    assert manager.get_by_label("Key").input_value() == name
    manager.get_by_role("button", name="Add", exact=True).click()
    expect(section).not_to_contain_text(f"Add as metric {name}")
    assert found_by_axe(manager) == []
