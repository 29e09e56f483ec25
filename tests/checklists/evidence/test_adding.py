"""Evidence: each kind, what is refused and how it is said, who may, and that it stays as it is."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit.verification import verify
from checklists import services
from checklists.enums import EvidenceKind, ItemState
from checklists.evidence import Given
from checklists.models import Evidence
from deployments.exceptions import Forbidden, Invalid, Refused
from tests.builders import Team, make_deployment, make_team
from tests.checklists.evidence.makers import PNG, SCRIPT, add, file, link, render_panel, text
from tests.threads import at_once


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
