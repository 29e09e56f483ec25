"""What leaves the portal: mails, posts into rooms, evidence, feeds, answers to machines."""

from __future__ import annotations

import json
import re
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page

from audit import packs
from communications.chat.payloads import PAYLOADS
from communications.models import Delivery
from communications.writing import letters, reading
from communications.writing.mails import Texts
from deployments import clock
from deployments.letters import sender
from deployments.models import AccountLetter, Deployment
from tests.e2e.aftermath import Aftermath, delivered
from tests.e2e.scenery import Scenery
from tests.e2e.witness import Told, look_at_answer, look_at_file, open_bare

HEADERS = {
    "to", "message-id", "date", "content-type", "mime-version", "subject", "from", "reply-to",
    "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
}  # fmt: skip
KINDS = {
    "multipart/alternative", "multipart/related", "text/plain", "text/html", "text/calendar",
    "image/png",
}  # fmt: skip
# A stream is what is drawn, compressed, in which any letters come by chance.
STREAM = re.compile(rb"\bstream\r?\n.*?endstream", re.DOTALL)
# What a PDF may do when it is opened, or lead to.
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|OpenAction|AA|URI|EmbeddedFile|RichMedia)\b")
ASKED_BY_MACHINES = ("api:deployment", "api:readiness", "api:gates", "api:votes")


def active_in(pdf: bytes) -> list[bytes]:
    return ACTIVE.findall(STREAM.sub(b"", pdf))


def look_at_what_leaves(
    bare: Page, scenery: Scenery, aftermath: Aftermath, folder: Path, told: Told
) -> None:
    look_at_mails(bare, told)
    look_at_account_letters(bare, told)
    look_at_rooms(bare, told)
    for one in (scenery.deployment, aftermath.back):
        look_at_pack(bare, one, scenery, folder, told)
    feed = aftermath.feed.removeprefix(settings.PORTAL_URL)
    look_at_file(bare, "feed", f"{scenery.url}{feed}", told)
    look_at_api(bare, scenery, aftermath, told)


def look_at_mails(bare: Page, told: Told) -> None:
    """Each copy as the mail server would get it."""
    texts = Texts()
    for copy in Delivery.objects.with_message().filter(channel=None):
        written = message_from_bytes(texts.written(copy), policy=policy.default)
        look_at_mail(bare, f"mail {copy.message.kind}", written, told)


def look_at_mail(bare: Page, name: str, written: EmailMessage, told: Told) -> None:
    """It has the headers and the parts that a mail of the portal has, and no others."""
    strange = {header.lower() for header in written} - HEADERS
    told.faults += [f"{name}: a header {header}" for header in strange]
    told.read(name, f"{written['Subject']} {written['To']} {written['Reply-To']}")
    for part in written.walk():
        kind = part.get_content_type()
        if kind not in KINDS:
            told.faults.append(f"{name}: a part of {kind}")
        elif kind == "text/html":
            open_bare(bare, name, part.get_content(), told)
        elif kind == "text/calendar":
            told.read_calendar(name, part.get_content())
        elif kind == "text/plain":
            told.read(name, part.get_content())


def look_at_account_letters(bare: Page, told: Told) -> None:
    for letter in AccountLetter.objects.select_related("person"):
        assert letter.person
        due = {"due_at": clock.now(), "asked_at": clock.now(), "sent_at": None}
        AccountLetter.objects.filter(pk=letter.pk).update(address=letter.person.email, **due)
    before = len(mail.outbox)
    sender.send_due()
    assert mail.outbox[before:]
    for sent in mail.outbox[before:]:
        written = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        look_at_mail(bare, "account mail", written, told)


def look_at_rooms(bare: Page, told: Told) -> None:
    """What each kind of room would be posted; in Matrix it is a page."""
    for copy in Delivery.objects.with_message().filter(user=None, channel=None):
        facts = reading.gather(copy.message, copy.message.deployment)
        note = letters.note_for(facts, reading.reader_for(facts, copy), "key")
        for kind, payload in PAYLOADS.items():
            posted = payload(note)
            told.read(f"{kind} {copy.message.kind}", json.dumps(posted, ensure_ascii=False))
            if page := posted.get("formatted_body"):
                open_bare(bare, f"{kind} {copy.message.kind}", page, told)


def look_at_pack(bare: Page, one: Deployment, scenery: Scenery, folder: Path, told: Told) -> None:
    """Its pages as an auditor opens them, and all the rest of it as text."""
    place = folder / f"{one.pk}.zip"
    packs.write_deployment(place, one.pk, by=scenery.team.auditor, tell=lambda _: None)
    with zipfile.ZipFile(place) as archive:
        for name in archive.namelist():
            said = archive.read(name)
            if name.endswith(".pdf"):
                told.faults += [f"{name}: {one!r}" for one in active_in(said)]
            elif name.endswith(".html"):
                open_bare(bare, f"pack {name}", said.decode(), told)
            else:
                told.read(f"pack {name}", said.decode())
    place.unlink()


def look_at_api(bare: Page, scenery: Scenery, aftermath: Aftermath, told: Told) -> None:
    """What a machine is told with its token."""
    one, keys = scenery.deployment, {"Authorization": f"Bearer {aftermath.secret}"}
    runs = reverse("api:run", args=[one.pk, "tests", 1])
    addresses = [reverse(name, args=[one.pk]) for name in ASKED_BY_MACHINES]
    for address in (*addresses, reverse("api:deployments"), runs):
        answer = bare.request.get(f"{scenery.url}{address}", headers=keys)
        look_at_answer(answer, address, told)
    again = aftermath.sender.deliver(delivered(one))
    assert again.status_code == 201
    told.read("delivered again", again.content.decode())
