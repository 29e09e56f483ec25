"""Evidence: each kind, what is refused and how it is said, who may, and what never runs."""

from __future__ import annotations

import hashlib
import stat
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from audit.verification import verify
from checklists import services, shelf
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import EvidenceKind, ItemState
from checklists.evidence import LARGEST, Given, safe_name
from checklists.exceptions import TooLarge
from checklists.models import Evidence, Item
from checklists.panels import checklist_panel
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_team, signed_in
from tests.threads import at_once

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SCRIPT = b"<script>alert(document.cookie)</script>"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return settings.EVIDENCE_DIR


def text(words: str = "All 491 rows are there") -> Given:
    return Given(EvidenceKind.TEXT, text=words)


def link(url: str) -> Given:
    return Given(EvidenceKind.LINK, url=url)


def file(name: str = "log.txt", body: bytes = b"done\n", declared: str = "text/plain") -> Given:
    return Given(EvidenceKind.FILE, file=SimpleUploadedFile(name, body, declared))


def add(deployment: Deployment, given: Given, team: Team) -> Evidence:
    item = deployment.items.get(position=1)
    return services.add_evidence(deployment.pk, item.pk, given, actor=team.member)


def address(name: str, deployment: Deployment, *more: object) -> str:
    item = deployment.items.get(position=1)
    return reverse(f"checklists:{name}", args=[deployment.pk, item.pk, *more])


@pytest.mark.parametrize(
    ("given", "shown", "recorded"),
    [
        (
            text(),
            "All 491 rows are there",
            {
                "kind": "text",
                "sha256": hashlib.sha256(b"All 491 rows are there").hexdigest(),
            },
        ),
        (
            link("https://jenkins/job/7"),
            "https://jenkins/job/7",
            {"kind": "link", "url": "https://jenkins/job/7"},
        ),
        (
            Given(EvidenceKind.NUMBER, number=Decimal("99.50"), unit="%"),
            "99.5 %",
            {"kind": "number", "number": "99.50", "unit": "%"},
        ),
        (
            file(),
            "log.txt",
            {
                "kind": "file",
                "file_name": "log.txt",
                "content_type": "text/plain",
                "size": "5",
                "sha256": hashlib.sha256(b"done\n").hexdigest(),
            },
        ),
    ],
)
def test_each_kind_says_who_and_when_and_is_in_history(
    team: Team, given: Given, shown: str, recorded: dict[str, str]
) -> None:
    deployment = make_deployment(team)

    added = add(deployment, given, team)

    added.refresh_from_db()
    event = deployment.events.latest("sequence")
    assert (str(added), added.added_by) == (shown, team.member)
    assert (event.verb, event.actor, event.at) == ("evidence added", team.member, added.added_at)
    assert (event.object_kind, event.after) == ("item", recorded)


def test_same_evidence_twice_from_one_person_is_one_entry(team: Team) -> None:
    deployment = make_deployment(team)

    first, second = add(deployment, file(), team), add(deployment, file(), team)

    assert first == second
    assert deployment.events.filter(verb="evidence added").count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (text(""), "Write what you saw."),
        (link("javascript:alert(1)"), "A link begins with http:// or https:// and names a host."),
        (link("ftp://example.org/x"), "A link begins with http:// or https:// and names a host."),
        (link("//example.org"), "A link begins with http:// or https:// and names a host."),
        (link("https://"), "A link begins with http:// or https:// and names a host."),
        (link("https://[::1"), "A link begins with http:// or https:// and names a host."),
        (
            link("https://portal@evil.example"),
            "A link carries no name or password before its host; leave them out.",
        ),
        (
            Given(EvidenceKind.NUMBER, number=Decimal("NaN")),
            "Enter the number that was measured, such as 99.5.",
        ),
        (file(body=b""), "“log.txt” is empty; choose the file that shows it."),
        (
            file("plan.png", SCRIPT, "image/png"),
            "“plan.png” is not a PNG image; "
            "choose the image itself, or name the file as what it is.",
        ),
        (
            file("plan.JPG", PNG, "image/jpeg"),
            "“plan.JPG” is not a JPEG image; "
            "choose the image itself, or name the file as what it is.",
        ),
    ],
)
def test_what_is_no_evidence_is_refused_with_one_sentence(
    team: Team, folder: Path, given: Given, sentence: str
) -> None:
    deployment = make_deployment(team)

    with pytest.raises(Invalid) as refused:
        add(deployment, given, team)

    assert refused.value.sentence == sentence
    assert (Evidence.objects.count(), folder.exists()) == (0, False)


class Unread(SimpleUploadedFile):
    """A file that tells when somebody takes it into memory."""

    def read(self, *_args: object) -> bytes:
        raise AssertionError("was read")


def test_file_of_21_mb_is_refused_before_it_is_read(team: Team) -> None:
    large = Unread("dump.sql", b"x")
    large.size = 21 * 1024 * 1024

    with pytest.raises(TooLarge, match=r"“dump\.sql” has more than 20 MB; add a smaller one"):
        add(make_deployment(team), Given(EvidenceKind.FILE, file=large), team)


def test_page_says_413_for_21_mb_and_keeps_nothing(team: Team, folder: Path) -> None:
    deployment = make_deployment(team)
    body = {"file": SimpleUploadedFile("dump.sql", b"x" * (LARGEST + 1))}

    answer = signed_in(team.member).post(address("add_evidence", deployment, "file"), body)

    assert answer.status_code == 413
    assert "“dump.sql” has more than 20 MB" in answer.content.decode()
    assert (Evidence.objects.count(), folder.exists()) == (0, False)


def test_file_of_exactly_20_mb_is_kept(team: Team) -> None:
    added = add(make_deployment(team), file("dump.bin", b"\0" * LARGEST), team)

    assert (added.size, added.content_type) == (LARGEST, "application/octet-stream")


def test_file_lies_under_its_hash_and_only_for_the_portal(team: Team, folder: Path) -> None:
    added = add(make_deployment(team), file("../../static/evil.html", SCRIPT), team)

    (place,) = [found for found in folder.rglob("*") if found.is_file()]
    assert place == folder / added.sha256[:2] / added.sha256
    assert place.read_bytes() == SCRIPT
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert added.file_name == "evil.html"


def test_folder_that_cannot_be_written_is_said_and_nothing_is_saved(
    team: Team, folder: Path
) -> None:
    folder.write_text("a file where the folder should be")

    with pytest.raises(Refused, match="The portal cannot keep files at the moment"):
        add(make_deployment(team), file(), team)

    assert Evidence.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plan.png", "plan.png"),
        ("C:\\Users\\me\\plan.png", "plan.png"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ('a"\r\nSet-Cookie: x=1.txt', 'a"Set-Cookie: x=1.txt'),
        ("\u0000", "file"),
        ("a" * 300 + ".png", "a" * 196 + ".png"),
    ],
)
def test_name_is_shown_without_path_and_without_what_cannot_be_seen(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "body", "declared", "served"),
    [
        ("evil.html", SCRIPT, "text/html", "text/plain; charset=utf-8"),
        (
            "evil.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "image/svg+xml",
            "text/plain; charset=utf-8",
        ),
        ("evil.js", b"alert(1)", "text/javascript", "text/plain; charset=utf-8"),
        ("evil.html", b"\xff\xfe<\0", "text/html", "application/octet-stream"),
        ("pläne.gif", b"GIF89a/*" + SCRIPT, "text/html", "image/gif"),
    ],
)
def test_stored_script_never_runs(
    team: Team, name: str, body: bytes, declared: str, served: str
) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file(name, body, declared), team)
    client = signed_in(team.stakeholder)

    answer = client.get(address("evidence_file", deployment, added.pk))

    assert answer.status_code == 200
    assert answer.getvalue() == body
    assert answer["Content-Type"] == served
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    image = client.get(address("evidence_image", deployment, added.pk))
    assert image.status_code == (200 if served.startswith("image/") else 404)


def test_name_that_is_not_ascii_travels_as_rfc_5987(team: Team) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file('plä"ne.txt'), team)

    answer = signed_in(team.member).get(address("evidence_file", deployment, added.pk))

    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''pl%C3%A4%22ne.txt"


def test_image_is_shown_on_the_page_and_text_is_only_text(team: Team) -> None:
    deployment = make_deployment(team)
    shot = add(deployment, file("shot.png", PNG, "text/html"), team)
    add(deployment, text(SCRIPT.decode()), team)
    client = signed_in(team.stakeholder)

    page = client.get(address("item", deployment)).content.decode()
    image = client.get(address("evidence_image", deployment, shot.pk))

    assert f'src="{address("evidence_image", deployment, shot.pk)}"' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(document.cookie)&lt;/script&gt;" in page
    assert (image["Content-Type"], image.getvalue()) == ("image/png", PNG)
    assert image["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert image["X-Content-Type-Options"] == "nosniff"


def test_foreign_ids_are_no_page(team: Team) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file("shot.png", PNG), team)
    other = make_team("billing", "billing_")
    theirs = make_deployment(other)
    item, their_item = deployment.items.get(position=1).pk, theirs.items.get(position=1).pk
    neighbour = deployment.items.get(position=2).pk

    def paths(pk: int, item_pk: int) -> list[str]:
        return [
            reverse("checklists:item", args=[pk, item_pk]),
            reverse("checklists:add_evidence", args=[pk, item_pk, "text"]),
            reverse("checklists:evidence_file", args=[pk, item_pk, added.pk]),
            reverse("checklists:evidence_image", args=[pk, item_pk, added.pk]),
        ]

    foreign = [*paths(deployment.pk, item), *paths(theirs.pk, item), *paths(deployment.pk, 0)]
    for person in (other.member, team.outsider):
        client = signed_in(person)
        assert {client.get(path).status_code for path in foreign} == {404}
        assert client.post(foreign[1], {"text": "x"}).status_code == 404
    client = signed_in(other.member)
    assert {client.get(path).status_code for path in paths(theirs.pk, their_item)[2:]} == {404}
    client = signed_in(team.member)
    assert {client.get(path).status_code for path in paths(deployment.pk, neighbour)[2:]} == {404}
    assert {client.get(path).status_code for path in paths(deployment.pk, their_item)} == {404}
    with pytest.raises(Item.DoesNotExist):
        services.add_evidence(deployment.pk, their_item, text(), actor=team.member)
    assert Evidence.objects.count() == 1


def test_who_only_reads_adds_nothing_and_closed_phases_take_nothing(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    with pytest.raises(Forbidden, match="Only members of this service may add evidence"):
        services.add_evidence(deployment.pk, item.pk, text(), actor=team.stakeholder)
    step = deployment.items.get(position=2)
    with pytest.raises(
        Refused,
        match="Evidence is added while the deployment is in progress; now it is “Draft”",
    ):
        services.add_evidence(deployment.pk, step.pk, text(), actor=team.member)


def test_form_adds_each_kind_without_script(team: Team) -> None:
    deployment = make_deployment(team)
    client = signed_in(team.member)
    bodies = {
        "text": {"text": "seen"},
        "link": {"url": "https://ci.example.org/7"},
        "number": {"number": "-3.25", "unit": "ms"},
        "file": {"file": SimpleUploadedFile("shot.png", PNG)},
    }

    for kind, body in bodies.items():
        answer = client.post(address("add_evidence", deployment, kind), body)
        assert (answer.status_code, answer["Location"]) == (302, address("item", deployment))

    page = client.get(address("item", deployment)).content.decode()
    for shown in ("seen", 'href="https://ci.example.org/7"', "-3.25 ms", "shot.png"):
        assert shown in page


@pytest.mark.parametrize(
    ("kind", "body", "sentence", "stays"),
    [
        ("text", {"text": " "}, "Write what you saw.", ""),
        ("link", {"url": "javascript:alert(1)"}, "begins with http://", "javascript:alert(1)"),
        ("number", {"number": "1e5", "unit": "rows"}, "Enter a plain decimal number", "rows"),
        ("number", {"number": "１", "unit": "rows"}, "Enter a plain decimal number", "rows"),
        ("number", {"number": "1", "unit": "u" * 21}, "at most 20 characters", "u" * 21),
        ("file", {}, "Choose a file first.", ""),
    ],
)
def test_refused_form_keeps_what_was_typed(
    team: Team, kind: str, body: dict[str, str], sentence: str, stays: str
) -> None:
    deployment = make_deployment(team)

    answer = signed_in(team.member).post(address("add_evidence", deployment, kind), body)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert stays in answer.content.decode()
    assert Evidence.objects.count() == 0


def test_refusal_by_phase_keeps_what_was_typed(team: Team) -> None:
    deployment = make_deployment(team)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.CANCELLED)

    answer = signed_in(team.member).post(
        address("add_evidence", deployment, "text"), {"text": "too late, but typed"}
    )

    assert answer.status_code == 409
    assert "now it is “Cancelled”" in answer.content.decode()
    assert "too late, but typed" in answer.content.decode()


def test_item_that_demands_evidence_does_not_close_without_it(team: Team) -> None:
    deployment = make_deployment(team)
    deployment.items.update(evidence_demanded=True)
    item = deployment.items.get(position=1)
    panel = render_panel(deployment)
    assert "“Back up the database” demands evidence; add it first." in panel

    with pytest.raises(Refused, match=r"“Back up the database” demands evidence; add it first\."):
        services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    services.set_state(
        deployment.pk, item.pk, ItemState.FAILED, actor=team.member, reason="disk full"
    )
    add(deployment, text(), team)
    services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)

    item.refresh_from_db()
    assert item.state == ItemState.DONE
    assert "1 evidence" in render_panel(deployment)


def render_panel(deployment: Deployment) -> str:
    context = {**checklist_panel(deployment), "deployment": deployment}
    return render_to_string("checklists/_panel.html", {**context, "may": {"tick_items"}})


def test_panel_costs_the_same_for_10_and_for_500_items(team: Team) -> None:
    costs = []
    for count in (10, 500):
        deployment = make_deployment(team, items=(), steps=(), roles=(), t0_in=None)
        deployment.sections.all().delete()
        services.define(
            deployment,
            [SectionDefinition(["Preparation"])],
            [ItemDefinition(0, "check", "before", f"Item {n}") for n in range(count)],
        )
        for item in deployment.items.all()[:5]:
            for words in ("one", "two"):
                services.add_evidence(deployment.pk, item.pk, text(words), actor=team.member)
        with CaptureQueriesContext(connection) as queries:
            panel = render_panel(deployment)
        assert panel.count("2 evidence") == 5
        costs.append(len(queries))
    assert costs == [2, 2]


@pytest.mark.parametrize("act", ["update", "delete"])
def test_evidence_is_neither_changed_nor_removed(team: Team, act: str) -> None:
    added = add(make_deployment(team), text(), team)
    rows = Evidence.objects.filter(pk=added.pk)

    refused = "permission denied for table checklists_evidence"
    with pytest.raises(DatabaseError, match=refused), transaction.atomic():
        rows.update(text="something else") if act == "update" else rows.delete()


def test_row_of_two_kinds_or_with_another_scheme_is_refused_by_the_database(team: Team) -> None:
    added = add(make_deployment(team), text(), team)
    of = {"item": added.item, "added_by": added.added_by, "added_at": added.added_at}

    with pytest.raises(IntegrityError, match="evidence_is_of_one_kind"), transaction.atomic():
        Evidence.objects.create(kind="text", text="a", url="https://example.org", **of)
    with pytest.raises(IntegrityError, match="evidence_link_is_http"), transaction.atomic():
        Evidence.objects.create(kind="link", url="javascript:alert(1)", **of)


def test_file_that_is_gone_is_said(team: Team) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file(), team)
    shelf.path_of(added.sha256).unlink()

    answer = signed_in(team.member).get(address("evidence_file", deployment, added.pk))

    assert answer.status_code == 409
    assert "“log.txt” is not where this server keeps files" in answer.content.decode()


def test_two_people_adding_at_once_both_count(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    def adding(person: str):
        return lambda: services.add_evidence(
            deployment.pk, item.pk, file("same.txt"), actor=team.people[person]
        )

    answers = at_once(adding("member"), adding("ops_lead"), adding("member"))

    assert [type(answer) for answer in answers] == [Evidence] * 3
    assert {one.added_by for one in item.evidence.all()} == {team.member, team.ops_lead}
    assert item.evidence.count() == 2
    assert verify().faults == []
