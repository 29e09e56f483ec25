"""An administrator brings somebody in, gives them a part and lets them go; in a browser."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PASSWORD = "another battery staple"


def test_somebody_comes_gets_a_part_and_goes(portal: Portal, sign_in: SignIn) -> None:
    admin, name = sign_in("admin"), f"ann-{uuid.uuid4().hex[:6]}"
    theirs = come(admin, sign_in("nobody"), portal, name)

    theirs.goto(f"{portal.url}/services/")
    expect(theirs.locator("main")).to_contain_text("You see no service yet")
    give(admin, portal, name)
    theirs.reload()
    theirs.get_by_role("link", name="Search search").click()
    expect(theirs.locator("#main")).to_contain_text("Only administrators of this portal may")

    admin.get_by_role("link", name=f"Revoke Ops lead of {name}").click()
    expect(admin.locator("main")).to_contain_text("Decide, start, complete, stop, roll back")
    admin.get_by_role("button", name="Revoke it").click()
    expect(admin.locator("main")).to_contain_text(f"{name} no longer has Ops lead of Search.")
    expect(admin.locator("table")).not_to_contain_text(name)
    theirs.reload()
    expect(theirs.locator("h1")).to_have_text("Nothing here")

    leave(admin, portal, name)
    theirs.goto(f"{portal.url}/settings/")
    expect(theirs.locator("h1")).to_have_text("Sign in to Deploy Portal")


def come(admin: Page, theirs: Page, portal: Portal, name: str) -> Page:
    admin.goto(f"{portal.url}/people/new/")
    admin.get_by_label("Username").fill(name)
    admin.get_by_label("E-mail").fill(f"{name}@example.org")
    admin.get_by_label("Invite them by mail").uncheck()
    admin.get_by_role("button", name="Make the account").click()
    theirs.goto(admin.get_by_label("Link to set the password").input_value())
    theirs.get_by_label("New password", exact=True).fill(PASSWORD)
    theirs.get_by_label("New password confirmation").fill(PASSWORD)
    theirs.get_by_role("button", name="Set the password").click()
    expect(theirs.locator("main")).to_contain_text("Your password is set. Sign in with it.")
    theirs.get_by_label("Username").fill(name)
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.locator("header .who")).to_have_text(name)
    return theirs


def give(admin: Page, portal: Portal, name: str) -> None:
    admin.goto(f"{portal.url}/services/search/")
    admin.get_by_label("To whom").select_option(label=f"{name} ({name})")
    admin.get_by_label("What", exact=True).select_option("ops_lead")
    admin.get_by_role("button", name="Give it").click()
    expect(admin.locator("main")).to_contain_text(f"{name} now has Ops lead of Search.")


def leave(admin: Page, portal: Portal, name: str) -> None:
    admin.goto(f"{portal.url}/people/?q={name}")
    admin.get_by_role("link", name=name).click()
    admin.get_by_role("link", name="Deactivate").click()
    admin.get_by_role("button", name="Deactivate the account").click()
    expect(admin.locator("main")).to_contain_text(f"{name} is deactivated")
