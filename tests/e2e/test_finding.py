"""Finding a deployment, by keyboard and without any script, and keeping what was looked for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.keys import press

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_deployment_is_found_by_keyboard_and_the_filter_is_kept(
    portal: Portal, sign_in: SignIn
) -> None:
    page = sign_in("stakeholder")
    page.get_by_role("heading", name="What needs me").wait_for()
    press(page, "/")
    expect(page.get_by_label("Search deployments")).to_be_focused()
    page.keyboard.type("relevance")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal.url}/deployments/?text=relevance")
    found = page.locator("tbody tr")
    expect(found.first).to_contain_text("Search relevance")
    # Another test may have loaded a second demo into this portal.
    expect(found).to_have_count(found.filter(has_text="Search relevance").count())
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"deployments? fits?\."))

    press(page, "/")
    expect(page.get_by_label("Text")).to_be_focused()
    page.get_by_text("Service, environment, state, person and time").click()
    page.get_by_label("State").select_option(label="Not over yet")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Keep this filter as").fill("Relevance, open")
    page.get_by_role("button", name="Keep this filter").click()
    chip = page.get_by_role("link", name="Relevance, open")
    expect(chip).to_have_attribute("aria-current", "page")
    assert found_by_axe(page) == []

    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(f"{portal.url}/")
    press(page, "?")
    keys = page.get_by_role("dialog", name="Shortcuts")
    expect(keys).to_contain_text("Next and previous decision")
    assert found_by_axe(page) == []
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.goto(f"{portal.url}/deployments/")
    page.get_by_role("button", name="Remove the saved filter “Relevance, open”").click()
    expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_be_attached()
    expect(chip).to_have_count(0)


def test_search_works_without_a_script(portal: Portal, sign_in: SignIn) -> None:
    signed_in = sign_in("stakeholder")
    signed_in.wait_for_load_state()
    assert signed_in.context.browser is not None
    plain = signed_in.context.browser.new_context(
        java_script_enabled=False,
        storage_state=signed_in.context.storage_state(),
        viewport={"width": 360, "height": 780},
    )
    page = plain.new_page()
    page.goto(f"{portal.url}/deployments/")
    page.get_by_label("Text").fill("nothing is called so")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("main")).to_contain_text("Nothing on the services that you see fits.")
    page.get_by_role("link", name="Show all", exact=True).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    plain.close()
