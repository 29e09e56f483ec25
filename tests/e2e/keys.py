"""Keys of the portal, pressed as soon as they can be heard."""

from __future__ import annotations

from playwright.sync_api import Page


def press(page: Page, key: str) -> None:
    """A page just arrived at hears keys once its scripts, which come after its words, have run."""
    page.wait_for_load_state()
    page.keyboard.press(key)
