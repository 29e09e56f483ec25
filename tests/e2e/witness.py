"""The witnesses of a sweep: what the browser tells of each answer, and which fields were in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from playwright.sync_api import APIRequestContext, APIResponse, BrowserContext, Dialog, Page

from tests.e2e.scenery import LETTERS, is_page

# Alone, a picture is drawn by a page of the browser's own, whose style our policy holds back.
PICTURES = {"checklists:evidence_image"}
WITNESS = """
window.pwned = (number) => console.error(`RAN ${number}`);
document.addEventListener("securitypolicyviolation", (violation) => console.error(
  `VIOLATION ${violation.effectiveDirective} ${violation.blockedURI} ${violation.sample}`));
"""
TELLING = re.compile(r"RAN \d|VIOLATION|Content Security Policy|Blocked script execution")
# Of what a reader could follow or a browser would fetch by itself; a picture runs nothing.
LEADING_ASTRAY = """() => [...document.querySelectorAll("[href], [src], [action], [formaction]")]
  .filter((one) => !one.matches("img[src^='data:image/']"))
  .flatMap((one) => ["href", "src", "action", "formaction"].map((name) => one.getAttribute(name)))
  .filter((address) => address && /^[^a-z#/?.]*(javascript|vbscript|data):/i
    .test(address.replace(/[\\u0000-\\u0020]/g, "")))"""
STRANGE_LINE = re.compile(r"^(?:ATTACH|CONTENT-TYPE).*", re.MULTILINE | re.IGNORECASE)
# What a payload in the language of templates would become.
RENDERED = "rendered-by-a-template"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
READABLE = ("text/", "application/json", "application/yaml")


@dataclass
class Told:
    """What the browser told, and which fields it showed."""

    faults: list[str] = field(default_factory=list)
    shown: dict[str, set[int]] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        def said(text: str) -> None:
            if TELLING.search(text):
                self.faults.append(f"{page.url}: {text[:300]}")

        def asked(dialog: Dialog) -> None:
            self.faults.append(f"{page.url}: RAN in a dialog")
            dialog.dismiss()

        page.on("console", lambda message: said(message.text))
        page.on("dialog", asked)

    def read(self, name: str, text: str) -> None:
        """Which fields are drawn here; and nothing is what a payload wanted to become."""
        numbers = {int(number) for number in re.findall(r"pwned\((\d+)\)", text)}
        self.shown.setdefault(name, set()).update(numbers)
        if RENDERED in text or settings.SECRET_KEY in text:
            self.faults.append(f"{name}: a template of somebody else was rendered")

    def read_rows(self, name: str, text: str) -> None:
        """No spreadsheet takes a cell for a formula."""
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
        self.faults += [f"{name}: {cell}" for row in rows for cell in row if cell[:1] in FORMULA]
        self.read(name, text)

    def read_calendar(self, name: str, text: str) -> None:
        """No calendar finds a line that somebody brought in; folded ones are one."""
        whole = text.replace("\r\n ", "")
        self.faults += [f"{name}: {line}" for line in STRANGE_LINE.findall(whole)]
        self.read(name, whole)

    def fields(self) -> set[int]:
        return set().union(*self.shown.values())

    def showing(self, plain: str) -> set[str]:
        """Addresses that show more than what stands on every page."""
        everywhere = self.shown[plain]
        return {name for name, shown in self.shown.items() if shown - everywhere}


@contextmanager
def watched(context: BrowserContext, told: Told) -> Iterator[Page]:
    context.add_init_script(WITNESS)
    page = context.new_page()
    told.listen(page)
    yield page
    context.close()


def look(page: Page, name: str, address: str, told: Told) -> None:
    """One address: as the page it is, or as the file it is."""
    if name in PICTURES:
        look_at_file(page, name, address, told)
    elif is_page(page, address) or name in LETTERS:
        told.read(name, page.content())
        if name not in LETTERS:
            told.faults += [f"{name}: {one}" for one in page.evaluate(LEADING_ASTRAY)]
    else:
        look_at_file(page, name, address, told)


def glance(window: APIRequestContext, bare: Page, name: str, address: str, told: Told) -> None:
    """What is sent, without what it would load: no policy holds anything back."""
    answer = window.get(address)
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.ok, address
        open_bare(bare, name, answer.text(), told)
    else:
        look_at_answer(answer, name, told)


def look_at_file(page: Page, name: str, address: str, told: Told) -> None:
    look_at_answer(page.request.get(address), name, told)


def look_at_answer(answer: APIResponse, name: str, told: Told) -> None:
    """No browser takes it for a page, and no program for more than its words."""
    kind = answer.headers.get("content-type", "")
    if not answer.ok:
        told.faults.append(f"{name}: {answer.status} {answer.url}")
    if answer.headers.get("x-content-type-options") != "nosniff":
        told.faults.append(f"{name}: its kind may be guessed")
    if kind.startswith("text/csv"):
        told.read_rows(name, answer.text())
    elif kind.startswith("text/calendar"):
        told.read_calendar(name, answer.text())
    elif kind.startswith(READABLE):
        told.read(name, answer.text())


def open_bare(page: Page, name: str, html: str, told: Told) -> None:
    """As in a program that has no policy at all: a mail reader, a file that was saved."""
    page.set_content(html)
    told.read(name, html)
    told.faults += [f"{name}: {one}" for one in page.evaluate(LEADING_ASTRAY)]
