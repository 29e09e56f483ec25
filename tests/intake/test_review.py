"""The review page: what it shows, what a correction does, and what becomes of the document."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Role
from checklists.enums import Kind
from deployments import clock
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Environment
from intake.models import LineCorrection, SourceDocument, TemplateVersion
from intake.review import reviewed, services
from intake.review.panels import review_page
from tests.builders import Team, signed_in

SOURCE = b"""# Release 8

- [x] Back up
- [ ] Watch <b>the</b> errors
  - [ ] Everyone is told

Nothing else.

## Sign-off
- [ ] Captain: the ship is sound
"""


@pytest.fixture
def document(team: Team) -> SourceDocument:
    return take(team)


def take(team: Team, source: bytes = SOURCE, name: str = "release.md") -> SourceDocument:
    return services.upload(source, name, service=team.service, actor=team.release_manager)


def page(team: Team, document: SourceDocument, query: str = "") -> str:
    answer = signed_in(team.release_manager).get(f"{document.get_absolute_url()}{query}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_every_line_stands_beside_what_it_means(team: Team, document: SourceDocument) -> None:
    shown = review_page(document, team.release_manager, "", "")["page"]
    numbers = [number for one in shown for number, _ in one.rows]
    rows = SOURCE.decode().split("\n")
    assert numbers == [n for n, row in enumerate(rows, start=1) if row.strip()]
    assert [one.title for one in shown] == [
        "Section", "Check item", "Check item", "Check item", "Note, in the document only",
        "Section", "Approval",
    ]  # fmt: skip


def test_uncertain_and_unread_lines_are_found_by_filter(
    team: Team, document: SourceDocument
) -> None:
    assert [one.line for one in account(team, document, "uncertain")] == [7, 10]
    assert [one.line for one in account(team, document, "unread")] == [7]
    correct(team, document, 7, kind="item")
    assert [one.line for one in account(team, document, "uncertain")] == [10]
    assert account(team, document, "unread") == []
    assert [one.line for one in account(team, document, "corrected")] == [7]


def account(team: Team, document: SourceDocument, name: str) -> list[Any]:
    return list(review_page(document, team.release_manager, name, "")["page"])


def correct(team: Team, document: SourceDocument, line: int, **said: Any) -> None:
    services.correct(document.pk, [line], **said, actor=team.release_manager)


def test_markup_of_the_document_is_text(team: Team, document: SourceDocument) -> None:
    answer = signed_in(team.release_manager).get(document.get_absolute_url())
    assert b"Watch &lt;b&gt;the&lt;/b&gt; errors" in answer.content


def test_corrections_make_the_deployment_and_stay_with_who_said_them(
    team: Team, document: SourceDocument
) -> None:
    correct(team, document, 4, kind="step")
    correct(team, document, 3, kind="left_out")
    correct(team, document, 3, kind="")
    correct(team, document, 10, role=Role.objects.get(key="security"))
    production = Environment.objects.get(key="production")
    made = services.make_deployment(document.pk, environment=production, actor=team.release_manager)
    assert list(made.items.order_by("position").values_list("text", "kind")) == [
        ("Back up", Kind.CHECK), ("Watch <b>the</b> errors", Kind.STEP),
        ("Everyone is told", Kind.CHECK),
    ]  # fmt: skip
    assert [rule.role.key for rule in made.rules.all()] == ["security"]
    kept = made.source_documents.get()
    assert bytes(kept.body) == SOURCE
    assert [(one.line, one.kind) for one in kept.corrections.all()] == [
        (4, "step"), (3, "left_out"), (3, ""), (10, ""),
    ]  # fmt: skip
    assert {one.made_by for one in kept.corrections.all()} == {team.release_manager}
    again = services.make_deployment(document.pk, actor=team.release_manager)
    assert again == made
    with pytest.raises(Refused, match="became a deployment already"):
        correct(team, document, 4, kind="item")


def test_document_that_does_not_say_where_it_goes_asks(
    team: Team, document: SourceDocument
) -> None:
    assert "does not say where it goes" in page(team, document)
    with pytest.raises(Invalid, match="names no target environment"):
        services.make_deployment(document.pk, actor=team.release_manager)


def test_refused_correction_stays_in_its_form(team: Team, document: SourceDocument) -> None:
    answer = signed_in(team.release_manager).post(
        f"{document.get_absolute_url()}correct/",
        {"line": 4, "kind": "target", "condition": "errors 5"},
    )
    assert answer.status_code == 422
    text = unescape(answer.content.decode())
    assert "“errors 5” has no comparison" in text
    assert 'value="errors 5"' in text
    assert not LineCorrection.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"line": "0", "kind": "item"},
        {"line": "99999999999999999999", "kind": "item"},
        {"line": "4", "kind": "nonsense"},
        {"line": "4", "section": "3"},
        {"line": "4", "role": "nobody"},
        {"line": "4", "kind": "target", "condition": "x" * 300},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    team: Team, document: SourceDocument, body: dict[str, str]
) -> None:
    answer = signed_in(team.release_manager).post(f"{document.get_absolute_url()}correct/", body)
    assert answer.status_code == 422
    assert not LineCorrection.objects.exists()


def test_corrections_are_only_ever_added(team: Team, document: SourceDocument) -> None:
    correct(team, document, 4, kind="step")
    with pytest.raises(DatabaseError), transaction.atomic():
        LineCorrection.objects.update(kind="item")


def test_only_who_edits_may_correct(team: Team, document: SourceDocument) -> None:
    for act in (
        lambda: services.correct(document.pk, [4], kind="step", actor=team.member),
        lambda: services.make_deployment(document.pk, actor=team.member),
        lambda: services.make_template(document.pk, "Mine", actor=team.member),
        lambda: services.upload(SOURCE, "a.md", service=team.service, actor=team.member),
    ):
        with pytest.raises(Forbidden):
            act()


def test_document_becomes_a_template(team: Team, document: SourceDocument) -> None:
    correct(team, document, 4, kind="step")
    answer = signed_in(team.release_manager).post(
        f"{document.get_absolute_url()}template/", {"title": "Backend"}
    )
    assert answer.status_code == 302
    version = TemplateVersion.objects.get()
    (first, _) = version.document["sections"]
    assert [one["text"] for one in first["items"]] == [
        "Back up", "Watch <b>the</b> errors", "Everyone is told",
    ]  # fmt: skip
    assert version.made_of is None
    assert "Backend" in signed_in(team.release_manager).get("/templates/").content.decode()


def test_long_document_is_read_by_a_worker_that_tells_how_far_it_is(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SOURCE + b"- [ ] One more line of the checklist\n" * 6_000
    document = take(team, source)
    assert (document.percent, document.reading) == (0, {})
    assert "is being read: 0 %" in page(team, document)
    with pytest.raises(Refused, match="still being read"):
        services.make_deployment(document.pk, actor=team.release_manager)
    told: list[int] = []
    tell = services.tell

    def heard(row: Any, percent: int) -> None:
        tell(row, percent)
        told.append(row.get().percent)

    monkeypatch.setattr(services, "tell", heard)
    assert services.waiting() == [document.pk]
    services.read_waiting(document.pk)
    assert told == sorted(told)
    assert len(set(told)) > 5
    document.refresh_from_db()
    assert len(reviewed.reading_of(document).items) == 6_003
    assert services.waiting() == []
    assert "Page 1 of" in page(team, document)


def test_document_whose_reader_died_is_read_by_the_next(team: Team) -> None:
    document = take(team, SOURCE + b"\n" * 300_000)
    row = SourceDocument.objects.filter(pk=document.pk)
    row.update(claimed_until=clock.now() + services.LEASE)
    services.read_waiting(document.pk)
    assert (row.get().percent, services.waiting()) == (0, [])
    row.update(claimed_until=clock.now() - services.LEASE)
    assert services.waiting() == [document.pk]
    services.read_waiting(document.pk)
    assert row.get().is_read


def test_long_document_that_cannot_be_read_says_why(team: Team) -> None:
    document = take(team, b"a: [\n" * 100_000, "plan.yaml")
    services.read_waiting(document.pk)
    document.refresh_from_db()
    assert document.problem
    assert document.problem in page(team, document)
    assert services.waiting() == []


def test_document_of_another_service_is_not_there(team: Team, document: SourceDocument) -> None:
    client = signed_in(team.outsider)
    assert client.get(document.get_absolute_url()).status_code == 404
    assert document.name not in client.get("/documents/").content.decode()
