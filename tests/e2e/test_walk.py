"""The five minutes of the README, step by step, by the names that the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
README = Path(settings.BASE_DIR) / "README.md"
# What each step names, in its order; this test presses and opens just that.
NAMED = [
    ["Search → Production", "Start the deployment"],
    ["Begin", "Mark done"],
    ["Complete the deployment", "Watch"],
    ["Storage layer → Production", "Checklist", "Gates", "Run all", "The portal answers",
     "Tests Passing", "Enter result"],
    ["Sign as Product owner"],
    ["Decide go or no-go"],
    ["History", "Search, verify and take along"],
]  # fmt: skip


def named() -> list[list[str]]:
    """The names in *italics* of each numbered step of “Five minutes”."""
    part = README.read_text().partition("## Five minutes")[2].partition("\n## ")[0]
    steps = re.findall(r"^\d\. (.*?)(?=^\d\. |^\S)", part, re.DOTALL | re.MULTILINE)
    return [re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", step) for step in steps]


@pytest.fixture
def pair(portal: Portal) -> tuple[str, str]:
    """The addresses of a fresh pair of demo deployments: in review, and with its GO."""
    made = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        env=portal.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    review, ready = re.findall(r"#(\d+)", made.stdout)
    return f"{portal.url}/deployments/{review}/", f"{portal.url}/deployments/{ready}/"


def test_five_minutes_of_the_readme(
    portal: Portal, sign_in: SignIn, browser: Browser, pair: tuple[str, str]
) -> None:
    assert named() == NAMED
    review, ready = pair
    start_and_complete(sign_in, ready)
    technical = tick_and_measure(sign_in, review)
    sign(sign_in("product_owner"), portal, review)
    be_refused(sign_in, review, ready)
    prove(sign_in("auditor"), ready)
    expect(technical.locator("#gate-the-portal-answers")).to_contain_text("Passed")


def tab(page: Page, name: str) -> None:
    parts = page.get_by_role("navigation", name="Parts of this deployment")
    parts.get_by_role("link", name=name, exact=True).click()


def start_and_complete(sign_in: SignIn, ready: str) -> None:
    """Steps 1 to 3; somebody else sees it all without a reload."""
    lead, other = sign_in("ops_lead"), sign_in("stakeholder")
    path = ready[ready.index("/deployments/") :]
    entry = lead.locator(".entry", has=lead.locator(f'h3 a[href="{path}"]'))
    expect(entry).to_contain_text("Search → Production")
    entry.get_by_role("link", name="Start the deployment").click()
    expect(lead).to_have_url(ready)
    lead.get_by_role("button", name="Start the deployment").click()
    expect(lead).to_have_url(f"{ready}runbook/")
    other.goto(f"{ready}runbook/")
    for done in range(1, 15):
        lead.locator("#runbook-panel button:enabled", has_text="Begin").first.click()
        lead.locator("#runbook-panel button:enabled", has_text="Mark done").click()
        expect(other.locator("#header-panel")).to_contain_text(f"{done} of 14 steps done")
    lead.get_by_role("button", name="Complete the deployment").click()
    expect(other.locator("#header-panel")).to_contain_text("now being watched")
    tab(lead, "Watch")
    expect(lead.locator("#watch-panel")).to_contain_text("Watched since")


def tick_and_measure(sign_in: SignIn, review: str) -> Page:
    """Step 4, up to where a worker measures."""
    operations = sign_in("operations")
    operations.goto(review)
    tab(operations, "Checklist")
    ticks = operations.locator("#checklist-panel button:enabled", has_text="Tick")
    expect(ticks).to_have_count(4)
    for left in (3, 2, 1, 0):
        ticks.first.click()
        expect(ticks).to_have_count(left)
    technical = sign_in("technical_lead")
    technical.goto(review)
    tab(technical, "Gates")
    technical.get_by_role("button", name="Run all").click()
    gate = technical.locator("#gate-tests-passing")
    gate.get_by_role("link", name="Enter result").click()
    technical.get_by_label("Outcome").select_option("good")
    technical.get_by_label("Measured value").fill("491/491")
    technical.get_by_label("Evidence").fill("The run of this morning")
    technical.get_by_role("button", name="Record the result").click()
    expect(gate).to_contain_text("Passed")
    expect(gate).to_contain_text("by hand")
    return technical


def sign(owner: Page, portal: Portal, review: str) -> None:
    """Step 5, from home."""
    owner.goto(portal.url)
    path = review[review.index("/deployments/") :]
    entry = owner.locator(".entry", has=owner.locator(f'h3 a[href="{path}"]'))
    entry.get_by_role("link", name="Sign as Product owner").click()
    expect(owner.get_by_role("heading", name="What you sign, in full")).to_be_visible()
    owner.get_by_role("button", name="Sign", exact=True).click()
    expect(owner.locator("#sign-off-panel")).to_contain_text("Signed")


def be_refused(sign_in: SignIn, review: str, ready: str) -> None:
    """Step 6."""
    lead = sign_in("ops_lead")
    lead.goto(review)
    lead.get_by_role("link", name="Decide go or no-go").click()
    expect(lead.locator("main")).to_contain_text("GO is not possible while this stands in the way")
    lead.get_by_label("GO", exact=True).check()
    lead.get_by_label("Reason in one line").fill("It will be fine")
    lead.get_by_role("button", name="Record the decision").click()
    expect(lead.get_by_role("alert").filter(has_text="GO is not possible.")).to_be_visible()
    outsider = sign_in("outsider")
    for address in (review, ready):
        outsider.goto(address)
        expect(outsider.get_by_role("heading", name="Nothing here")).to_be_visible()


def prove(auditor: Page, ready: str) -> None:
    """Step 7; what is in the pack and how it is verified is shown in test_audit."""
    auditor.goto(ready)
    tab(auditor, "History")
    auditor.get_by_role("link", name="Search, verify and take along").click()
    expect(auditor.locator(".sentence").first).to_contain_text("follow one another")
    prints_well(auditor)
    auditor.get_by_role("button", name="Make the evidence pack").click()
    expect(auditor.get_by_role("link", name="Download the ZIP")).to_be_visible()
    auditor.goto(f"{ready}go-no-go/")
    auditor.get_by_role("link", name="The facts it was taken on").click()
    expect(auditor.get_by_role("heading", name="Checklist and steps")).to_be_visible()
    prints_well(auditor)


def prints_well(page: Page) -> None:
    """On paper: black on white in the dark theme, too, and nothing to press."""
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.locator("main .btn:visible, main button:visible")).to_have_count(0)
    colours = page.evaluate(
        """() => [...new Set([...document.querySelectorAll("main :is(h1, p, td, li, dd)")].map(
        one => `${getComputedStyle(one).color} on ${getComputedStyle(one).backgroundColor}`))]"""
    )
    assert colours == ["rgb(0, 0, 0) on rgba(0, 0, 0, 0)"]
    page.emulate_media(media="screen", color_scheme="light")
