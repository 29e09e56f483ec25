"""Two people run the day in the browser: a command, a failure, no return, and the way back."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# What one does shows at the other's without a reload, in milliseconds.
PATIENCE = 30_000
DAY = """
from datetime import timedelta
from django.db import transaction
from accounts.models import User
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from deployments import clock, content, history, services
from deployments.enums import State
from deployments.models import Deployment, Environment, Service
people = {one.username: one for one in User.objects.all()}
place, _ = Environment.objects.get_or_create(key="day", defaults={"title": "Day"})
def step(kind, phase, text, after, **more):
    section = 0 if kind == "step" else 1
    return ItemDefinition(section, kind, phase, text, after=after, planned_minutes=10, **more)
with transaction.atomic():
    one = services.create_deployment(Service.objects.get(key="storage-layer"), place,
        package="Storage layer 2.0", requester=people["release_manager"], commit="0a1b2c3d")
    checklists.define(one, [SectionDefinition(["Execution"]), SectionDefinition(["Way back"])], [
        step("step", "during", "Drain the nodes", [], runs="drain"),
        step("step", "during", "Migrate the database", [0], irreversible=True,
             commands=[{"language": "bash", "text": "manage.py migrate --database owner"}]),
        step("step", "during", "Deploy the service", [1],
             commands=[{"language": "bash", "text": "deploy storage 2.0"}]),
        step("rollback_step", "rollback", "Deploy the old version", []),
        step("rollback_step", "rollback", "Check that it answers", [3]),
    ])
    content.refresh(one, people["release_manager"])
    now = clock.now()
    one.state, one.started_at, one.t0 = State.IN_PROGRESS, now, now - timedelta(minutes=4)
    one.window_end = now + timedelta(minutes=90)
    one.save()
    history.record(one, "started", actor=people["ops_lead"])
print(one.pk)
"""


def test_two_people_run_the_day_and_go_back(portal: Portal, sign_in: SignIn) -> None:
    address = make_day(portal)
    lead, hand, onlooker = sign_in("ops_lead"), sign_in("operations"), sign_in("stakeholder")
    for page in (lead, hand, onlooker):
        page.goto(f"{address}runbook/")
        expect(page.locator(".step-title")).to_contain_text("Drain the nodes")

    run_a_command(hand, lead)
    copy_twice(hand)
    begin_for_good(hand, address, onlooker)
    fail_and_try_again(hand, lead, address)
    hand_over(lead, hand)
    roll_back(lead, hand, onlooker)


def make_day(portal: Portal) -> str:
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", DAY],
        env=portal.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    pk = re.findall(r"\d+", made.stdout)[-1]
    return f"{portal.url}/deployments/{pk}/"


def sees(page: Page, text: str, where: str = "#runbook-panel") -> None:
    expect(page.locator(where)).to_contain_text(text, timeout=PATIENCE)


def at_hand(page: Page, text: str) -> None:
    expect(page.locator(".step-title")).to_contain_text(text, timeout=PATIENCE)


def run_a_command(hand: Page, lead: Page) -> None:
    """Its output comes while it runs, at whoever looks."""
    hand.locator("#runbook-panel button", has_text="Begin").click()
    sees(lead, "node 1 drained")
    at_hand(lead, "Migrate the database")
    sees(hand, "1 of 3 steps done")


def copy_twice(hand: Page) -> None:
    """By the button and by its key while it still says so; then it says again what it does."""
    at_hand(hand, "Migrate the database")
    copy = hand.locator(".step-at-hand [data-copy]")
    hand.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy.click()
    expect(copy).to_contain_text("Copied")
    expect(hand.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    hand.keyboard.press("c")
    expect(copy).to_have_text("Copy the command of “Migrate the database”", timeout=PATIENCE)
    expect(hand.get_by_role("status").filter(has_text="Copied")).to_have_count(0)
    copied = hand.evaluate("navigator.clipboard.readText()")
    assert copied == "manage.py migrate --database owner"


def begin_for_good(hand: Page, address: str, onlooker: Page) -> None:
    at_hand(hand, "Migrate the database")
    hand.get_by_role("link", name="Begin… “Migrate the database”").click()
    expect(hand.locator("main")).to_contain_text("It cannot be undone")
    hand.get_by_label("I have read what it closes off").check()
    hand.get_by_role("button", name="Begin it").click()
    expect(hand).to_have_url(f"{address}runbook/")
    sees(onlooker, "Point of no return passed", "#header-panel")


def fail_and_try_again(hand: Page, lead: Page, address: str) -> None:
    hand.get_by_role("link", name="It failed, or is skipped").click()
    hand.get_by_label("Failed").check()
    hand.get_by_label("Why", exact=True).fill("a lock was not freed")
    hand.get_by_role("button", name="Save").click()
    sees(hand, "Olga Petrenko is asked how it goes on")
    sees(lead, "“Migrate the database” failed")
    lead.locator("#mine").get_by_role("link", name="Say how it goes on").click(timeout=PATIENCE)
    lead.get_by_label("Try it again").check()
    lead.get_by_role("button", name="Go on so").click()
    expect(lead).to_have_url(f"{address}runbook/")
    at_hand(hand, "Migrate the database")
    hand.locator("#runbook-panel button", has_text="Mark done").click()
    sees(lead, "2 of 3 steps done")


def hand_over(lead: Page, hand: Page) -> None:
    at_hand(lead, "Deploy the service")
    lead.locator(".step-acts").get_by_role("link", name="Hand over").click()
    lead.get_by_label("To whom?").select_option("Otto Pereira")
    lead.get_by_role("button", name="Hand it over").click()
    expect(hand.locator(".step-label")).to_contain_text("Otto Pereira", timeout=PATIENCE)
    hand.keyboard.press("n")
    expect(hand.locator("[data-next-act]")).to_be_focused()
    hand.keyboard.press("Enter")
    expect(hand.locator(".step-label")).to_contain_text("Now", timeout=PATIENCE)


def roll_back(lead: Page, hand: Page, onlooker: Page) -> None:
    lead.get_by_role("link", name="Roll back", exact=True).click()
    expect(lead.locator("main")).to_contain_text("what it changed stays")
    lead.get_by_label("Why is it rolled back?").fill("error rate above 5 %")
    lead.get_by_label("I know what the way back does not bring back").check()
    lead.get_by_role("button", name="Begin the rollback").click()
    sees(onlooker, "Rolling back")
    for done, text in enumerate(("Deploy the old version", "Check that it answers"), start=1):
        at_hand(hand, text)
        hand.locator("#runbook-panel button", has_text="Begin").click()
        hand.locator("#runbook-panel button", has_text="Mark done").click(timeout=PATIENCE)
        sees(lead, f"{done} of 2 steps done")
    lead.get_by_role("button", name="Finish the rollback").click(timeout=PATIENCE)
    sees(onlooker, "“Migrate the database” cannot be undone and was begun")
    sees(onlooker, "“Deploy the service” was under way when the rollback began")
