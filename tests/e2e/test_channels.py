"""A chat channel in the browser: found from its service, added, tried, switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
# Nobody is there (RFC 6761), so that trying it says why it cannot be reached.
ADDRESS = "https://hooks.invalid/services/very-secret-part-of-it"


def test_channel_is_added_tried_and_switched_off(portal: Portal, sign_in: SignIn) -> None:
    page = sign_in("release_manager")
    page.goto(f"{portal.url}/services/search/")
    page.get_by_role("link", name="Chat channels").click()
    page.get_by_role("link", name="Add a channel").click()
    page.get_by_label("Kind").select_option("Webhook")
    page.get_by_label("Title").fill("#releases")
    page.get_by_label("Address of the webhook").fill("http://hooks.invalid/x")
    page.get_by_role("button", name="Save the channel").click()
    expect(page.locator(".alert-danger")).to_contain_text("goes by https only")
    assert found_by_axe(page) == []

    page.get_by_label("Address of the webhook").fill(ADDRESS)
    page.get_by_role("button", name="Save the channel").click()
    row = page.locator("li.item").filter(has_text="#releases")
    expect(row).to_contain_text("Webhook")
    row.get_by_role("button", name="Try").click()
    refused = page.locator(".alert-danger")
    expect(refused).to_contain_text("#releases (Webhook) did not take the test: ")
    assert "very-secret" not in page.content()

    row.get_by_role("button", name="Switch off").click()
    expect(row).to_contain_text("switched off by")
    assert found_by_axe(page) == []
