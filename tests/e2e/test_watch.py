"""A watch in the browser: charts, an alert, the question to go back, criteria, the end."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# What one does shows at the other's without a reload, in milliseconds.
PATIENCE = 30_000
# Completed six hours ago; the hit rate has just broken down, the latency was high in between.
WATCH = """
from datetime import timedelta
from decimal import Decimal
from math import sin
from django.db import transaction
from accounts.models import User
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from deployments import clock, content, services
from deployments.enums import State
from deployments.models import Deployment, Environment, Service
from monitoring import services as watch
from monitoring.definitions import *
from monitoring.services import Value
from tests.monitoring.makers import machine, make_metric
people = {one.username: one for one in User.objects.all()}
place, _ = Environment.objects.get_or_create(key="watched", defaults={"title": "Watched"})
with transaction.atomic():
    one = services.create_deployment(Service.objects.get(key="search"), place,
        package="Search 3.1", requester=people["release_manager"], commit="0a1b2c3d")
    checklists.define(one, [SectionDefinition(["Success criteria"])], [
        ItemDefinition(0, "criterion", "after", "Nobody waits longer than before"),
        ItemDefinition(0, "criterion", "after", "No order is lost"),
    ])
    watch.define(one,
        alerts=[AlertDefinition("Hit rate low", "hit_rate < 80 %", clears="hit_rate < 82 %"),
                AlertDefinition("Hit rate very low", "hit_rate < 70 %", "critical"),
                AlertDefinition("Slow", "latency > 200 ms")],
        triggers=[TriggerDefinition("Hit rate breaks down", "hit_rate < 60 %"),
                  TriggerDefinition("Data consistency issues detected")],
        targets=[TargetDefinition("Hit rate above 85 % within an hour",
                                  "hit_rate > 85 % within 1 h of complete"),
                 TargetDefinition("Users do not complain")],
        widgets=[WidgetDefinition("Cache Performance", ["hit_rate", "miss_count"]),
                 WidgetDefinition("Response", ["latency", "errors"])])
    content.refresh(one, people["release_manager"])
    for key, unit in (("hit_rate", "%"), ("latency", "ms"), ("errors", "")):
        if not one.service.metrics.filter(key=key).exists():
            make_metric(one, key, unit)
    begun = clock.now() - timedelta(hours=6)
    one.state, one.started_at, one.completed_at = State.WATCHING, begun, begun
    one.t0, one.window_end = begun - timedelta(hours=1), begun + timedelta(hours=1)
    one.save()
def value(key, minute, number):
    return Value(key, Decimal(f"{number:.2f}"), begun + timedelta(minutes=minute))
def send(minutes):
    values = []
    for m in minutes:
        values.append(value("hit_rate", m, 91 + 3 * sin(m / 9) if m < 353 else 58 - m % 3))
        values.append(value("latency", m, 140 + 20 * sin(m / 7) + 90 * (200 < m < 230)))
        values.append(value("errors", m, m // 60))
    watch.push(one.pk, values, actor=machine())
# Before a sweep could find that nothing came in six hours.
with transaction.atomic():
    watch.open_watch(one.pk)
    send(range(0, 353))
    send(range(353, 361))
print(one.pk)
"""


def test_two_people_watch_and_close(portal: Portal, sign_in: SignIn) -> None:
    address = make_watch(portal)
    lead, hand = sign_in("ops_lead"), sign_in("operations")
    for page in (lead, hand):
        page.goto(f"{address}watch/")
        expect(page.locator("#charts canvas")).to_have_count(3)
        assert found_by_axe(page) == []
    look_after_the_alert(hand, lead)
    stay(lead, hand)
    judge(sign_in("product_owner"), address, lead)
    report(sign_in("stakeholder"), address, lead)
    close(lead, address)


def make_watch(portal: Portal) -> str:
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", WATCH],
        env=portal.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    pk = re.findall(r"\d+", made.stdout)[-1]
    return f"{portal.url}/deployments/{pk}/"


def sees(page: Page, text: str) -> None:
    expect(page.locator("#watch-panel")).to_contain_text(text, timeout=PATIENCE)


def look_after_the_alert(hand: Page, lead: Page) -> None:
    alert = "Hit rate: 58 % is less than 70 %"
    sees(lead, "nobody looks after it yet")
    hand.get_by_role("link", name=alert).click()
    assert found_by_axe(hand) == []
    hand.get_by_label("What you do about it").fill("The cache is being filled")
    hand.get_by_role("button", name="I look after it").click()
    sees(hand, "Otto Pereira looks after it")
    sees(lead, "Otto Pereira looks after it")
    lead.get_by_role("link", name=alert).click()
    expect(lead.locator("main")).to_contain_text("The cache is being filled")
    lead.go_back()


def stay(lead: Page, hand: Page) -> None:
    lead.get_by_role("link", name="Answer", exact=True).click()
    expect(lead.locator("main")).to_contain_text("Hit rate breaks down: 58 % is less than 60 %")
    assert found_by_axe(lead) == []
    lead.get_by_role("button", name="It stays").click()
    expect(lead.locator(".alert-danger")).to_contain_text("Say why it stays")
    lead.get_by_label("Why").fill("It warms up until noon")
    lead.get_by_role("button", name="It stays").click()
    expect(lead.locator("#watch-panel")).not_to_contain_text("Roll back?")
    expect(hand.locator("#watch-panel")).not_to_contain_text("Roll back?", timeout=PATIENCE)


def judge(owner: Page, address: str, lead: Page) -> None:
    owner.goto(f"{address}watch/")
    for text, verdict in (("Nobody waits longer than before", "Met"), ("No order is lost", "Met")):
        owner.get_by_role("link", name=f"Judge “{text}”").click()
        owner.get_by_label(verdict, exact=True).check()
        owner.get_by_label("By what you judge").fill("The board of today")
        assert found_by_axe(owner) == []
        owner.get_by_role("button", name="Judge it so").click()
    sees(lead, "2 of 2 success criteria judged")


def report(stakeholder: Page, address: str, lead: Page) -> None:
    stakeholder.goto(f"{address}watch/")
    stakeholder.get_by_role("link", name="Read and report incidents").click()
    stakeholder.get_by_label("What went wrong").fill("The second page of results is empty")
    stakeholder.get_by_role("button", name="Report it").click()
    sees(lead, "1 reported by users")
    stakeholder.goto(f"{address}incidents/")
    assert found_by_axe(stakeholder) == []


def close(lead: Page, address: str) -> None:
    lead.goto(f"{address}close/")
    assert found_by_axe(lead) == []
    lead.get_by_label("Succeeded in part").check()
    lead.get_by_label("What was learned").fill("Fill the cache before the start")
    lead.get_by_role("button", name="Close it").click()
    lead.get_by_role("link", name="Report", exact=True).click()
    expect(lead.locator("#charts canvas")).to_have_count(3)
    assert found_by_axe(lead) == []
    for text in (
        "2 of 2 success criteria met, 1 alert, 1 incident.",
        "Stays by Olga Petrenko: It warms up until noon",
        "The second page of results is empty",
        "Succeeded in part",
        "Fill the cache before the start",
    ):
        expect(lead.locator("main")).to_contain_text(text)
