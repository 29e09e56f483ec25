"""X10: the acts of a release without a mouse, and what a screen reader is told meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.builders import Team, answer_poll, make_administrator, make_deployment
from tests.e2e.scenery import Scenery, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
MOST_STOPS = 120


@pytest.fixture
def release(real_team: Team, browser: Browser) -> Iterator[Scenery]:
    """In review, with one signature, one tick and one step, and T0 in ten minutes."""
    deployment = make_deployment(
        real_team, roles=("product_owner",), t0_in=timedelta(minutes=10), submitted=True
    )
    with served(real_team, deployment, make_administrator()) as scenery:
        yield scenery


def reach(page: Page, target: Locator) -> None:
    """By Tab alone, and it shows where one is."""
    expect(target).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            assert target.evaluate("one => one.matches(':focus-visible')")
            return
    raise AssertionError(f"{target} is not reached by {MOST_STOPS} stops")


def choose(page: Page, option: Locator) -> None:
    """One of a group of radio buttons: Tab enters the group, arrows move in it."""
    name = option.get_attribute("name")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            break
    for _ in range(6):
        if option.is_checked():
            return
        page.keyboard.press("ArrowDown")
    expect(option).to_be_checked()


def open_as(release: Scenery, browser: Browser, who: str, part: str = "") -> Page:
    page = release.window(browser, who).new_page()
    page.goto(f"{release.deployment.get_absolute_url()}{part}")
    return page


def test_release_is_signed_ticked_decided_and_started_by_keyboard(
    release: Scenery, browser: Browser
) -> None:
    told = open_as(release, browser, "stakeholder")
    sentence = told.locator("#header-panel [aria-live]")
    before = sentence.inner_text()
    sentence.evaluate("one => { one.isTheSame = true; }")
    sign(open_as(release, browser, "product_owner"))
    tick(open_as(release, browser, "member", "checklist/"))
    answer_poll(release.deployment)
    lead = open_as(release, browser, "ops_lead", "decide/")
    decide(lead)
    expect(sentence).not_to_have_text(before)
    # A region that is put anew says nothing: readers hear what changes in the one they know.
    assert sentence.evaluate("one => one.isTheSame === true")
    start(lead, release)


def sign(page: Page) -> None:
    reach(page, page.get_by_role("link", name="Sign as Product owner").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What you sign, in full")).to_be_visible()
    reach(page, page.get_by_role("button", name="Sign", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("#sign-off-panel")).to_contain_text("Signed")


def tick(page: Page) -> None:
    reach(page, page.locator("#checklist-panel button:enabled", has_text="Tick").first)
    page.keyboard.press("Space")
    expect(page.locator("#checklist-panel")).to_contain_text("Done by Member")


def decide(page: Page) -> None:
    choose(page, page.locator("input[name=verdict][value=go]"))
    reach(page, page.get_by_label("Reason in one line"))
    page.keyboard.type("all agreed")
    reach(page, page.get_by_role("button", name="Record the decision"))
    page.keyboard.press("Enter")
    expect(page.locator("#header-panel")).to_contain_text("may start until")


def start(page: Page, release: Scenery) -> None:
    page.goto(f"{release.deployment.get_absolute_url()}runbook/")
    reach(page, page.get_by_role("button", name="Start the deployment"))
    page.keyboard.press("Enter")
    expect(page.locator("#header-panel")).to_contain_text("0 of 1 steps done")


def test_less_motion_is_no_motion(release: Scenery, browser: Browser) -> None:
    page = open_as(release, browser, "release_manager")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].map((one) => getComputedStyle(one)).filter(
        (style) => style.animationName !== "none" || !/^0s(, 0s)*$/.test(style.transitionDuration)
        ).length"""
    )
    assert moving == 0
