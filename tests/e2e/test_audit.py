"""An auditor searches history, takes evidence along and draws a sample, by browser."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def verified(page: Page, folder: Path) -> str:
    """Downloads what is ready, unpacks it and lets its own verifier judge it."""
    ready = page.get_by_role("link", name="Download the ZIP")
    expect(ready).to_be_visible()
    with page.expect_download() as download:
        ready.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(folder)
    key = page.locator("code.hash").first.inner_text()
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", "--key", key],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_auditor_finds_takes_along_and_draws(
    portal: Portal, sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in("auditor")
    page.goto(f"{portal.url}/deployments/1/history/")
    page.get_by_role("link", name="Search, verify and take along").click()
    expect(page.get_by_text("follow one another and say what was written")).to_be_visible()
    page.get_by_label("Act", exact=True).select_option(label="Scheduled")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("ol.history li").first).to_contain_text("scheduled")
    assert found_by_axe(page) == []
    page.get_by_role("button", name="Make the evidence pack").click()
    assert "Everything holds." in verified(page, tmp_path / "pack")

    page.goto(f"{portal.url}/history/")
    page.get_by_label("Who acted").fill("release")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("ol.history li").first).to_be_visible()
    assert found_by_axe(page) == []
    page.get_by_role("link", name="Proof").click()
    expect(page.get_by_role("heading", name="The key that signs")).to_be_visible()
    assert found_by_axe(page) == []

    page.get_by_role("link", name="Population and sample").click()
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To").fill("2100-01-01")
    page.get_by_role("button", name="List").click()
    expect(page.get_by_text(re.compile(r"^\d+ deployments?\."))).to_be_visible()
    assert found_by_axe(page) == []
    page.get_by_label("Deployments to draw").fill("1")
    page.get_by_label("Seed").fill("quarter")
    page.get_by_role("button", name="Draw a sample and pack it").click()
    assert "were drawn by the seed quarter." in verified(page, tmp_path / "sample")
