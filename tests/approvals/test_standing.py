"""Which signatures and objections count, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from approvals.enums import Choice
from approvals.models import Standing
from approvals.signoff import standings
from approvals.verdict import readiness
from deployments import clock, content
from deployments.enums import State
from deployments.models import Deployment
from deployments.services import grant_role, schedule
from tests.approvals.makers import change_content, make_ready, sign
from tests.builders import (
    Team,
    make_deployment,
    make_role,
)

pytestmark = pytest.mark.django_db


def test_votes_become_stale_when_the_content_changes(team: Team) -> None:
    deployment = make_ready(team)
    assert readiness(deployment).is_ready

    change_content(team, deployment)
    deployment.refresh_from_db()

    said = readiness(deployment)
    assert said.only_people_are_missing
    assert said.sentence == "Technically ready, awaiting sign-off: 5 roles have not signed."
    assert [len(standing.stale) for standing in standings(deployment)] == [1] * 5


def test_objection_blocks_across_a_content_change_until_its_author_votes_again(team: Team) -> None:
    deployment = make_ready(team)
    sign(team, deployment, "security", Choice.REJECT, reason="the scan is a week old")
    change_content(team, deployment)
    deployment.refresh_from_db()

    clauses = [blocker.clause for blocker in readiness(deployment).blockers]
    assert clauses[0] == "Security said reject: “the scan is a week old”"

    sign(team, deployment, "security")
    deployment.refresh_from_db()
    assert not any("reject" in one.clause for one in readiness(deployment).blockers)
    assert deployment.state == State.IN_REVIEW


def test_only_time_sensitive_roles_sign_again_when_the_time_moves(team: Team) -> None:
    deployment = make_ready(team)

    schedule(deployment.pk, clock.now() + timedelta(hours=5), actor=team.release_manager)
    deployment.refresh_from_db()

    again = {one.rule.role.key for one in standings(deployment) if one.for_another_time}
    assert again == {"operations", "business"}
    assert "Operations has not signed the new time" in readiness(deployment).sentence


def test_withdrawn_signature_no_longer_counts(team: Team) -> None:
    deployment = make_ready(team)

    sign(team, deployment, "security", Choice.WITHDRAW, reason="signed the wrong one")

    deployment.refresh_from_db()
    assert readiness(deployment).sentence.endswith("Security has not signed.")
    assert not Standing.objects.filter(person=team.security).exists()


def test_objection_stays_when_its_author_signs_under_another_role(team: Team) -> None:
    grant_role(team.service, make_role("security"), team.technical_lead, actor=None)
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.REJECT, actor=team.technical_lead, reason="no")
    change_content(team, deployment)

    sign(team, deployment, "technical_lead")

    deployment.refresh_from_db()
    objections = {one.rule.role.key: len(one.objections) for one in standings(deployment)}
    assert objections["security"] == 1


def test_objection_may_be_taken_back_by_somebody_who_edited_since(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.REQUEST_CHANGES, reason="name the backup")
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=1).update(text="Back up the database to the vault")
        content.refresh(locked, team.security)

    sign(team, deployment, "security", Choice.WITHDRAW, reason="it is named now")

    deployment.refresh_from_db()
    assert [one for one in standings(deployment) if one.objections] == []


def test_who_counts_is_the_same_in_the_table_and_on_the_page(team: Team) -> None:
    deployment = make_ready(team)
    sign(team, deployment, "security", Choice.WITHDRAW, reason="wrong one")
    sign(team, deployment, "operations", Choice.ABSTAIN)
    deployment.refresh_from_db()

    shown = {vote.pk for one in standings(deployment) for vote in one.current}
    assert shown == set(Standing.objects.values_list("vote_id", flat=True))
