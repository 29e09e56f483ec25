"""Submit, hold, resume, back to draft, versions and a successor, each by its own page."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from intake import demo
from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_deployment_is_moved_by_pages_that_say_what_they_do(
    portal: Portal, sign_in: SignIn
) -> None:
    manager = sign_in("release_manager")
    first = make_draft(manager, portal, "Moved about 1")
    submit(manager, first)
    hold(sign_in("ops_lead"), first)
    resume_and_reopen(manager, first)
    compare_versions(manager, first)
    second = make_draft(manager, portal, "Moved about 2")
    cancel_for(manager, first, second)


def make_draft(page: Page, portal: Portal, package: str) -> str:
    page.goto(f"{portal.url}/deployments/new/")
    page.get_by_label("Service").select_option("storage-layer")
    page.get_by_label("Environment").select_option("staging")
    page.get_by_label("Package").fill(package)
    page.get_by_label("Copy of").select_option("1")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.locator("#header-panel")).to_contain_text("Draft: not submitted")
    return page.url


def submit(page: Page, address: str) -> None:
    page.get_by_role("link", name="Submit for sign-off").click()
    expect(page.get_by_role("heading", name="1 thing still missing")).to_be_visible()
    expect(page.get_by_role("button", name="Submit for sign-off")).to_be_disabled()
    page.get_by_role("link", name="Set the time").click()
    local = datetime.now(ZoneInfo(demo.ZONE)) + timedelta(hours=30)
    page.get_by_label("T0").fill(local.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Save the time").click()
    expect(page).to_have_url(address)
    page.get_by_role("link", name="Submit for sign-off").click()
    expect(page.locator("main")).to_contain_text("May sign: Sena Cure.")
    page.get_by_role("button", name="Submit for sign-off").click()
    expect(page.locator("#header-panel")).to_contain_text("In review")


def hold(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Hold", exact=True).click()
    expect(page.get_by_role("heading", name="What a hold does")).to_be_visible()
    page.get_by_label("Reason in one line").fill("the network team is not there")
    page.get_by_role("button", name="Hold it").click()
    expect(page.locator("#header-panel")).to_contain_text("On hold: the network team is not there")


def resume_and_reopen(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Resume the review").click()
    page.get_by_role("button", name="Resume the review").click()
    expect(page.locator("#header-panel")).to_contain_text("In review")
    page.get_by_role("link", name="Back to draft").click()
    page.get_by_label("Why does it go back to draft?").fill("a newer commit is needed")
    page.get_by_role("button", name="Take it back to draft").click()
    expect(page.locator("#header-panel")).to_contain_text("Draft: not submitted")


def compare_versions(page: Page, address: str) -> None:
    page.goto(f"{address}facts/")
    page.get_by_label("Commit").fill("feedc0de")
    page.get_by_role("button", name="Save the facts").click()
    page.get_by_role("link", name="version 2").click()
    expect(page.get_by_role("heading", name="From version 1 to version 2")).to_be_visible()
    expect(page.locator("ins")).to_have_text("feedc0de")
    expect(page.locator(".edit-fields + p")).to_contain_text("Rosa Marin in version 2")


def cancel_for(page: Page, first: str, second: str) -> None:
    page.goto(f"{first}cancel/")
    page.get_by_label("Why is it cancelled?").fill("it is made anew")
    page.get_by_label("What takes its place").select_option(second.rstrip("/").split("/")[-1])
    page.get_by_role("button", name="Cancel the deployment").click()
    page.get_by_role("link", name="Moved about 2").click()
    expect(page).to_have_url(second)
    expect(page.locator("#header-panel")).to_contain_text("Takes the place of Moved about 1")
