"""A stakeholder link from the page that makes it to a phone that follows it, and to its end."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_accessibility import found_by_axe
from tests.e2e.test_moves import make_draft, submit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
ZONE = "Asia/Kathmandu"


def make_link(page: Page, address: str) -> str:
    page.goto(f"{address}messages/recipients/")
    page.get_by_role("link", name="Stakeholder link").click()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    assert found_by_axe(page) == []
    return link


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stakeholder_reads_and_follows_by_the_link_until_it_is_revoked(
    scheme: Literal["light", "dark"], portal: Portal, sign_in: SignIn, browser: Browser
) -> None:
    manager = sign_in("release_manager")
    address = make_draft(manager, portal, f"Shared in {scheme}")
    link = make_link(manager, address)
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=scheme, timezone_id=ZONE
    )
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_text("It is being prepared")).to_be_visible()
    expect(page.get_by_text(f"in your zone, {ZONE}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert found_by_axe(page) == []

    submit(manager, address)
    expect(page.get_by_text("It is being checked")).to_be_visible(timeout=10_000)

    manager.goto(f"{address}stakeholder-link/")
    manager.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("This link leads nowhere")).to_be_visible(timeout=30_000)
    assert found_by_axe(page) == []
    context.close()
