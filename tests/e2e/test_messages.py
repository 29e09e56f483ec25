"""The message plan in the browser: a line edited, its letter read and tried, a message skipped."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.communications.smtp_witness import Taken
from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_moves import make_draft, submit
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def test_messages_are_planned_read_tried_and_skipped(portal: Portal, sign_in: SignIn) -> None:
    page = sign_in("release_manager")
    address = make_draft(page, portal, "Told by a browser test")
    submit(page, address)
    edit_line(page, address)
    read_and_try(page, portal)
    skip(page)
    hold_and_release(page)


def edit_line(page: Page, address: str) -> None:
    page.goto(f"{address}plan/messages/")
    row = page.locator("li.plan-row").filter(has_text="24 h before T0")
    row.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Leaves")).to_be_visible()
    page.get_by_label("Leaves").fill("the day of T0 at 00:05")
    page.get_by_label("Words of your own").fill("Save your work before.")
    page.get_by_role("button", name="Save").click()
    changed = page.locator("li.plan-row").filter(has_text="the day of T0 at 00:05")
    expect(changed).to_contain_text("with words of its own")


def read_and_try(page: Page, portal: Portal) -> None:
    page.get_by_role("link", name="What leaves when").click()
    expect(page.get_by_role("heading", name="Last told, and true now")).to_be_visible()
    notice = page.locator("section.card").filter(has_text="the day of T0 at 00:05")
    notice.get_by_role("link", name="Text and preview").click()
    expect(page.locator("pre")).to_contain_text("Save your work before.")
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("Save your work before.")
    page.get_by_role("textbox", name="Words of your own").fill("Save your work by noon.")
    page.get_by_role("button", name="Save the words").click()
    expect(page.locator("pre")).to_contain_text("Save your work by noon.")
    page.get_by_role("button", name="Send a test copy to me").click()
    expect(page.locator("main, body").first).to_contain_text("A test copy is on its way")
    until(lambda: any(map(is_the_test, portal.mails.taken)), "the test copy arrives")


def is_the_test(one: Taken) -> bool:
    body = one.mail.get_body(("plain",))
    assert body is not None
    is_marked = str(one.mail["Subject"]).strip().startswith("[Test]")
    return is_marked and "Save your work by noon." in body.get_content()


def skip(page: Page) -> None:
    page.get_by_role("link", name="Messages of").click()
    go = page.locator("section.card").filter(has_text="2 h before T0")
    go.get_by_placeholder("Reason to skip it").fill("Asked on the call")
    go.get_by_role("button", name="Skip").click()
    expect(page.locator("#messages-panel")).to_contain_text("Asked on the call")


def hold_and_release(page: Page) -> None:
    page.get_by_role("link", name="Recipients, texts and plan").click()
    page.get_by_text("Hold all messages back").click()
    page.get_by_label("Why", exact=True).fill("The time is open")
    page.get_by_role("button", name="Hold them back").click()
    expect(page.get_by_text("The messages are held back.").first).to_be_visible()
    page.get_by_role("button", name="Release all messages").click()
    expect(page.get_by_text("The messages are released")).to_be_visible()
