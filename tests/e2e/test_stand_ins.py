"""A names B for a week, B signs for A, and the matrix says so; in a browser."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from intake import demo
from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_moves import make_draft, submit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_stand_in_signs_for_the_absent_and_both_are_named(portal: Portal, sign_in: SignIn) -> None:
    manager, sena, otto = sign_in("release_manager"), sign_in("security"), sign_in("operations")
    address = make_draft(manager, portal, "Signed by a stand-in")
    submit(manager, address)

    name_for_a_week(sena, portal)
    otto.goto(address)
    expect(otto.locator("#mine")).to_contain_text("You stand in for Sena Cure.")
    otto.get_by_role("link", name="Sign as Security").click()
    expect(otto.locator("main")).to_contain_text("Sena Cure is away until")
    faults = found_by_axe(otto)
    otto.get_by_label("Approve").check()
    otto.get_by_role("button", name="Sign", exact=True).click()
    otto.goto(f"{address}sign-off/")
    expect(otto.locator("#sign-off-panel")).to_contain_text("Otto Pereira for Sena Cure")

    come_back(sena, portal, address)
    for page in (sena, manager):
        page.goto(f"{portal.url}/services/storage-layer/")
        faults += found_by_axe(page)
    assert faults == []


def name_for_a_week(sena: Page, portal: Portal) -> None:
    sena.goto(f"{portal.url}/settings/")
    sena.get_by_role("link", name="Absences and stand-ins").click()
    assert found_by_axe(sena) == []
    now = datetime.now(ZoneInfo(demo.ZONE))
    sena.get_by_label("Service").select_option("storage-layer")
    sena.get_by_label("Who signs for you").select_option("operations")
    sena.get_by_label("From").fill((now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"))
    sena.get_by_label("Until").fill((now + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"))
    sena.get_by_role("button", name="Save the absence").click()
    expect(sena.locator("main")).to_contain_text("Recorded. Otto Pereira signs for you then.")


def come_back(sena: Page, portal: Portal, address: str) -> None:
    sena.goto(address)
    expect(sena.locator("#mine")).to_contain_text("Otto Pereira, who stands in, said: Approve")
    sena.get_by_role("link", name="Change my word as Security").click()
    expect(sena.locator("main")).to_contain_text("Otto Pereira has voted for you already")
    sena.goto(f"{portal.url}/settings/absences/")
    sena.get_by_role("button", name="End").click()
    expect(sena.locator("main")).to_contain_text("Ended. What was signed until now stays.")
    sena.goto(f"{address}sign-off/")
    expect(sena.locator("#sign-off-panel")).to_contain_text("Otto Pereira for Sena Cure")
