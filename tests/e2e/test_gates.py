"""Gates in the browser: planned, tried out, and answered by a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]
RED = """<testsuite tests="2">
<testcase classname="shop" name="adds up"/>
<testcase classname="shop" name="takes away"><failure message="2 is not 1"/></testcase>
</testsuite>"""


def begin(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/deployments/new/")
    page.get_by_label("Package").fill("Gates of a browser test")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("link", name="Edit the plan").click()
    page.get_by_role("link", name="Gates", exact=True).click()


def choose_kind(page: Page, kind: str) -> None:
    page.get_by_text("Add a gate", exact=True).click()
    page.get_by_role("link", name=kind, exact=True).click()


def test_gate_is_tried_out_and_answered_by_a_report(
    portal: Portal, sign_in: SignIn, tmp_path: Path
) -> None:
    manager = sign_in("release_manager")
    begin(manager, portal)
    choose_kind(manager, "HTTP health")
    manager.get_by_label("Title").fill("The portal answers")
    manager.get_by_label("Address").fill("/health/")
    manager.get_by_label("Connection").select_option("this-portal")
    manager.get_by_role("button", name="Try it out").click()
    expect(manager.locator("#tried")).to_contain_text("Answered 200")
    manager.get_by_role("button", name="Add", exact=True).click()
    expect(manager.locator("#plan")).to_contain_text("The portal answers")
    choose_kind(manager, "JUnit test report")
    manager.get_by_label("Title").fill("Unit tests pass")
    manager.get_by_role("button", name="Add", exact=True).click()
    expect(manager.locator("#plan")).to_contain_text("Unit tests pass")
    manager.get_by_role("link", name="Gates of a browser test").click()
    manager.get_by_role("link", name="Unit tests pass").first.click()
    gate = manager.url

    lead = sign_in("technical_lead")
    lead.goto(gate)
    lead.get_by_role("link", name="Upload a report").click()
    (tmp_path / "junit.xml").write_text(RED)
    lead.get_by_label("Report file").set_input_files(tmp_path / "junit.xml")
    lead.get_by_role("button", name="Upload the report").click()
    expect(lead.locator("#gate-page .sentence")).to_contain_text("1 of 2 tests failed")
    lead.get_by_text("1 detail").click()
    expect(lead.get_by_text("shop takes away: 2 is not 1")).to_be_visible()
