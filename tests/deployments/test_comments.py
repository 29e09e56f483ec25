"""Who may comment, on what, and that what was said stays as it was said."""

from __future__ import annotations

import psycopg
import pytest
from django.db import ProgrammingError, connection, models, transaction

from deployments.comments import comment
from deployments.exceptions import Forbidden, Invalid
from deployments.models import Comment, Deployment, Service
from gates.definitions import GateDefinition
from gates.services import define_gates
from tests.builders import Team, make_deployment, make_team


def state_of(deployment: Deployment) -> tuple[int, int]:
    return Comment.objects.count(), Deployment.objects.get(pk=deployment.pk).event_count


def add_gate(deployment: Deployment) -> None:
    with transaction.atomic():
        define_gates(Deployment.objects.lock(deployment.pk), [GateDefinition("Tests")])


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["member", "release_manager", "ops_lead", "security", "business"])
def test_whoever_works_or_votes_here_may_comment(team: Team, who: str) -> None:
    deployment = make_deployment(team)

    event = comment(deployment.pk, actor=team.people[who], text="  One line\r\nand another \n")

    written = Comment.objects.get()
    assert (written.deployment, written.author) == (deployment, team.people[who])
    assert written.text == "One line\nand another"
    assert (written.object_kind, written.object_id, written.object_text) == ("", None, "")
    assert (event.verb, event.actor, event.at) == ("commented", written.author, written.created_at)
    assert event.after == {"comment": written.pk, "text": "One line\nand another"}
    assert event.object_kind == "deployment"


@pytest.mark.django_db
def test_comment_posted_twice_is_said_once(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    first = comment(deployment.pk, actor=team.member, text="@security look", about=item)
    assert comment(deployment.pk, actor=team.member, text="@security look", about=item) == first
    comment(deployment.pk, actor=team.member, text="@security look")
    comment(deployment.pk, actor=team.ops_lead, text="@security look")
    comment(deployment.pk, actor=team.member, text="@security look")

    assert Comment.objects.count() == 4
    assert deployment.events.filter(verb="commented").count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stakeholder", "auditor", "outsider"])
def test_whoever_only_reads_is_refused_in_a_sentence(team: Team, who: str) -> None:
    deployment = make_deployment(team)
    before = state_of(deployment)

    with pytest.raises(Forbidden) as refused:
        comment(deployment.pk, actor=team.people[who], text="May I?")

    assert refused.value.sentence == (
        "Only members, release managers, ops leads and holders of a sign-off role of this "
        "service may comment."
    )
    assert state_of(deployment) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \r\n\t", "The comment is empty; write what you want to say."),
        ("a\0b", "The comment contains a NUL character; remove it."),
        ("x" * 4001, "The comment has 4001 characters; 4000 is the most. Shorten it."),
    ],
)
def test_text_that_makes_no_comment_is_refused(team: Team, text: str, sentence: str) -> None:
    deployment = make_deployment(team)
    before = state_of(deployment)

    with pytest.raises(Invalid) as refused:
        comment(deployment.pk, actor=team.member, text=text)

    assert refused.value.sentence == sentence
    assert state_of(deployment) == before


@pytest.mark.django_db
def test_longest_text_is_kept_whole_when_a_browser_sends_its_line_ends(team: Team) -> None:
    deployment = make_deployment(team)

    comment(deployment.pk, actor=team.member, text="x\r\n" * 1999 + "äö")

    assert len(Comment.objects.get().text) == 4000


def parts(deployment: Deployment) -> dict[str, models.Model]:
    return {
        "item": deployment.items.get(position=1),
        "gate": deployment.gates.get(),
        "rule": deployment.rules.get(role__key="security"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["item", "gate", "rule"])
def test_comment_says_what_it_is_about_as_it_was_called_then(team: Team, kind: str) -> None:
    deployment = make_deployment(team)
    add_gate(deployment)
    about = parts(deployment)[kind]

    event = comment(deployment.pk, actor=team.member, text="Look here", about=about)

    written = Comment.objects.get()
    said = (written.object_kind, written.object_id, written.object_text)
    assert said == (kind, about.pk, str(about))
    assert (event.object_kind, event.object_id) == (kind, str(about.pk))


@pytest.mark.django_db
def test_part_of_another_deployment_is_refused(team: Team) -> None:
    ours, other = make_deployment(team), make_deployment(team)
    before = state_of(ours)
    foreign: list[models.Model] = [other.items.get(position=1), other, Service.objects.get()]

    for about in foreign:
        with pytest.raises(Invalid, match="an item, gate or rule of it"):
            comment(ours.pk, actor=team.member, text="Look here", about=about)

    assert state_of(ours) == before


def test_comment_is_never_changed_not_even_by_the_owner(committed: dict[str, str]) -> None:
    team = make_team()
    comment(make_deployment(team).pk, actor=team.member, text="As it was said")
    changes = (
        "UPDATE deployments_comment SET text = 'other'",
        "DELETE FROM deployments_comment",
        "TRUNCATE deployments_comment CASCADE",
    )

    for change in changes:
        with pytest.raises(ProgrammingError), connection.cursor() as cursor:
            cursor.execute(change)
    with psycopg.connect(committed["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for change in changes:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner.execute(change)

    assert Comment.objects.get().text == "As it was said"
