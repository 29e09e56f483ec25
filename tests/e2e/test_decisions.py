"""The inbox by keyboard: moving, opening and filtering, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.keys import press
from tests.e2e.test_moves import make_draft, submit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_inbox_is_used_by_keyboard_alone(portal: Portal, sign_in: SignIn) -> None:
    manager, sena = sign_in("release_manager"), sign_in("security")
    for package in ("First by keyboard", "Second by keyboard"):
        submit(manager, make_draft(manager, portal, package))

    sena.goto(f"{portal.url}/")
    sena.get_by_role("link", name="My decisions").click()
    assert found_by_axe(sena) == []
    opening = sena.locator("[data-decision] [data-open]")
    expect(opening.nth(1)).to_be_visible()
    sena.keyboard.press("j")
    expect(opening.nth(0)).to_be_focused()
    sena.keyboard.press("j")
    expect(opening.nth(1)).to_be_focused()
    sena.keyboard.press("k")
    expect(opening.nth(0)).to_be_focused()
    sena.keyboard.press("k")
    expect(opening.nth(0)).to_be_focused()

    sena.keyboard.press("/")
    expect(sena.get_by_label("Search deployments")).to_be_focused()
    sena.get_by_label("What is asked").select_option("signature")
    sena.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(sena).to_have_url(f"{portal.url}/decisions/?service=&asks=signature")
    press(sena, "j")
    address = opening.nth(0).get_attribute("href")
    sena.keyboard.press("Enter")
    expect(sena).to_have_url(f"{portal.url}{address}")
