"""Every kind of mail in a real browser: narrow and wide, light and dark, asking for nothing.

PORTAL_PICTURES=FOLDER keeps what it looks like.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from deployments.models import Deployment
from tests.builders import Team, find_team
from tests.communications.conftest import make_planned
from tests.communications.mails import LONG, Rendered, every_mail, of_report, with_pictures
from tests.communications.reports import make_report

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = 600, 360
PICTURES = os.environ.get("PORTAL_PICTURES")
T0 = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


@pytest.fixture
def mails(team: Team) -> list[Rendered]:
    made = make_planned(team)
    Deployment.objects.filter(pk=made.pk).update(
        t0=T0, window_end=T0.replace(hour=11), zone="Europe/Vienna", started_at=T0,
        completed_at=T0.replace(hour=10), package=LONG,
    )  # fmt: skip
    found = every_mail(Deployment.objects.with_names().get(pk=made.pk))
    return found + of_report(make_report(team))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_mails_fit_are_read_by_everybody_and_ask_for_nothing(
    width: int, scheme: str, mails: list[Rendered], browser: Browser
) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    faults = {}
    for mail in mails:
        page.set_content(with_pictures(mail.letter))
        if found := sticking_out(page) + (found_by_axe(page) if width == WIDE else []):
            faults[mail.name] = found
        if PICTURES:
            path = Path(PICTURES) / f"{mail.name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
    page.close()
    assert (faults, [one for one in asked if not one.startswith("data:")]) == ({}, [])


def sticking_out(page: Page) -> list[str]:
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def found_by_axe(page: Page) -> list[str]:
    """Contrast before all, in the colours of the scheme."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[node['html'][:90] for node in one['nodes']]}"
        for one in result["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
