"""A changed document onto a deployment: what becomes of the plan as a whole, and who is told no."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis

from accounts.models import Role
from deployments import content
from deployments import services as planning
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from intake import copying, whole
from intake.exporting import exported
from intake.reimport.services import difference, reimport
from intake.review import services as review
from intake.structured.plain import plain
from intake.whole import Whole, with_keys
from tests.builders import Team, make_team
from tests.intake.makers import wholes
from tests.intake.reimport.makers import SOURCE, apply, brought, changed, draft
from tests.threads import at_once


@pytest.mark.django_db
def test_facts_and_plan_become_one_version(team: Team) -> None:
    deployment = draft(team)
    found = apply(
        team,
        deployment,
        changed(("release-8", "release-8.1"), ("Tell the support team", "Tell the whole team")),
    )
    after = Deployment.objects.get(pk=deployment.pk)
    assert (after.branch, after.versions.count()) == ("release-8.1", 2)
    assert content.collect(after)["deployment"]["branch"] == "release-8.1"
    assert after.content_version is not None and after.content_version.content == content.collect(
        after
    )
    assert found.changed == 2
    event = after.events.filter(verb="document imported").last()
    assert event is not None and event.after["changed"] == 2


@pytest.mark.django_db
def test_corrections_of_the_document_hold(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("- [ ] Tell the support team", "- [ ] Write the notes")))
    line = SOURCE.split("\n").index("- [ ] Tell the support team") + 1
    review.correct(document.pk, [line], kind="left_out", actor=team.release_manager)
    seen = difference(document, deployment).fingerprint
    reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)
    assert deployment.items.filter(text__contains="notes").count() == 0
    with pytest.raises(Refused, match="became a deployment already"):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)


@pytest.mark.django_db
def test_whoever_saw_another_difference_is_told(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("release-8", "release-9")))
    seen = difference(document, deployment).fingerprint
    apply(team, deployment, changed(("Tell the support team", "Tell the whole team")))
    with pytest.raises(Overtaken, match="look at the difference again"):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)
    assert Deployment.objects.get(pk=deployment.pk).branch == "release-8"


@pytest.mark.django_db
def test_only_while_it_is_planned_by_those_who_edit_and_for_its_own_service(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("release-8", "release-9")))
    seen = difference(document, deployment).fingerprint
    with pytest.raises(Forbidden):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.product_owner)
    other = make_team("billing", prefix="billing-")
    foreign = draft(other)
    with pytest.raises(Invalid, match="Only a deployment of Storage layer"):
        reimport(document.pk, foreign.pk, seen=seen, actor=team.release_manager)
    planning.cancel(deployment.pk, reason="not this week", actor=team.release_manager)
    with pytest.raises(Refused):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)


@pytest.mark.django_db
@hypothesis(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=wholes(), second=wholes())
def test_plan_becomes_what_was_shown_and_then_nothing_differs(
    team: Team, first: Whole, second: Whole
) -> None:
    with transaction.atomic():
        deployment, other = made_of(team, first), made_of(team, second)
        source = exported(other, "yaml")
        found = apply(team, deployment, source, "plan.yaml")
        deployment = Deployment.objects.get(pk=deployment.pk)
        assert plain(copying.whole_of(deployment)) == plain(found.whole)
        assert not apply(team, deployment, source, "plan.yaml").groups
        same = apply(team, deployment, exported(deployment, "yaml"), "own.yaml")
        assert not same.groups
        transaction.set_rollback(True)


def made_of(team: Team, given_: Whole) -> Deployment:
    deployment = planning.create_deployment(
        team.service, team.environment, package="Package", requester=team.release_manager
    )
    whole.write(deployment, with_keys(given_))
    content.refresh(deployment, team.release_manager)
    return Deployment.objects.get(pk=deployment.pk)


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_checklist(team: Team) -> None:
    """Only with what is changed: half of the items here, in either case."""
    counted = []
    for number in (20, 400):
        lines = [f"- [ ] Check number {n} of all" for n in range(number)]
        deployment = draft(team, SOURCE + "\n## Many\n" + "\n".join(lines))
        lines[::2] = [f"{line} again" for line in lines[::2]]
        lines.insert(3, "- [ ] Something quite new")
        source = SOURCE + "\n## Many more\n" + "\n".join(lines)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            apply(team, deployment, source)
        counted.append(len(queries))
    assert counted[1] == counted[0]


def test_of_two_who_apply_at_once_one_is_told(committed: object) -> None:
    team = make_team()
    deployment = draft(team)
    documents = [
        brought(team, changed(("release-8", branch))) for branch in ("release-9", "release-10")
    ]
    seen = [difference(one, deployment).fingerprint for one in documents]
    acts = [
        partial(reimport, one.pk, deployment.pk, seen=known, actor=team.release_manager)
        for one, known in zip(documents, seen, strict=True)
    ]
    answers = at_once(*acts)
    assert sum(isinstance(one, Overtaken) for one in answers) == 1
    after = Deployment.objects.get(pk=deployment.pk)
    assert after.branch in ("release-9", "release-10") and after.versions.count() == 2


def test_role_that_a_document_names_first_is_made_once(committed: object) -> None:
    team = make_team()
    deployment = draft(team)
    apply(team, deployment, SOURCE + "- [ ] Harbour master: the quay is free\n")
    assert Role.objects.filter(title="Harbour master").count() == 1
    assert deployment.rules.count() == 3
