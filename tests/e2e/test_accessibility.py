"""X10: axe-core finds nothing serious on any page of the access table, nor in the demo's states.

The pages of the table are full of long words without a break, and none scrolls sideways on a phone.

In `make test` light and on a desktop, in `make audit` light and dark on a phone, a tablet, a laptop
and a large screen.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.poison import disarm, fill
from tests.e2e.scenery import LETTERS, Scenery, is_page

FULL = os.environ.get("PORTAL_AUDIT") == "1"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(3500 if FULL else 400)]
THEMES = ("light", "dark") if FULL else ("light",)
WIDTHS = (360, 768, 1280, 1920) if FULL else (1280,)
TABS = ("", "checklist/", "gates/", "sign-off/", "go-no-go/", "runbook/", "watch/", "messages/",
        "comments/", "history/")  # fmt: skip
PLAN = ("", "gates/", "sign-off/", "limits/", "items/1/", "items/1/take-out/",
        "messages/", "messages/add/",
        "messages/1/", "items/add/?section=1", "sections/1/", "sections/add/", "rules/1/",
        "rules/add/",
        "triggers/add/")  # fmt: skip
# States of pages that the scene of the table does not have: of the demo, which runs.
STATES = {
    "release_manager": ("/", "/deployments/?state=flying&text=x", "/calendar/?view=list",
                        *(f"/deployments/1/{tab}" for tab in TABS),
                        *(f"/deployments/1/plan/{part}" for part in PLAN),
                        "/deployments/1/plan/gates/add/?kind=http",
                        "/deployments/1/checklist/?show=open", "/deployments/1/runbook/?show=late",
                        "/services/search/metrics/add/?source=json",
                        "/services/storage-layer/stakeholders/"),
    "operations": ("/", "/deployments/1/items/3/"),
    "ops_lead": ("/deployments/2/", "/deployments/2/stop/", "/deployments/2/roll-back/",
                 "/deployments/1/decide/?verdict=hold", "/deployments/1/audit/",
                 "/deployments/1/room/", "/deployments/2/decisions/1/", "/deployments/1/report/",
                 "/deployments/2/votes/1/lift/", "/deployments/1/poll/"),
    "security": ("/deployments/1/poll/security/", "/deployments/1/gates/tests-passing/report/"),
    "product_owner": ("/deployments/1/sign/1/",),
    "admin": ("/services/search/", "/connections/this-portal/", "/commands/", "/people/1/"),
}  # fmt: skip
# The same addresses as in the table, with all that the demo has; only in `make audit`.
MORE = {
    "release_manager": ("/deployments/", "/import/", "/deployments/new/", "/deployments/1/facts/",
                        "/deployments/1/schedule/", "/deployments/1/cancel/",
                        "/deployments/1/reopen/", "/deployments/1/versions/",
                        "/deployments/1/submit/", "/deployments/1/resume/",
                        "/deployments/1/sections/5/tick/", "/deployments/1/items/1/",
                        "/deployments/1/claims/", "/deployments/1/document/",
                        "/deployments/1/template/", "/templates/",
                        "/deployments/1/gates/tests-passing/runs/",
                        "/deployments/1/gates/tests-passing/waiver/",
                        "/services/search/metrics/",
                        "/services/storage-layer/stakeholders/add/",
                        "/services/storage-layer/stakeholders/paste/", "/settings/subscriptions/",
                        "/deployments/1/stakeholder-link/", "/services/search/channels/",
                        "/services/search/channels/new/",
                        "/deployments/1/messages/recipients/", "/deployments/1/messages/plan/1/"),
    "ops_lead": ("/deployments/1/decide/", "/decisions/", "/deployments/1/poll/security/voice/",
                 "/deployments/1/break-glass/", "/deployments/1/close/",
                 "/deployments/1/incidents/", "/deployments/1/rollback-question/",
                 "/deployments/1/values/"),
    "product_owner": ("/services/", "/services/storage-layer/",
                      "/services/storage-layer/metrics/", "/services/storage-layer/metrics/add/",
                      "/settings/", "/settings/absences/"),
    "admin": ("/services/new/", "/services/search/edit/", "/services/search/stand-ins/",
              "/services/search/revoke/auditor/person:9/",
              "/environments/", "/environments/new/", "/environments/production/edit/",
              "/roles/", "/roles/new/", "/roles/security/edit/", "/people/", "/people/new/",
              "/people/1/edit/", "/people/1/deactivate/", "/people/teams/", "/people/teams/new/",
              "/connections/", "/connections/new/", "/connections/this-portal/edit/",
              "/connections/this-portal/remove/", "/operations/"),
}  # fmt: skip


def faults_of(page: Page) -> list[str]:
    """What axe finds on this page in each theme and width that is asked for."""
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{theme}, {width}: {fault}" for fault in found_by_axe(page)]
    return found


def long_word(word: str, number: int, longest: int | None) -> str:
    """Longer than any line of a phone, where its field takes so much."""
    return f"{word}{number}".ljust(100, "x")[: longest or 100]


def is_too_wide(page: Page) -> bool:
    """Whether a phone has to be scrolled sideways to read it."""
    page.set_viewport_size({"width": 360, "height": 900})
    too_wide = bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
    page.set_viewport_size({"width": 1280, "height": 900})
    return too_wide


def found_in_a_draft(portal: Portal, page: Page) -> list[str]:
    """The pages of an empty plan: its empty states, and what is missing before it is submitted."""
    page.goto(f"{portal.url}/deployments/new/")
    page.get_by_label("Package").fill("Plan without a word")
    page.get_by_role("button", name="Make the draft").click()
    page.locator(".deployment-header").wait_for()
    draft, found = page.url, faults_of(page)
    for part in ("plan/", "plan/sign-off/", "plan/limits/", "submit/", "versions/", "checklist/"):
        page.goto(f"{draft}{part}")
        found += faults_of(page)
    return found


def found_in_a_document(portal: Portal, page: Page) -> list[str]:
    """A changed document: its review, a line being corrected, and what it would change."""
    page.goto(f"{portal.url}/import/?onto=1")
    page.get_by_label("Checklist document").set_input_files(
        settings.BASE_DIR / "examples" / "sprint-001.md"
    )
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("#counts-title").wait_for()
    review, found = page.url, faults_of(page)
    for part in ("?show=uncertain", "?line=4", "onto/1/", "template/", "../"):
        page.goto(f"{review}{part}")
        found += faults_of(page)
    return found


def test_no_address_of_the_table_has_a_serious_fault(scenery: Scenery, browser: Browser) -> None:
    faults: dict[str, list[str]] = {}
    visited = 0
    assert scenery.walk  # by the names of the scene, before they are long words
    disarm()
    fill(["Donaudampfschifffahrtsgesellschaftskapitän"], long_word)
    for who, addresses in scenery.walk.items():
        context = scenery.window(browser, who)
        page = context.new_page()
        for name, address in addresses.items():
            if name not in LETTERS and is_page(page, address):
                visited += 1
                faults[f"{name} as {who}"] = faults_of(page)
                if is_too_wide(page):
                    faults[f"{name} as {who}"].append("scrolls sideways on a phone")
        context.close()
    assert {name: found for name, found in faults.items() if found} == {}
    assert visited > 100  # most of what is not an act is a page


def test_no_state_of_the_demo_has_a_serious_fault(portal: Portal, sign_in: SignIn) -> None:
    faults: dict[str, list[str]] = {}
    for username, addresses in STATES.items():
        page = sign_in(username)
        for address in (*addresses, *(MORE.get(username, ()) if FULL else ())):
            response = page.goto(f"{portal.url}{address}", wait_until="domcontentloaded")
            assert response is not None
            assert response.status == 200, address
            faults[address] = faults_of(page)
    walks: tuple[Callable[[Portal, Page], list[str]], ...] = (found_in_a_draft, found_in_a_document)
    for walk in walks:
        faults[walk.__name__] = walk(portal, sign_in("release_manager"))
    anonymous = sign_in("nobody")  # a name nobody has: the page with its error stays
    faults["/sign-in/"] = faults_of(anonymous)
    assert {address: found for address, found in faults.items() if found} == {}
