"""A product owner decides on a rollback trigger; somebody with the stakeholder link reports."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WATCH = """
from datetime import timedelta
from django.db import transaction
from accounts.models import Role, User
from deployments import clock, content, services
from deployments.enums import State
from deployments.models import Environment, Service
from deployments.sharing import links
from monitoring import services as watch
from monitoring.definitions import TriggerDefinition
people = {one.username: one for one in User.objects.all()}
place, _ = Environment.objects.get_or_create(key="decided", defaults={"title": "Decided"})
with transaction.atomic():
    one = services.create_deployment(Service.objects.get(key="search"), place,
        package="Search 3.2", requester=people["release_manager"], commit="0a1b2c3d")
    watch.define(one, triggers=[TriggerDefinition("Customers are charged twice",
        decided_by=Role.objects.get(key="product_owner"))])
    content.refresh(one, people["release_manager"])
    one.state, one.started_at, one.completed_at = State.WATCHING, clock.now(), clock.now()
    one.t0, one.window_end = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
    one.save()
watch.open_watch(one.pk)
trigger = one.triggers.get()
watch.raise_by_hand(one.pk, trigger.pk, actor=people["ops_lead"], reason="Two invoices each")
_, address = links.make(one.pk, lasts=timedelta(days=30), actor=people["release_manager"])
print(one.pk, address)
"""


def make_watch(portal: Portal) -> tuple[str, str]:
    """The addresses of the deployment and of its page for stakeholders."""
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", WATCH],
        env=portal.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = re.findall(r"(\d+) (http\S+)", made.stdout)[-1]
    return f"{portal.url}/deployments/{found[0]}/", found[1]


def test_role_of_the_plan_decides_and_a_reader_of_the_link_reports(
    portal: Portal, sign_in: SignIn, browser: Browser
) -> None:
    address, shared = make_watch(portal)
    reader = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    reader.goto(shared)
    reader.get_by_role("link", name="Report an incident").click()
    assert found_by_axe(reader) == []
    reader.get_by_label("What went wrong").fill("I was charged twice")
    reader.get_by_label("Your name, if you like").fill("Ann")
    reader.get_by_role("button", name="Report it").click()
    expect(reader.locator("main")).to_contain_text("Thank you.")
    reader.context.close()

    lead, owner = sign_in("ops_lead"), sign_in("product_owner")
    lead.goto(f"{address}incidents/")
    expect(lead.locator("main")).to_contain_text("I was charged twice")
    expect(lead.locator("main")).to_contain_text("by the stakeholder link")
    lead.goto(f"{address}watch/")
    for page in (lead, owner):
        page.goto(f"{address}rollback-question/")
        assert found_by_axe(page) == []
    expect(lead.get_by_role("button", name="It stays")).to_have_count(0)
    owner.get_by_label("Why").fill("One customer, paid back")
    owner.get_by_role("button", name="It stays").click()
    expect(owner.locator("main")).to_contain_text("It stays.")
