"""X7: what somebody stored runs nowhere: in no page, fragment, letter, file or table.

The witnesses are the browser's own: a function that every payload would call, dialogs, and the
violations of the strict policy, which tell of a script that only the policy held back. Every column
with words in it is drawn somewhere, or `NOT_DRAWN` says why it is not.
A few payloads and pages in `make test`; each payload in each field on each address in `make audit`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route
from pytest_django import Settings

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
from tests.e2e.aftermath import Aftermath, hold_the_portal, make_aftermath, release_the_portal
from tests.e2e.outgoing import look_at_what_leaves
from tests.e2e.payloads import FEW, MARKUP, MUTATIONS, PAYLOADS, PLACES, written
from tests.e2e.poison import LINE, NOT_DRAWN, disarm, fill, hostile_document, text_fields
from tests.e2e.scenery import LETTERS, Scenery
from tests.e2e.witness import Told, look, watched

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
COMMENT = 1000  # and the number of the payload


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """Of this test's own, for keys and packs."""
    settings.AUDIT_DIR, settings.AUDIT_SIGNING_KEY = tmp_path / "audit", ""
    return tmp_path


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


def sweep_aftermath(
    scenery: Scenery, aftermath: Aftermath, browser: Browser, folder: Path, told: Told
) -> None:
    """What came later, on pages while the portal is held, and then what leaves it."""
    for who, addresses in aftermath.pages.items():
        with watched(scenery.window(browser, who), told) as page:
            for name, address in addresses.items():
                look(page, name, address, told)
    release_the_portal()
    with watched(browser.new_context(), told) as bare:
        look_at_what_leaves(bare, scenery, aftermath, folder, told)


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
    payloads: tuple[str, ...],
    scenery: Scenery,
    browser: Browser,
    told: Told,
    folder: Path,
) -> None:
    assert scenery.walk  # found while the scene has one document
    hostile = write_by_services(scenery, payloads)
    more = have_more_said(scenery)
    disarm()
    aftermath = make_aftermath(scenery)
    aftermath.pages["ops_lead"] |= {address: address for address in more}
    with watched(scenery.window(browser, "release_manager"), told) as page:
        for address in (hostile, f"{scenery.deployment.get_absolute_url()}comments/"):
            look(page, "written by services", address, told)
    names = None if FULL else SHOWN
    for turn in range(len(payloads) if FULL else 1):
        hold_the_portal()
        fill([*payloads[turn:], *payloads[:turn]])
        sweep(scenery, browser, told, names)
        sweep_aftermath(scenery, aftermath, browser, folder, told)
        names = told.showing(PLAIN) if FULL else SHOWN  # where nothing is shown, nothing is later
    assert told.faults == []
    every = range(len(payloads))
    assert told.fields() >= {number + of for number in every for of in (COMMENT, LINE)}
    known = [f"{model.__name__}.{field.name}" for model, field in text_fields()]
    unseen = {name for number, name in enumerate(known) if number not in told.fields()}
    assert unseen == set(NOT_DRAWN)
