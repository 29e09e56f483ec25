"""X7: what somebody stored runs nowhere: in no page, fragment, letter, file or table.

The witnesses are the browser's own: a function that every payload would call, dialogs, and the
violations of the strict policy, which tell of a script that only the policy held back.
A few payloads and pages in `make test`; each payload in each field on each address in `make audit`.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

from approvals import services as approvals
from approvals.enums import Verdict
from approvals.shown import Shown
from checklists.enums import EvidenceKind
from checklists.evidence import Given
from checklists.services import add_evidence
from deployments import comments
from gates import services as gates
from gates.reports import Result
from intake.review.services import upload
from tests.builders import make_machine, make_proof
from tests.e2e.payloads import FEW, MARKUP, MUTATIONS, PAYLOADS, PLACES, written
from tests.e2e.poison import LINE, disarm, fill, hostile_document, text_fields
from tests.e2e.scenery import LETTERS, Scenery, is_page

FULL = os.environ.get("PORTAL_AUDIT") == "1"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(3500 if FULL else 180)]
# Each batch is put into every field in turn.
BATCHES = [PAYLOADS[first::7] for first in range(7)] if FULL else [FEW]
# A page that shows nobody's words but the name of its reader.
PLAIN = "dashboard:help"
# In `make test`: what shows most of the texts, and one of each kind of answer.
SHOWN = {
    PLAIN, "dashboard:home", "dashboard:deployment", "dashboard:tab", "dashboard:plan",
    "audit:deployment", "approvals:sign", "approvals:waiver", "checklists:item",
    "communications:preview",
    "communications:message_page", "communications:calendar", "intake:review", "intake:template",
    "monitoring:report", "monitoring:incident", "deployments:service", "gates:detail",
    "communications:stakeholders", "intake:download", "deployments:people", "dashboard:share",
}  # fmt: skip
# Alone, a picture is drawn by a page of the browser's own, whose style our policy holds back.
PICTURES = {"checklists:evidence_image"}
WITNESS = """
window.pwned = (number) => console.error(`RAN ${number}`);
document.addEventListener("securitypolicyviolation", (violation) => console.error(
  `VIOLATION ${violation.effectiveDirective} ${violation.blockedURI} ${violation.sample}`));
"""
TELLING = re.compile(r"RAN \d|VIOLATION|Content Security Policy|Blocked script execution")
# Of what a reader could follow or a browser would fetch by itself.
LEADING_ASTRAY = """() => [...document.querySelectorAll("[href], [src], [action], [formaction]")]
  .flatMap((one) => ["href", "src", "action", "formaction"].map((name) => one.getAttribute(name)))
  .filter((address) => address && /^[^a-z#/?.]*(javascript|vbscript|data):/i
    .test(address.replace(/[\\u0000-\\u0020]/g, "")) && !address.startsWith("data:image/png"))"""
STRANGE_LINE = re.compile(r"^(?:ATTACH|CONTENT-TYPE).*", re.MULTILINE | re.IGNORECASE)
# What a payload in the language of templates would become.
RENDERED = "rendered-by-a-template"
# Fields that some page showed; of the others the scene has nothing, or only logs have them.
LEAST_SEEN = 55 if FULL else 45
COMMENT = 1000  # and the number of the payload
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        numbers = {int(number) for number in re.findall(r"pwned\((\d+)\)", text)}
        self.shown.setdefault(name, set()).update(numbers)

    def fields(self) -> set[int]:
        return set().union(*self.shown.values())

    def showing(self) -> set[str]:
        """Addresses that show more than what stands on every page."""
        everywhere = self.shown[PLAIN]
        return {name for name, shown in self.shown.items() if shown - everywhere}


@pytest.fixture
def told() -> Told:
    return Told()


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
        content = page.content()
        told.read(name, content)
        if RENDERED in content or ("SECRET_KEY" not in content and "{{ settings" in content):
            told.faults.append(f"{name}: a template of somebody else was rendered")
        if name not in LETTERS:
            told.faults += [f"{name}: {one}" for one in page.evaluate(LEADING_ASTRAY)]
    else:
        look_at_file(page, name, address, told)


def look_at_file(page: Page, name: str, address: str, told: Told) -> None:
    """No browser takes it for a page, and no spreadsheet for a formula."""
    answer = page.request.get(address)
    kind = answer.headers.get("content-type", "")
    if answer.headers.get("x-content-type-options") != "nosniff":
        told.faults.append(f"{name}: its kind may be guessed")
    if kind.startswith("text/csv"):
        rows = csv.reader(io.StringIO(answer.text()))
        told.faults += [f"{name}: {cell}" for row in rows for cell in row if cell[:1] in FORMULA]
    if kind.startswith("text/calendar"):
        told.faults += [f"{name}: {line}" for line in STRANGE_LINE.findall(answer.text())]
    if kind.startswith(("text/", "application/json")):
        told.read(name, answer.text())


def look_at_letters(page: Page, letters: list[str], bare: Page, told: Told) -> None:
    """As in a mail program that has no policy at all."""
    for address in letters:
        bare.set_content(page.request.get(address).text())


def write_by_services(scenery: Scenery, payloads: tuple[str, ...]) -> str:
    """What takes many texts takes all of them: comments, and the lines of a document."""
    deployment, team = scenery.deployment, scenery.team
    for number, payload in enumerate(payloads):
        text = written(payload, COMMENT + number)
        comments.comment(deployment.pk, actor=team.member, text=text)
    source = "\n".join(hostile_document(payloads)).encode()
    document = upload(source, "hostile.md", service=team.service, actor=team.release_manager)
    return f"/documents/{document.pk}/"


def have_more_said(scenery: Scenery) -> list[str]:
    """Words that the scene lacks: a result, a text as evidence, a decision; and their pages."""
    deployment, team = scenery.deployment, scenery.team
    gate, item = deployment.gates.get(key="tests"), deployment.items.get(position=1)
    gates.report(gate, Result("good", "491", evidence="build 7"), reporter=make_machine("lab"))
    said = Given(EvidenceKind.TEXT, text="491 rows are there")
    add_evidence(deployment.pk, item.pk, said, actor=team.member)
    deployment.refresh_from_db()
    decision = approvals.decide(
        deployment.pk,
        Verdict.HOLD,
        actor=team.ops_lead,
        proof=make_proof(),
        reason="the network team is not there",
        shown=Shown.of(deployment),
    )
    command = {"language": "sh", "text": "deploy --now"}
    deployment.items.filter(position=2).update(commands=[command])
    deployment.items.filter(position=1).update(choices=["left side", "right side"])
    own = deployment.get_absolute_url()
    return [f"{own}decisions/{decision.pk}/", f"{own}gates/tests/runs/", f"{own}go-no-go/"]


def sweep(scenery: Scenery, browser: Browser, told: Told, names: set[str] | None) -> None:
    """Everybody's addresses once, with what is stored now."""
    with watched(browser.new_context(), told) as bare:
        for who, addresses in scenery.walk_of(names).items():
            with watched(scenery.window(browser, who), told) as page:
                for name, address in addresses.items():
                    look(page, name, address, told)
                letters = [address for name, address in addresses.items() if name in LETTERS]
                look_at_letters(page, letters, bare, told)


def answering(body: str, headers: dict[str, str]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, headers=headers)


@pytest.mark.parametrize(("policy", "word"), [("", "RAN 7"), ("script-src 'self'", "VIOLATION")])
def test_witnesses_tell_of_what_runs_and_of_what_the_policy_holds_back(
    policy: str, word: str, browser: Browser, told: Told
) -> None:
    """A page that forgot to escape: so the test below would fail for the right reason."""
    headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
    for payload in (MARKUP[0], MARKUP[9], PLACES[11], MUTATIONS[0]):
        told.faults.clear()
        body = f"<!doctype html><title>{written(payload, 7)}</title>{written(payload, 7)}"
        with watched(browser.new_context(), told) as page:
            page.route("**/*", answering(body, headers))
            page.goto("http://portal.example/")
            page.wait_for_timeout(50)
        assert any(word in fault for fault in told.faults), payload


@pytest.mark.parametrize("payloads", BATCHES, ids=range(len(BATCHES)))
def test_nothing_that_is_stored_runs(
    payloads: tuple[str, ...], scenery: Scenery, browser: Browser, told: Told
) -> None:
    assert scenery.walk  # found while the scene has one document
    hostile = write_by_services(scenery, payloads)
    more = have_more_said(scenery)
    disarm()
    with watched(scenery.window(browser, "release_manager"), told) as page:
        for address in (hostile, f"{scenery.deployment.get_absolute_url()}comments/"):
            look(page, "written by services", address, told)
    names = None if FULL else SHOWN
    for turn in range(len(payloads) if FULL else 1):
        fill([*payloads[turn:], *payloads[:turn]])
        sweep(scenery, browser, told, names)
        with watched(scenery.window(browser, "ops_lead"), told) as page:
            for address in more:
                look(page, address, address, told)
        names = told.showing() if FULL else SHOWN  # where nothing is shown, nothing is later
    assert told.faults == []
    every = range(len(payloads))
    assert told.fields() >= {number + of for number in every for of in (COMMENT, LINE)}
    known = [f"{model.__name__}.{field.name}" for model, field in text_fields()]
    seen = [name for number, name in enumerate(known) if number in told.fields()]
    assert len(seen) >= LEAST_SEEN, seen
