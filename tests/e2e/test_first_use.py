"""An empty installation: from the word in the log to the first deployment, without any admin."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests import databases
from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Running, answers, free_port
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PASSWORD = "another battery staple"
CHECKLIST = """# Release 1

**Target Environment**: Production

## Before
- [ ] Back up the database

## Sign-off
- [ ] Product owner: it is what was asked for
"""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A web process on a database in which there is nothing; the environment it has."""
    port, name = free_port(), f"portal_{uuid.uuid4().hex[:12]}"
    databases.clone(name)
    environment = {
        **databases.environment(name),
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_DEMO": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "0",
    }
    for_static = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(for_static, env=environment, check=True)
    command = [sys.executable, "-m", "uvicorn", "deploy_portal.asgi:application",
               "--host=127.0.0.1", "--port", str(port), "--log-level=warning",
               "--timeout-graceful-shutdown=2"]  # fmt: skip
    try:
        with Running(command, environment, tmp_path):
            url = environment["PORTAL_URL"]
            until(lambda: answers(f"{url}/health/"), "the empty portal answers")
            yield environment
    finally:
        databases.drop(name)


def test_an_empty_portal_leads_to_its_first_deployment(
    browser: Browser, empty: dict[str, str], tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(empty["PORTAL_URL"])
    set_up(page, empty)
    assert found_by_axe(page) == []
    expect(page.locator(".begin")).to_contain_text("Make a service")

    fill(page, "Make a service", "Make the service", Title="Ledger", Key="ledger")
    fill(page, "Make an environment", "Make the environment", Title="Production", Key="production")
    fill(page, "Name the sign-off roles", "Make the role", Title="Product owner",
         Key="product_owner")  # fmt: skip
    fill(page, "Invite your people", "Make the account", Username="bob", E_mail="bob@example.org")
    begin(page, "Say who may do what")
    page.get_by_role("link", name="Ledger ledger").click()
    give(page, "Rosa (rosa)", "Release manager")
    give(page, "bob (bob)", "Product owner")
    begin(page, "Read in your first checklist")
    read_in(page, tmp_path)

    page.goto("/".join(page.url.split("/")[:3]))
    expect(page.locator(".begin")).to_contain_text("Done")
    expect(page.locator(".begin a")).to_have_text(["Submit the deployment"])
    context.close()


def set_up(page: Page, environment: dict[str, str]) -> None:
    expect(page.get_by_role("heading", name="Welcome to Deploy Portal")).to_be_visible()
    assert found_by_axe(page) == []
    told = subprocess.run(
        [sys.executable, "manage.py", "setup_word"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for label, text in {
        "Set-up word": told.stdout.strip(),
        "Username": "rosa",
        "Name": "Rosa",
        "E-mail": "rosa@example.org",
        "New password": PASSWORD,
        "New password confirmation": PASSWORD,
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Make the first account").click()
    expect(page.get_by_role("heading", name="Begin here")).to_be_visible()


def begin(page: Page, step: str) -> None:
    page.get_by_role("link", name="Home", exact=True).click()
    page.get_by_role("link", name=step, exact=True).click()


def fill(page: Page, step: str, button: str, **said: str) -> None:
    begin(page, step)
    for label, text in said.items():
        page.get_by_label(label.replace("_", "-"), exact=True).fill(text)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("button", name=button, exact=True)).to_have_count(0)


def give(page: Page, whom: str, what: str) -> None:
    page.get_by_label("To whom").select_option(label=whom)
    page.get_by_label("What", exact=True).select_option(label=what)
    page.get_by_role("button", name="Give it").click()
    expect(page.locator("main")).to_contain_text("now has")


def read_in(page: Page, folder: Path) -> None:
    file = folder / "release.md"
    file.write_text(CHECKLIST)
    page.get_by_label("Service").select_option("ledger")
    page.get_by_label("Checklist document").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Create deployment", exact=True).click()
    expect(page.locator("#header-panel")).to_contain_text("Draft")
