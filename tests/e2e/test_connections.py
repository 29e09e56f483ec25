"""An administrator declares a connection with a credential and tries it, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Portal, SignIn
from tests.servers import answering, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
TOKEN = "tok-3nvoy-never-shown"


def test_connection_is_declared_with_a_token_and_tried(portal: Portal, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    with serving(answering(200)) as server:
        admin.locator("summary", has_text="More").click()
        admin.get_by_role("link", name="Connections").click()
        admin.get_by_role("link", name="New connection").click()
        admin.get_by_label("Title").fill("Metrics")
        admin.get_by_label("Key").fill("metrics")
        admin.get_by_label("Base address").fill(server.url)
        admin.get_by_label("Private ranges it may reach").fill("127.0.0.0/8")
        admin.get_by_label("Credential").select_option("bearer")
        admin.get_by_label("Token, password or value of the header").fill(TOKEN)
        admin.get_by_role("button", name="Declare the connection").click()
        expect(admin.locator("main")).to_contain_text("The connection Metrics is declared.")
        admin.get_by_role("button", name="Try it").click()
        expect(admin.locator("main")).to_contain_text("answered 200 in")
        assert f"Bearer {TOKEN}".encode() in server.requests[0]
    admin.get_by_role("link", name="Edit").click()
    expect(admin.get_by_label("Token, password or value of the header")).to_have_value("")
    assert TOKEN not in admin.content()
    admin.goto(f"{portal.url}/connections/metrics/remove/")
    admin.get_by_role("button", name="Remove the connection").click()
    expect(admin.locator("main")).to_contain_text("The connection Metrics is removed")
