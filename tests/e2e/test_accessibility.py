"""X10: axe-core finds nothing serious on the main pages (light, desktop)."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
TABS = ("", "checklist/", "gates/", "sign-off/", "go-no-go/", "runbook/", "watch/", "messages/",
        "comments/", "history/")  # fmt: skip
PLAN = ("", "gates/", "sign-off/", "limits/", "items/1/", "items/1/take-out/",
        "messages/", "messages/add/",
        "messages/1/", "items/add/?section=1", "sections/1/", "sections/add/", "rules/1/",
        "rules/add/",
        "triggers/add/")  # fmt: skip
PAGES = {
    "release_manager": ("/", "/deployments/", "/deployments/?state=flying&text=x",
                        "/import/", "/deployments/new/",
                        "/deployments/1/facts/",
                        *(f"/deployments/1/{tab}" for tab in TABS),
                        "/deployments/1/schedule/", "/deployments/1/cancel/",
                        "/deployments/1/reopen/", "/deployments/1/versions/",
                        *(f"/deployments/1/plan/{part}" for part in PLAN),
                        "/deployments/1/submit/", "/deployments/1/resume/",
                        "/deployments/1/checklist/?show=open", "/deployments/1/runbook/?show=late",
                        "/deployments/1/sections/5/tick/",
                        "/deployments/1/items/1/", "/deployments/1/claims/",
                        "/deployments/1/document/", "/deployments/1/template/", "/templates/",
                        "/deployments/1/plan/gates/add/?kind=http",
                        "/deployments/1/gates/tests-passing/runs/",
                        "/deployments/1/gates/tests-passing/waiver/",
                        "/services/search/metrics/", "/services/search/metrics/add/?source=json",
                        "/services/storage-layer/stakeholders/",
                        "/services/storage-layer/stakeholders/add/",
                        "/services/storage-layer/stakeholders/paste/", "/settings/subscriptions/",
                        "/deployments/1/stakeholder-link/", "/services/search/channels/",
                        "/services/search/channels/new/",
                        "/deployments/1/messages/recipients/", "/deployments/1/messages/plan/1/",
                        "/calendar/", "/calendar/?view=list", "/calendar/link/", "/freezes/",
                        "/freezes/new/", "/numbers/"),
    "operations": ("/", "/deployments/1/items/3/"),
    "ops_lead": ("/deployments/2/", "/deployments/2/stop/", "/deployments/2/roll-back/",
                 "/deployments/1/decide/?verdict=hold",
                 "/deployments/1/decide/", "/deployments/1/audit/", "/deployments/1/room/",
                 "/deployments/2/decisions/1/", "/deployments/1/poll/", "/decisions/",
                 "/deployments/1/poll/security/voice/", "/deployments/1/break-glass/",
                 "/deployments/2/votes/1/lift/", "/deployments/1/report/", "/deployments/1/close/",
                 "/deployments/1/incidents/", "/deployments/1/rollback-question/",
                 "/deployments/1/values/"),
    "security": ("/deployments/1/poll/security/", "/deployments/1/gates/tests-passing/report/"),
    "product_owner": ("/deployments/1/sign/1/", "/services/", "/services/storage-layer/",
                      "/services/storage-layer/metrics/", "/services/storage-layer/metrics/add/",
                      "/settings/", "/settings/absences/", "/settings/sessions/",
                      "/settings/second-factor/"),
    "admin": ("/services/new/", "/services/search/", "/services/search/edit/",
              "/services/search/stand-ins/",
              "/services/search/revoke/auditor/person:9/",
              "/environments/", "/environments/new/", "/environments/production/edit/",
              "/roles/", "/roles/new/", "/roles/security/edit/", "/people/", "/people/new/",
              "/people/1/", "/people/1/edit/", "/people/1/deactivate/", "/people/teams/",
              "/people/teams/new/", "/connections/", "/connections/new/",
              "/connections/this-portal/", "/connections/this-portal/edit/",
              "/connections/this-portal/remove/", "/commands/", "/operations/",
              "/history/", "/history/proof/",
              "/history/population/?first=2020-01-01&last=2100-01-01"),
}  # fmt: skip


def found_by_axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['target']} {one['help']}"
        for one in result["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def found_in_a_draft(portal: Portal, page: Page) -> list[str]:
    """The pages of an empty plan: its empty states, and what is missing before it is submitted."""
    page.goto(f"{portal.url}/deployments/new/")
    page.get_by_label("Package").fill("Plan without a word")
    page.get_by_role("button", name="Make the draft").click()
    page.locator(".deployment-header").wait_for()
    draft, found = page.url, found_by_axe(page)
    for part in ("plan/", "plan/sign-off/", "plan/limits/", "submit/", "versions/", "checklist/"):
        page.goto(f"{draft}{part}")
        found += found_by_axe(page)
    return found


def found_in_a_document(portal: Portal, page: Page) -> list[str]:
    """A changed document: its review, a line being corrected, and what it would change."""
    page.goto(f"{portal.url}/import/?onto=1")
    page.get_by_label("Checklist document").set_input_files(
        settings.BASE_DIR / "examples" / "sprint-001.md"
    )
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("#counts-title").wait_for()
    review, found = page.url, found_by_axe(page)
    for part in ("?show=uncertain", "?line=4", "onto/1/", "template/", "../"):
        page.goto(f"{review}{part}")
        found += found_by_axe(page)
    return found


def test_no_page_has_a_serious_fault(portal: Portal, sign_in: SignIn) -> None:
    faults: dict[str, list[str]] = {}
    for username, addresses in PAGES.items():
        page = sign_in(username)
        for address in addresses:
            response = page.goto(f"{portal.url}{address}")
            assert response is not None
            assert response.status == 200, address
            faults[address] = found_by_axe(page)
    faults["draft"] = found_in_a_draft(portal, sign_in("release_manager"))
    faults["document"] = found_in_a_document(portal, sign_in("release_manager"))
    anonymous = sign_in("nobody")  # a name nobody has: the page with its error stays
    faults["/sign-in/"] = found_by_axe(anonymous)
    for address in ("/sign-in/forgotten/", "/sign-in/forgotten/sent/", "/new-password/MQ/none/"):
        anonymous.goto(f"{portal.url}{address}")
        faults[address] = found_by_axe(anonymous)
    assert {address: found for address, found in faults.items() if found} == {}
