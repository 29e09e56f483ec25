"""One look at everything that is drawn and sent, with what is stored at that time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from deployments import comments
from tests.e2e.aftermath import Aftermath, Pages, hold_the_portal, release_the_portal
from tests.e2e.outgoing import look_at_what_leaves
from tests.e2e.payloads import written
from tests.e2e.poison import fill
from tests.e2e.scenery import LETTERS, Scenery
from tests.e2e.witness import Told, glance, look, watched

# A page that shows nobody's words but the name of its reader.
PLAIN = "dashboard:help"
# What the portal's own scripts work on, and one of each kind of answer; in `make test` as a reader
# has it, and in `make audit` with each payload.
SHOWN = {
    PLAIN, "dashboard:deployment", "dashboard:tab watch", "dashboard:tab runbook",
    "dashboard:plan checklist", "dashboard:share", "communications:message_page",
    "communications:calendar", "intake:review", "intake:download",
}  # fmt: skip
# Besides, in `make test` without styles and scripts, what shows the other texts.
GLANCED = {
    "checklists:item", "communications:preview", "dashboard:home", "dashboard:tab", "gates:detail",
    "approvals:sign", "approvals:waiver", "audit:deployment", "communications:stakeholders",
    "dashboard:deployments", "dashboard:plan", "deployments:exemption", "deployments:people",
    "deployments:service", "deployments:sessions", "intake:onto", "machines:bounces",
    "machines:list", "machines:webhooks", "monitoring:incident", "monitoring:metrics",
    "monitoring:report",
}  # fmt: skip
LIVE = 3000  # and the number of the comment


@dataclass
class Sweep:
    """Everybody's addresses once, with what is stored at that time, and what leaves the portal."""

    scenery: Scenery
    aftermath: Aftermath
    browser: Browser
    bare: Page
    told: Told

    def visit(self, walk: dict[str, Pages]) -> None:
        """With all that a page loads; a letter also as a mail program has it."""
        for who, window in self.windows(walk):
            with watched(window, self.told) as page:
                for name, address in walk[who].items():
                    look(page, name, address, self.told)
                    if name in LETTERS:
                        glance(page.request, self.bare, name, address, self.told)

    def glance_over(self, walk: dict[str, Pages]) -> None:
        for who, window in self.windows(walk):
            for name, address in walk[who].items():
                glance(window.request, self.bare, name, address, self.told)
            window.close()

    def windows(self, walk: dict[str, Pages]) -> Iterator[tuple[str, BrowserContext]]:
        for who, addresses in walk.items():
            if addresses:
                yield who, self.scenery.window(self.browser, who)

    def once(
        self, payloads: Sequence[str], shown: set[str] | None, glanced: set[str], folder: Path
    ) -> None:
        """Pages are drawn while the portal is held, which one of them says."""
        hold_the_portal()
        fill(payloads)
        self.visit(self.scenery.walk_of(shown))
        self.glance_over(self.scenery.walk_of(glanced))
        if shown is None:
            self.visit(self.aftermath.pages)
        else:
            self.glance_over(self.aftermath.pages)
        self.hear(payloads[0])
        release_the_portal()
        look_at_what_leaves(self.bare, self.scenery, self.aftermath, folder, self.told)

    def hear(self, payload: str) -> None:
        """What is said while a page is open comes into it by the live channel."""
        one, team = self.scenery.deployment, self.scenery.team
        number = LIVE + one.comments.count()
        with watched(self.scenery.window(self.browser, "ops_lead"), self.told) as page:
            page.goto(f"{one.get_absolute_url()}comments/")
            comments.comment(one.pk, actor=team.member, text=written(payload, number))
            page.locator("#comments-panel").get_by_text(f"pwned({number})").first.wait_for()
            self.told.read("live", page.content())

    def in_turn(self, payloads: Sequence[str], folder: Path) -> None:
        """Each payload in each field: once as readers have it, then where something was shown."""
        self.once(payloads, None, set(), folder)
        showing = {
            name
            for name in self.told.showing(PLAIN)
            if name not in SHOWN and name.split()[0] not in SHOWN
        }
        for turn in range(1, len(payloads)):
            self.once([*payloads[turn:], *payloads[:turn]], SHOWN, showing, folder)
