"""From the mail to the signature, and the go/no-go room with five people at once."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from intake import demo
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_moves import make_draft
from tests.e2e.test_release_day import SIGNERS, plain_text
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def address(portal: Portal, sign_in: SignIn) -> str:
    """In review, fifty minutes before its time: five roles sign and are polled."""
    manager = sign_in("release_manager")
    found = make_draft(manager, portal, "Search with synonyms")
    manager.goto(f"{found}schedule/")
    local = datetime.now(ZoneInfo(demo.ZONE)) + timedelta(minutes=50)
    manager.get_by_label("T0").fill(local.strftime("%Y-%m-%dT%H:%M"))
    manager.get_by_role("button", name="Save the time").click()
    manager.goto(f"{found}poll/")
    for role in ("Security", "Operations", "Business stakeholder"):
        manager.get_by_label(role).uncheck()
    manager.get_by_role("button", name="Save", exact=True).click()
    manager.goto(found)
    manager.get_by_role("link", name="Submit for sign-off").click()
    manager.get_by_role("button", name="Submit for sign-off").click()
    expect(manager.locator("#header-panel")).to_contain_text("In review")
    return found


def test_product_owner_signs_from_the_mail_with_few_clicks(
    portal: Portal, browser: Browser, address: str
) -> None:
    """Nobody is signed in: the link leads through the sign-in to the sign page."""

    def links() -> list[str]:
        mails = [one for one in portal.mails.taken if one.recipient.startswith("product_owner@")]
        found = re.compile(rf"{re.escape(address)}sign/\d+/")
        return [link[0] for one in mails if (link := found.search(plain_text(one.mail)))]

    until(lambda: bool(links()), "the mail has come")
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    began, clicks = time.monotonic(), 0
    page.goto(links()[0])
    page.get_by_label("Username").fill("product_owner")
    page.get_by_label("Password").fill(demo.PASSWORD)
    for button in ("Sign in", "Sign"):
        page.locator("main").get_by_role("button", name=button, exact=True).click()
        clicks += 1
    expect(page.locator("#sign-off-panel")).to_contain_text("Signed")
    took = time.monotonic() - began
    print(f"from the mail to the signature: {clicks} clicks, {took:.1f} s")  # noqa: T201
    assert clicks == 2
    page.context.close()


def test_five_people_answer_at_once_and_everybody_sees_all(sign_in: SignIn, address: str) -> None:
    pages: dict[str, Page] = {username: sign_in(username) for username in SIGNERS}
    for page in pages.values():
        page.goto(f"{address}room/")
        expect(page.locator("#room-panel .tile", has_text="Silent")).to_have_count(5)
    for username, page in pages.items():
        if username == "security":
            page.get_by_label("HOLD", exact=True).check()
            page.get_by_label("In one line").fill("the scan is still running")
        else:
            page.get_by_label("GO", exact=True).check()
    for page in pages.values():
        page.get_by_role("button", name="Answer", exact=True).click(no_wait_after=True)
    for page in pages.values():
        tiles = page.locator("#room-panel .tile")
        expect(tiles.filter(has_text="Silent")).to_have_count(0)
        expect(page.locator("#room-panel .tile-go")).to_have_count(4)
        expect(page.locator("#room-panel .tile-hold")).to_contain_text("the scan is still running")
