"""Somebody's first day: from the first mail to the first signature, and in by the provider."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, Running, SignIn, answers, free_port
from tests.e2e.test_moves import make_draft, submit
from tests.oidc import Issuer, issuing
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PASSWORD = "another battery staple"


class Steps:
    """What a newcomer has to do, counted: pages that were loaded, clicks, fields filled."""

    def __init__(self, page: Page) -> None:
        self.page, self.pages, self.clicks, self.fields = page, 0, 0, 0
        page.on("load", self._loaded)

    def _loaded(self, _: Page) -> None:
        self.pages += 1

    def click(self, role: str, name: str) -> None:
        self.clicks += 1
        found = self.page.get_by_role("link" if role == "link" else "button", name=name, exact=True)
        found.first.click()

    def fill(self, label: str, text: str) -> None:
        self.fields += 1
        self.page.get_by_label(label, exact=True).fill(text)


def test_from_the_first_mail_to_the_first_signature(
    browser: Browser, portal: Portal, sign_in: SignIn
) -> None:
    """Few enough steps for three minutes; the time itself is nobody's to assert."""
    name = f"pia-{uuid.uuid4().hex[:6]}"
    invite(sign_in("admin"), portal, name)
    manager = sign_in("release_manager")
    address = make_draft(manager, portal, f"First signature of {name}")
    submit(manager, address)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    steps = Steps(context.new_page())

    steps.page.goto(link_mailed_to(portal, f"{name}@example.org"))
    assert found_by_axe(steps.page) == []
    steps.fill("New password", PASSWORD)
    steps.fill("New password confirmation", PASSWORD)
    steps.click("button", "Set the password")
    expect(steps.page.get_by_label("Username")).to_have_value(name)
    steps.fill("Password", PASSWORD)
    steps.click("button", "Sign in")
    steps.click("link", "Sign as Product owner")
    steps.click("button", "Sign")

    expect(steps.page.locator("#sign-off-panel")).to_contain_text(name)
    print(f"{steps.pages} pages, {steps.clicks} clicks, {steps.fields} fields")  # noqa: T201
    assert (steps.clicks, steps.fields) == (4, 3)
    assert steps.pages <= 6
    context.close()


def invite(admin: Page, portal: Portal, name: str) -> None:
    admin.goto(f"{portal.url}/people/new/")
    admin.get_by_label("Username").fill(name)
    admin.get_by_label("E-mail").fill(f"{name}@example.org")
    admin.get_by_role("button", name="Make the account").click()
    expect(admin.locator("main")).to_contain_text("The invitation is on its way")
    admin.goto(f"{portal.url}/services/storage-layer/")
    admin.get_by_label("To whom").select_option(label=f"{name} ({name})")
    admin.get_by_label("What", exact=True).select_option(label="Product owner")
    admin.get_by_role("button", name="Give it").click()
    expect(admin.locator("main")).to_contain_text(f"{name} now has Product owner of")


def link_mailed_to(portal: Portal, address: str) -> str:
    def mailed() -> list[str]:
        return [
            one.mail.get_body(("plain",)).get_content()
            for one in list(portal.mails.taken)
            if one.recipient == address and "invited" in str(one.mail["Subject"])
        ]

    until(lambda: bool(mailed()), "the invitation is mailed")
    found = re.search(rf"{re.escape(portal.url)}/set-password/\S+", mailed()[0])
    assert found
    return found[0]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


@pytest.fixture
def with_provider(portal: Portal, issuer: Issuer, tmp_path: Path) -> Iterator[str]:
    """A second web process of the same portal, whose environment names a provider."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **portal.environment,
        "PORTAL_URL": url,
        "OIDC_ISSUER": issuer.url,
        "OIDC_CLIENT_ID": "deploy-portal",
        "OIDC_CLIENT_SECRET": "a secret of the portal",
        "OIDC_NAME": "Example ID",
        "OIDC_NETWORKS": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "uvicorn", "deploy_portal.asgi:application",
               "--host=127.0.0.1", "--port", str(port), "--log-level=warning",
               "--timeout-graceful-shutdown=2"]  # fmt: skip
    with Running(command, environment, tmp_path):
        until(lambda: answers(f"{url}/health/"), "the second process answers")
        yield url


def test_in_by_the_provider_and_signed_by_it_again(
    browser: Browser, portal: Portal, sign_in: SignIn, with_provider: str, issuer: Issuer
) -> None:
    manager = sign_in("release_manager")
    path = make_draft(manager, portal, "Signed by the provider").removeprefix(portal.url)
    submit(manager, f"{portal.url}{path}")
    known = {"email": "product_owner@demo.example", "email_verified": True}
    issuer.knows("priya", **known, auth_time=1_700_000_000)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()

    page.goto(f"{with_provider}{path}")
    assert found_by_axe(page) == []
    page.get_by_role("link", name="Sign in with Example ID").click()
    at_the_provider(page)
    page.get_by_role("link", name="Sign as Product owner").click()
    expect(page.get_by_role("link", name="Confirm with Example ID")).to_be_visible()
    assert found_by_axe(page) == []
    issuer.knows("priya", **known)
    page.get_by_role("link", name="Confirm with Example ID").click()
    at_the_provider(page)
    expect(page.locator("main")).to_contain_text("You proved who you are less than five minutes")
    page.get_by_role("button", name="Sign", exact=True).click()

    expect(page.locator("#sign-off-panel")).to_contain_text("Signed")
    context.close()


def at_the_provider(page: Page) -> None:
    page.locator("input[name=sub]").first.fill("priya")
    page.get_by_role("button", name="Authorize").first.click()
