"""The charts of a watch in the browser: looked at closer, growing by themselves, with a table."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, SignIn
from tests.e2e.test_watch import PATIENCE, make_watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SPANS = "[...plots.values()].map(one => one.scales.x.max - one.scales.x.min)"
FIRST = "document.querySelector('.chart canvas')"
SEND = """
from decimal import Decimal
from monitoring import services as watch
from monitoring.services import Value
from tests.monitoring.makers import machine
watch.push({pk}, [Value("hit_rate", Decimal("93.25"))], actor=machine())
"""


def test_charts_are_looked_at_closer_grow_by_themselves_and_have_a_table(
    portal: Portal, sign_in: SignIn
) -> None:
    address = make_watch(portal)
    page = sign_in("operations")
    page.goto(f"{address}watch/")
    expect(page.locator("#charts canvas")).to_have_count(3)
    whole = page.evaluate(SPANS)
    page.evaluate(f"window.drawn = {FIRST}")

    drag(page)
    closer = page.evaluate(SPANS)
    assert [now < before / 2 for now, before in zip(closer, whole, strict=True)] == [True] * 3

    send(portal, address)
    legend = page.locator('.chart[data-key="hit_rate"] .u-legend')
    expect(legend).to_contain_text("93.25 %", timeout=PATIENCE)
    assert page.evaluate(f"window.drawn === {FIRST}")
    assert page.evaluate(SPANS) == closer

    page.locator('.chart[data-key="latency"] .u-over').dblclick()
    page.mouse.move(1, 1)
    again = page.evaluate(SPANS)
    assert [now >= before for now, before in zip(again, whole, strict=True)] == [True] * 3

    page.get_by_role("link", name=re.compile("As a table ?: Hit rate")).click()
    expect(page.locator("tbody tr").first).to_contain_text("93.25")


def drag(page: Page) -> None:
    """Over a quarter of one chart; the mouse then goes elsewhere, and the newest value is told."""
    chart = page.locator('.chart[data-key="latency"] .u-over')
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    page.mouse.move(1, 1)


def send(portal: Portal, address: str) -> None:
    pk = address.rstrip("/").rpartition("/")[2]
    command = [
        sys.executable,
        "manage.py",
        "shell",
        "--no-imports",
        "-v0",
        "-c",
        SEND.format(pk=pk),
    ]
    subprocess.run(command, env=portal.environment, check=True)
