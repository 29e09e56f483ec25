"""A stakeholder in the browser: pasted into a list, told, leaves by the mail, and comes back."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_moves import make_draft, submit
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
LIST = "/services/storage-layer/stakeholders/"


def test_stakeholder_is_pasted_told_leaves_and_comes_back(
    portal: Portal, sign_in: SignIn, browser: Browser
) -> None:
    manager = sign_in("release_manager")
    paste(manager, portal)
    submit(manager, make_draft(manager, portal, "Told to a stakeholder"))
    send_notice(manager)
    until(lambda: bool(mails(portal)), "the stakeholder is told")
    stranger = browser.new_context(viewport={"width": 360, "height": 780}).new_page()
    leave(stranger, mails(portal)[0])
    manager.goto(f"{portal.url}{LIST}")
    row = manager.locator("li.item").filter(has_text="gerda@demo.example")
    expect(row).to_contain_text("only they come back")
    come_back(stranger)
    stranger.context.close()


def paste(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}{LIST}")
    page.get_by_role("link", name="Paste many").first.click()
    lines = page.get_by_label("Stakeholders, one a line")
    lines.fill("Gerda Gast <gerda@demo.example>\nnobody")
    page.get_by_label("Language").select_option("de")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_role("button", name="Add them all").click()
    expect(page.locator("main")).to_contain_text("Line 2: “nobody” is not a mail address.")
    lines.fill("Gerda Gast <gerda@demo.example>")
    page.get_by_role("button", name="Add them all").click()
    expect(page.locator("li.item").filter(has_text="Gerda Gast")).to_contain_text("German")


def send_notice(page: Page) -> None:
    page.get_by_role("link", name="Messages").first.click()
    page.get_by_role("link", name="Recipients, texts and plan").click()
    notice = page.locator("section.card").filter(has_text="24 h before T0").first
    notice.get_by_role("button", name="Send now").click()


def mails(portal: Portal) -> list[EmailMessage]:
    return [one.mail for one in portal.mails.taken if one.recipient == "gerda@demo.example"]


def leave(page: Page, mail: EmailMessage) -> None:
    body = mail.get_body(("plain",))
    assert body is not None
    [link] = re.findall(r"^http\S+/subscription/\S+", body.get_content(), re.MULTILINE)
    page.goto(link)
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    page.get_by_role("button", name="Leave these messages").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You left the messages of")


def come_back(page: Page) -> None:
    page.get_by_role("link", name="Your subscription, to come back").click()
    page.get_by_role("button", name="Come back").click()
    expect(page.locator("main")).to_contain_text("You are told of")
    expect(page.get_by_role("button", name="Leave these messages")).to_be_visible()
