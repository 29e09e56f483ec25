"""What people do with items, in the browser: each act on the row or on the item's own page."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# The first change after a page has opened may wait until its stream is there, in milliseconds.
PATIENCE = 20_000
# A plan of its own, so that what is ticked here is missed by no other test.
PLAN = """
import json
from datetime import timedelta
from django.db import transaction
from accounts.models import User
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from deployments import clock, content, services
from deployments.enums import State
from deployments.models import Deployment, Environment, Service
manager = User.objects.get(username="release_manager")
operations = User.objects.get(username="operations")
def make(environment):
    place, _ = Environment.objects.get_or_create(key=environment, defaults={"title": environment})
    service = Service.objects.get(key="storage-layer")
    one = services.create_deployment(service, place, package="Items " + environment,
                                     requester=manager, branch="b", commit="0a1b2c3d")
    sections = [SectionDefinition(["Plan", "Checks"]), SectionDefinition(["Plan", "Steps"])]
    checklists.define(one, sections, [
        ItemDefinition(0, "check", "before", "Choose the way", choices=["Rolling", "At once"]),
        ItemDefinition(0, "check", "before", "Tell the vendor"),
        ItemDefinition(0, "check", "before", "Look at the logs", owner=operations,
                       due_anchor="t0", due_offset=timedelta(hours=-9)),
        ItemDefinition(0, "check", "before", "Count the rows"),
        ItemDefinition(0, "check", "before", "Write the note", required=False),
        ItemDefinition(1, "step", "during", "Copy the files"),
    ])
    content.refresh(one, manager)
    return one
with transaction.atomic():
    planned, running = make("items-planned"), make("items-running")
services.schedule(planned.pk, clock.now() + timedelta(hours=8), actor=manager)
services.schedule(running.pk, clock.now() + timedelta(hours=8), actor=manager)
Deployment.objects.filter(pk=planned.pk).update(state=State.IN_REVIEW)
Deployment.objects.filter(pk=running.pk).update(state=State.IN_PROGRESS)
print(json.dumps([planned.pk, running.pk]))
"""


def test_people_say_what_became_of_items(portal: Portal, sign_in: SignIn) -> None:
    planned, running = make_plans(portal)
    page, second = sign_in("operations"), sign_in("release_manager")
    address = f"{portal.url}/deployments/{planned}/checklist/"
    page.goto(address)

    choose_and_choose_again(page)
    ask_and_take_back(page)
    ask_and_agree(page, second)
    fail_and_tick_again(page)
    see_what_is_mine_late_and_open(page, address)
    tick_together(page, address)
    begin_and_finish(page, f"{portal.url}/deployments/{running}/runbook/")


def make_plans(portal: Portal) -> list[int]:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", PLAN]
    made = subprocess.run(
        command, env=portal.environment, check=True, capture_output=True, text=True
    )
    found: list[int] = json.loads(made.stdout)
    return found


def row(text: str, panel: str = "#checklist-panel") -> str:
    return f"{panel} li.item:has-text('{text}')"


def choose_and_choose_again(page: Page) -> None:
    item = page.locator(row("Choose the way"))
    item.get_by_role("button", name="Rolling").click()
    expect(item).to_contain_text("Done: Rolling, by Otto Pereira", timeout=PATIENCE)
    item.get_by_role("button", name="At once").click()
    expect(item).to_contain_text("Done: At once, by Otto Pereira")


def ask(page: Page, reason: str) -> None:
    page.get_by_label("Skipped (asks a second person to agree)").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").last).to_contain_text("Say why “Tell the vendor” is skipped")
    page.get_by_label("Why").fill(reason)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("another person now agrees or declines")


def ask_and_take_back(page: Page) -> None:
    page.locator(row("Tell the vendor")).get_by_role("link", name="Details").click()
    ask(page, "they know already")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)


def ask_and_agree(page: Page, second: Page) -> None:
    ask(page, "they really know")
    second.goto(page.url)
    second.get_by_role("button", name="Decline").click()
    expect(second.get_by_role("alert").last).to_contain_text("is not to be left out")
    second.get_by_role("button", name="Agree").click()
    expect(second.locator("p.sentence")).to_contain_text("Skipped by Otto Pereira with Rosa Marin")
    page.goto(page.url.split("/items/")[0] + "/checklist/")


def fail_and_tick_again(page: Page) -> None:
    page.locator(row("Look at the logs")).get_by_role("link", name="Details").click()
    page.get_by_label("Failed").check()
    page.get_by_label("Why").fill("the store is full")
    page.get_by_role("button", name="Save").click()
    item = page.locator(row("Look at the logs"))
    expect(item).to_contain_text("the store is full")
    item.get_by_role("button", name="Tick").click()
    expect(item).to_contain_text("Done by Otto Pereira")
    item.get_by_role("button", name="un-tick").click()
    expect(item).to_contain_text("Late, was due")


def see_what_is_mine_late_and_open(page: Page, address: str) -> None:
    page.get_by_role("link", name="Mine").click()
    expect(page.locator("#filters li.item")).to_have_count(1)
    page.locator(row("Look at the logs", "#filters")).get_by_role("button", name="Tick").click()
    expect(page.get_by_role("link", name="Late 0")).to_be_visible()
    page.get_by_role("link", name="Late 0").click()
    expect(page.locator("#filters")).to_contain_text("Nothing is late.")
    page.get_by_role("link", name="Open").click()
    expect(page.locator("#filters li.item")).to_have_count(2)
    page.goto(address)


def tick_together(page: Page, address: str) -> None:
    page.get_by_role("link", name="Tick several").click()
    page.get_by_role("button", name="Tick these items").click()
    expect(page).to_have_url(address)
    expect(page.locator("#checklist-panel h3")).to_contain_text("5 of 5")


def begin_and_finish(page: Page, address: str) -> None:
    page.goto(address)
    item = page.locator(".step-at-hand", has_text="Copy the files")
    item.get_by_role("button", name="Begin").click()
    expect(item).to_contain_text("by Otto Pereira", timeout=PATIENCE)
    item.get_by_role("button", name="Mark done").click()
    expect(page.locator("#runbook-panel")).to_contain_text("1 of 1 steps done")
