"""A whole release in the browser: from the document to the watch, with real parts only."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from intake import demo
from tests.e2e.conftest import Portal, SignIn
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIGNERS = ("product_owner", "technical_lead", "security", "operations", "business")
REPORTED = {
    "tests-passing": {"outcome": "good", "value": "491/491"},
    "security-scan": {"outcome": "good", "value": "0"},
    "performance-validation": {"value": "86", "unit": "%"},
    "code-quality": {"outcome": "good", "value": "3 warnings"},
}


def test_release_goes_from_document_to_watch(portal: Portal, sign_in: SignIn) -> None:
    manager = sign_in("release_manager")
    address = import_example(manager, portal)
    schedule(manager, address, minutes=12)
    add_health_gate(manager, address)
    manager.goto(address)
    manager.get_by_role("link", name="Submit for sign-off").click()
    manager.get_by_role("button", name="Submit for sign-off").click()
    expect(manager.locator("#header-panel")).to_contain_text(
        "Not ready: 6 checklist items are open"
    )

    onlooker = sign_in("stakeholder")
    onlooker.goto(f"{address}checklist/")
    tick_everything_before(sign_in("operations"), address, onlooker)
    run_gates(sign_in("technical_lead"), address, portal)
    sign_everybody(sign_in, address)

    onlooker.goto(address)
    lead = sign_in("ops_lead")
    hold_the_poll(lead, sign_in, address)
    decide_go(lead, address)
    expect(onlooker.locator("#header-panel")).to_contain_text("may start until")
    start_and_complete(lead, address, onlooker)
    see_the_mails(portal, address)
    lead.goto(f"{address}audit/")
    expect(lead.locator(".sentence")).to_contain_text("Whole")


def import_example(page: Page, portal: Portal) -> str:
    """The address of the new deployment's page."""
    page.goto(f"{portal.url}/import/")
    page.get_by_label("Service").select_option("storage-layer")
    page.get_by_label("Checklist document").set_input_files(
        settings.BASE_DIR / "examples" / "sprint-001.md"
    )
    page.get_by_role("button", name="Import").click()
    page.get_by_role("button", name="Create deployment").click()
    expect(page.locator("#header-panel")).to_contain_text("Draft: not submitted")
    return page.url


def schedule(page: Page, address: str, *, minutes: int) -> None:
    local = datetime.now(ZoneInfo(demo.ZONE)) + timedelta(minutes=minutes)
    page.get_by_role("link", name="Set the time").click()
    page.get_by_label("T0").fill(local.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Save the time").click()
    expect(page).to_have_url(address)


def add_health_gate(page: Page, address: str) -> None:
    page.goto(f"{address}gates/")
    page.get_by_role("link", name="Edit the gates").click()
    page.get_by_text("Add a gate", exact=True).click()
    page.get_by_role("link", name="HTTP health", exact=True).click()
    page.get_by_label("Title").fill("The portal answers")
    page.get_by_label("Address").fill("/health/")
    page.get_by_label("Connection").select_option("this-portal")
    page.get_by_text("When it counts: times, limits, who may answer", exact=True).click()
    page.get_by_label("Good samples in a row that pass").fill("1")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#plan")).to_contain_text("The portal answers")
    page.goto(f"{address}gates/")
    expect(page.locator("#gates-panel")).to_contain_text("The portal answers")


def tick_everything_before(page: Page, address: str, onlooker: Page) -> None:
    """Each tick shows at the onlooker's without a reload."""
    page.goto(f"{address}checklist/")
    for _ in range(6):
        ticks = page.locator("#checklist-panel button:enabled", has_text="Tick")
        waiting = ticks.count()
        ticks.first.click()
        expect(ticks).to_have_count(waiting - 1)
    expect(onlooker.locator("#checklist-panel")).to_contain_text("Done by Otto Pereira")
    expect(onlooker.locator("#checklist-panel .status-mark", has_text="Done")).to_have_count(6)


def run_gates(page: Page, address: str, portal: Portal) -> None:
    page.goto(f"{address}gates/")
    page.get_by_role("button", name="Run all").click()
    expect(page.locator("#gate-the-portal-answers")).to_contain_text("Passed")
    secret = make_token(portal)
    pk = re.search(r"/deployments/(\d+)/", address)
    assert pk
    for key, result in REPORTED.items():
        post(f"{portal.url}/api/v1/deployments/{pk[1]}/gates/{key}/report", secret, result)
    page.goto(f"{address}gates/business-logic/report/")
    page.get_by_label("Outcome").select_option("good")
    page.get_by_label("Measured value").fill("12 of 12 criteria")
    page.get_by_label("Evidence").fill("acceptance protocol of today, page 3")
    page.get_by_role("button", name="Record the result").click()
    expect(page.locator("#gates-panel")).to_contain_text("6 of 6 green")


def make_token(portal: Portal) -> str:
    command = [sys.executable, "manage.py", "token", "storage-layer", "--title", "CI of this test"]
    made = subprocess.run(
        command, env=portal.environment, check=True, capture_output=True, text=True
    )
    secret = re.search(r"\S{30,}", made.stdout)
    assert secret, made.stdout
    return secret[0]


def post(url: str, secret: str, body: dict[str, str]) -> None:
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status in {200, 201}


def sign_everybody(sign_in: SignIn, address: str) -> None:
    for username in SIGNERS:
        page = sign_in(username)
        page.goto(address)
        page.get_by_role("link", name="Sign as").click()
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(page.locator("#sign-off-panel")).to_contain_text("Signed")
        page.context.close()


def hold_the_poll(lead: Page, sign_in: SignIn, address: str) -> None:
    """Two answer on their own pages, the third on the call; the room follows without a reload."""
    lead.goto(f"{address}room/")
    tiles = lead.locator("#room-panel .tile")
    expect(tiles).to_have_count(3)
    expect(tiles.filter(has_text="Silent")).to_have_count(3)
    for waiting, username in enumerate(("business", "security"), start=1):
        page = sign_in(username)
        page.goto(address)
        page.get_by_role("link", name="Answer in the poll").click()
        page.get_by_label("GO", exact=True).check()
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.locator("#room-panel .tile", has_text="Silent")).to_have_count(3 - waiting)
        page.context.close()
    expect(tiles.filter(has_text="Silent")).to_have_count(1)
    lead.get_by_role("link", name="Operations", exact=True).click()
    lead.get_by_label("GO", exact=True).check()
    lead.get_by_role("button", name="Write it down").click()
    expect(tiles.filter(has_text="by voice, written down by Olga Petrenko")).to_have_count(1)


def decide_go(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#header-panel")).to_contain_text("Ready for the go/no-go decision")
    page.get_by_role("link", name="Decide go or no-go").click()
    page.get_by_label("GO", exact=True).check()
    page.get_by_label("Reason in one line").fill("everybody signed and every gate is green")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator("#decision-panel")).to_contain_text("GO by Olga Petrenko")


def start_and_complete(page: Page, address: str, onlooker: Page) -> None:
    page.goto(f"{address}runbook/")
    page.get_by_role("button", name="Start the deployment").click()
    expect(onlooker.locator("#header-panel")).to_contain_text("0 of 14 steps done")
    for done in range(1, 15):
        page.locator("#runbook-panel button:enabled", has_text="Begin").first.click()
        page.locator("#runbook-panel button:enabled", has_text="Mark done").click()
        expect(page.locator("#runbook-panel")).to_contain_text(f"{done} of 14 steps done")
    page.get_by_role("button", name="Complete the deployment").click()
    expect(onlooker.locator("#header-panel")).to_contain_text("now being watched")
    page.goto(f"{address}watch/")
    expect(page.locator("#watch-panel")).to_contain_text("0 of 4 success criteria judged")


def see_the_mails(portal: Portal, address: str) -> None:
    """Everybody got go/no-go, start and completion, each once; the notice is no longer useful.

    Whoever signs was asked to, besides. Who has no account is told without a link to sign in at.
    """

    def of_this_deployment() -> Counter[str]:
        taken = [one for one in portal.mails.taken if address in plain_text(one.mail)]
        told = [one for one in taken if "/sign/" not in plain_text(one.mail)]
        # Whoever another test invited in the meantime is told as well.
        return Counter(one.recipient for one in told if one.recipient.endswith("@demo.example"))

    until(lambda: of_this_deployment().total() >= 3 * 9, "all mails have come")
    counts = of_this_deployment()
    assert set(counts.values()) == {3}
    assert len(counts) == 9
    guest = [one for one in portal.mails.taken if one.recipient == "support@demo.example"]
    assert len(guest) >= 3
    assert not any("/deployments/" in plain_text(one.mail) for one in guest)
    asked = [one for one in portal.mails.taken if f"{address}sign/" in plain_text(one.mail)]
    names = [one.recipient.partition("@") for one in asked]
    assert sorted(name for name, _, host in names if host == "demo.example") == sorted(SIGNERS)
    assert portal.mails.doubled() == {}


def plain_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text
