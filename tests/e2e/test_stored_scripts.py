"""X7: what somebody stored runs nowhere: in no page, fragment, letter, file or table.

The witnesses are the browser's own: a function that every payload would call, dialogs, and the
violations of the strict policy, which tell of a script that only the policy held back. Every column
with words in it is drawn somewhere, or `NOT_DRAWN` says why it is not.
A few payloads and pages in `make test`; each payload in each field on each address in `make audit`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings as django
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
from tests.e2e.aftermath import make_aftermath
from tests.e2e.outgoing import active_in, look_at_mail
from tests.e2e.payloads import FEW, MARKUP, MUTATIONS, PAYLOADS, PLACES, written
from tests.e2e.poison import LINE, NOT_DRAWN, disarm, hostile_document, text_fields
from tests.e2e.scenery import Scenery
from tests.e2e.sweeping import GLANCED, SHOWN, Sweep
from tests.e2e.witness import RENDERED, Told, open_bare, watched

FULL = os.environ.get("PORTAL_AUDIT") == "1"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(3500 if FULL else 300)]
# Each batch is put into every field in turn.
BATCHES = [PAYLOADS[first::7] for first in range(7)] if FULL else [FEW]
COMMENT = 1000  # and the number of the payload


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """Of this test's own, for keys and packs."""
    settings.AUDIT_DIR, settings.AUDIT_SIGNING_KEY = tmp_path / "audit", ""
    return tmp_path


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


@pytest.fixture
def bare(browser: Browser, told: Told) -> Iterator[Page]:
    """A window of a program that has no policy."""
    with watched(browser.new_context(), told) as page:
        yield page


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


def columns() -> list[str]:
    return [f"{model.__name__}.{field.name}" for model, field in text_fields()]


def test_witnesses_tell_of_what_would_run_where_no_policy_is(bare: Page, told: Told) -> None:
    for payload in (MARKUP[0], MARKUP[9], PLACES[11], MUTATIONS[0]):
        told.faults.clear()
        open_bare(
            bare, "a page", f"<title>{written(payload, 7)}</title>{written(payload, 7)}", told
        )
        bare.wait_for_timeout(50)
        assert any("RAN 7" in fault for fault in told.faults), payload
    told.faults.clear()
    open_bare(bare, "a link", '<a href="java&#10;script:pwned(7)">x</a>', told)
    assert [fault[:7] for fault in told.faults] == ["a link:"]


def test_witnesses_tell_of_what_leaves(bare: Page, told: Told) -> None:
    told.read_rows("rows", '\ufeff"said","=1+1"\r\n')
    told.read_calendar("calendar", "SUMMARY:x\r\nATTACH:javascript:pwned(7)\r\n")
    told.read("page", "{{ settings.SECRET_KEY }} was cut: {{ settings.SEC…")
    assert "page" not in " ".join(told.faults)
    for rendered in (RENDERED, django.SECRET_KEY):
        told.read("page", rendered)
    assert active_in(b"<< /AA << /JS (x) >> >> stream\n/URI\nendstream") == [b"/AA", b"/JS"]
    mail = EmailMessage()
    mail["Subject"], mail["X-Brought"] = "pwned(7)", "in"
    mail.set_content("<svg onload=pwned(7)>", subtype="html")
    mail.add_attachment(b"x", maintype="application", subtype="javascript")
    look_at_mail(bare, "mail", mail, told)
    bare.wait_for_timeout(50)
    assert told.shown == {"rows": set(), "calendar": {7}, "mail": {7}, "page": set()}
    assert told.faults.count("page: a template of somebody else was rendered") == 2
    for told_of in ("rows: =1+1", "calendar: ATTACH", "a header x-brought", "RAN 7",
                    "a part of application/javascript"):  # fmt: skip
        assert any(told_of in fault for fault in told.faults), told_of


@pytest.mark.parametrize("payloads", BATCHES, ids=range(len(BATCHES)))
def test_nothing_that_is_stored_runs(
    payloads: tuple[str, ...], scenery: Scenery, bare: Page, told: Told, folder: Path
) -> None:
    assert scenery.walk  # found while the scene has one document
    hostile = write_by_services(scenery, payloads)
    more = have_more_said(scenery)
    disarm()
    aftermath = make_aftermath(scenery)
    aftermath.pages["ops_lead"] |= {address: address for address in more}
    browser = bare.context.browser
    assert browser
    sweep = Sweep(scenery, aftermath, browser, bare, told)
    comments_page = f"{scenery.deployment.get_absolute_url()}comments/"
    sweep.visit({"release_manager": {"a document": hostile, "comments": comments_page}})
    if FULL:
        sweep.in_turn(payloads, folder)
    else:
        sweep.once(payloads, SHOWN, GLANCED, folder)
    assert told.faults == []
    every = range(len(payloads))
    assert told.fields() >= {number + of for number in every for of in (COMMENT, LINE)}
    unseen = {name for number, name in enumerate(columns()) if number not in told.fields()}
    assert unseen == set(NOT_DRAWN)
