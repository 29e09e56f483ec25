"""A plan is edited in the browser: in place, by keyboard, by drag, several items at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def begin(page: Page, portal: Portal) -> None:
    """An empty draft of the storage layer, opened for editing."""
    page.goto(f"{portal.url}/deployments/new/")
    page.get_by_label("Package").fill("Plan of a browser test")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("link", name="Edit the plan").click()
    expect(page.get_by_role("heading", name="Edit the plan")).to_be_visible()


def add_section(page: Page, title: str) -> None:
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def add_items(page: Page, section: str, *texts: str, kind: str = "check") -> None:
    page.get_by_role("link", name=f"Add items to “{section}”").click()
    page.get_by_label("New items, one in each line").fill("\n".join(texts))
    page.locator("#plan_kind").select_option(kind)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, texts[-1])).to_be_visible()


def row(page: Page, text: str) -> Locator:
    return page.locator("li.plan-row").filter(has_text=text)


def texts(page: Page) -> list[str]:
    said = page.locator("li[data-move] .plan-text").all_inner_texts()
    return [one.split("\n")[0] for one in said]


def test_plan_is_edited_in_place(portal: Portal, sign_in: SignIn) -> None:
    page = sign_in("release_manager")
    begin(page, portal)
    add_section(page, "Preparation")
    add_section(page, "Execution")
    add_items(page, "Preparation", "Back up", "Tell support", "Warm the cache")
    add_items(page, "Execution", "Stop", "Migrate", "Start", kind="step")

    # In place: the form opens in the row, says what saving does, and the row comes back changed.
    page.get_by_role("link", name="Edit “Back up”").click()
    field = page.get_by_label("Text")
    expect(field).to_be_focused()
    expect(page.get_by_role("heading", name="Execution")).to_be_visible()
    field.fill("Back up the database")
    expect(page.locator("#cost")).to_have_text("No signature becomes stale.")
    page.locator("#plan_owner").select_option(label="Technical lead")
    page.locator("#plan_due").fill("26 h before T0")
    page.get_by_role("button", name="Save").click()
    expect(row(page, "Back up the database")).to_contain_text("Technical lead · due 26 h before T0")

    # By keyboard: the button keeps the focus while its row moves.
    down = page.get_by_role("button", name="Move “Back up the database” down")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("li[data-move]").nth(1)).to_contain_text("Back up the database")
    expect(down).to_be_focused()
    assert texts(page)[:3] == ["Tell support", "Back up the database", "Warm the cache"]

    # By drag, from one place of the run of steps to another.
    row(page, "Start").locator(".plan-text").drag_to(row(page, "Migrate").locator(".plan-text"))
    expect(page.locator("li[data-move]").nth(4)).to_contain_text("Start")

    # Several at once.
    page.get_by_text("Change several items at once").click()
    page.get_by_label("Mark “Tell support”").check()
    page.get_by_label("Mark “Warm the cache”").check()
    page.locator("#several").get_by_label("Required").select_option("no")
    page.get_by_role("button", name="Change the marked items").click()
    expect(page.get_by_text("2 of 2 changed.")).to_be_visible()
    expect(row(page, "Warm the cache")).to_contain_text("optional")

    # What makes no sense is said beside the form, and what was typed stays.
    page.get_by_role("link", name="Edit “Tell support”").click()
    page.locator("#plan_due").fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“soon” is no due time")).to_be_visible()
    expect(page.locator("#plan_due")).to_have_value("soon")
    page.get_by_role("link", name="Leave it").click()

    page.get_by_role("link", name="Take out “Warm the cache”").click()
    page.get_by_role("button", name="Take it out").click()
    expect(row(page, "Warm the cache")).to_have_count(0)


def test_clicks_are_answered_in_their_order(portal: Portal, sign_in: SignIn) -> None:
    """A slow answer to the first click never covers what the second one opened."""
    page = sign_in("release_manager")
    begin(page, portal)
    add_section(page, "Preparation")
    add_items(page, "Preparation", "Back up", "Tell support")
    page.get_by_role("link", name="Edit “Back up”").click()
    leave = page.get_by_role("link", name="Leave it")
    expect(leave).to_be_visible()

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/plan/checklist/$"), hold)
    leave.click()
    page.get_by_role("link", name="Take out “Tell support”").click()
    page.wait_for_timeout(500)  # in which the second answer could overtake the first
    with page.expect_response(re.compile("/plan/checklist/$")):
        held[0].continue_()
    page.wait_for_timeout(500)  # in which the first answer could take its place

    page.get_by_role("button", name="Take it out").click()
    expect(row(page, "Tell support")).to_have_count(0)


def test_rules_and_limits_are_edited(portal: Portal, sign_in: SignIn) -> None:
    page = sign_in("release_manager")
    begin(page, portal)
    page.get_by_role("link", name="Sign-off").click()
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Role").select_option(label="Security")
    page.get_by_label("Takes responsibility for").fill("No open finding")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "No open finding")).to_contain_text("1 person")
    page.get_by_role("link", name="Limits").click()
    page.get_by_role("link", name="Add a trigger").click()
    page.get_by_label("In words").fill("Errors go up")
    page.get_by_label("Condition").fill("critical_errors is bad")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="critical_errors is bad")).to_be_visible()
    page.get_by_label("Condition").fill("critical_errors > 0")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "Errors go up")).to_contain_text("recommend a rollback")
