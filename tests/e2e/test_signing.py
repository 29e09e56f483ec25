"""A signer signs, the content changes, only the difference is shown, and one act signs again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_moves import make_draft, submit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_changed_content_is_signed_again_after_reading_only_the_difference(
    portal: Portal, sign_in: SignIn
) -> None:
    manager, signer = sign_in("release_manager"), sign_in("product_owner")
    address = make_draft(manager, portal, "Index of the storage layer")
    submit(manager, address)
    sign_first(signer, address)
    manager.goto(f"{address}facts/")
    manager.get_by_label("Package").fill("Index of the whole storage layer")
    manager.get_by_role("button", name="Save the facts").click()
    sign_again(signer, address)


def sign_first(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Sign as Product owner").click()
    expect(page.get_by_role("heading", name="What you sign, in full")).to_be_visible()
    assert found_by_axe(page) == []
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("#sign-off-panel")).to_contain_text("Signed")


def sign_again(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Sign as Product owner").click()
    expect(page.locator("#own-title + p")).to_contain_text("You approved this")
    difference = page.locator(".since")
    expect(difference.locator(".list-group-item")).to_have_count(1)
    expect(difference.locator("ins")).to_have_text("whole ")
    expect(difference.locator("del")).to_have_count(0)
    expect(page.locator("details > .card-body")).to_be_hidden()
    assert found_by_axe(page) == []
    page.get_by_role("button", name="Sign again").click()
    expect(page.locator("#sign-off-panel")).to_contain_text("Signed")
    page.get_by_role("link", name="Change my word as Product owner").click()
    expect(page.locator("#own-title ~ p").last).to_contain_text("It counts as long as")
