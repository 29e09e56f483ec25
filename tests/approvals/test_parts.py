"""Sign-off rules are edited; votes under one that is taken out are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from approvals import services
from approvals.enums import Choice
from approvals.models import Request, Rule, Vote
from approvals.parts import Rules
from approvals.plan import RulePlan
from approvals.shown import Shown
from approvals.signoff import standings
from deployments import editing
from deployments.access.granting import revoke
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment
from monitoring.report import report_of
from tests.builders import Team, make_deployment, make_proof, make_role

pytestmark = pytest.mark.django_db
RULES = Rules()


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team, roles=("security", "operations"), submitted=True)


def sign(deployment: Deployment, team: Team, role: str) -> Vote:
    return services.sign(
        deployment.pk, deployment.rules.get(role__key=role).pk, Choice.APPROVE,
        actor=team.people[role], proof=make_proof(), shown=Shown.of(deployment),
    )  # fmt: skip


def test_changed_statement_makes_signatures_stale(team: Team, deployment: Deployment) -> None:
    sign(deployment, team, "security")
    row = RULES.rows(deployment)[1]
    now = RULES.plan_of(row)
    event = editing.change(
        RULES, deployment.pk, row.pk, replace(now, statement="I run it at night"),
        actor=team.release_manager, shown=now.fingerprint,
    )  # fmt: skip
    assert event is not None
    assert event.after == {"statement": "I run it at night"}
    deployment.refresh_from_db()
    assert [len(one.stale) for one in standings(deployment)] == [1, 0]


def test_order_of_the_list_is_not_signed(team: Team, deployment: Deployment) -> None:
    before = deployment.content_hash
    row = RULES.rows(deployment)[1]
    editing.move(RULES, deployment.pk, row.pk, "up", actor=team.release_manager)
    deployment.refresh_from_db()
    assert [one.rule.role.key for one in standings(deployment)] == ["operations", "security"]
    assert deployment.content_hash == before


def test_rule_taken_out_keeps_its_votes(team: Team, deployment: Deployment) -> None:
    vote = sign(deployment, team, "security")
    editing.take_out(RULES, deployment.pk, [vote.rule_id], actor=team.release_manager)
    deployment.refresh_from_db()
    assert [one.rule.role.key for one in standings(deployment)] == ["operations"]
    assert Vote.objects.select_related("rule").get(pk=vote.pk).rule.key == "security"
    (added,) = editing.add(
        RULES, deployment.pk, [RulePlan(make_role("security"), "Once more")],
        actor=team.release_manager,
    )  # fmt: skip
    assert added.key == "security-2"


def test_rule_that_nobody_was_asked_for_goes(team: Team, deployment: Deployment) -> None:
    row = RULES.rows(deployment)[0]
    editing.take_out(RULES, deployment.pk, [row.pk], actor=team.release_manager)
    assert not Rule.every.filter(pk=row.pk).exists()


def test_rule_taken_out_keeps_how_long_it_was_asked_for(team: Team, deployment: Deployment) -> None:
    services.tend_requests(deployment.pk)
    row = RULES.rows(deployment)[0]
    editing.take_out(RULES, deployment.pk, [row.pk], actor=team.release_manager)
    asked = Request.objects.get(rule=row.pk)
    assert asked.settled_at is not None and asked.asked_at < asked.settled_at
    assert "security" not in [one.rule.role.key for one in standings(deployment)]
    assert "Security" in [one.role for one in report_of(deployment).waits]


def test_rule_of_another_role_asks_that_one(team: Team, deployment: Deployment) -> None:
    services.tend_requests(deployment.pk)
    row = RULES.rows(deployment)[0]
    now = RULES.plan_of(row)
    editing.change(
        RULES, deployment.pk, row.pk, replace(now, role=make_role("business")),
        actor=team.release_manager, shown=now.fingerprint,
    )  # fmt: skip

    [asked] = services.tend_requests(deployment.pk)

    assert (asked.verb, asked.after["role"]) == ("signature asked", "business")
    assert services.tend_requests(deployment.pk) == []


def reject(deployment: Deployment, team: Team) -> Vote:
    return services.sign(
        deployment.pk, deployment.rules.get(role__key="security").pk, Choice.REJECT,
        actor=team.security, proof=make_proof(), shown=Shown.of(deployment), reason="a hole",
    )  # fmt: skip


KEPT = (
    "Security objects as Security; the rule stays with that role until they sign or withdraw "
    "their word, which they do in review."
)


def test_rule_with_an_objection_is_not_taken_out(team: Team, deployment: Deployment) -> None:
    """An objection blocks across changed contents, and nobody edits it away."""
    vote = reject(deployment, team)
    with pytest.raises(Refused) as refused:
        editing.take_out(RULES, deployment.pk, [vote.rule_id], actor=team.release_manager)
    assert refused.value.sentence == KEPT


def test_rule_with_an_objection_keeps_its_role(team: Team, deployment: Deployment) -> None:
    vote = reject(deployment, team)
    now = RULES.plan_of(vote.rule)
    with pytest.raises(Refused) as refused:
        editing.change(
            RULES, deployment.pk, vote.rule_id, replace(now, role=make_role("business")),
            actor=team.release_manager, shown=now.fingerprint,
        )  # fmt: skip
    assert refused.value.sentence == KEPT


def test_objection_of_somebody_who_left_the_role_keeps_no_rule(
    team: Team, deployment: Deployment
) -> None:
    vote = reject(deployment, team)
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)
    editing.take_out(RULES, deployment.pk, [vote.rule_id], actor=team.release_manager)
    assert not deployment.rules.filter(pk=vote.rule_id).exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"statement": " "}, "Write what the signer takes responsibility for."),
        ({"statement": "x" * 3000},
         "The statement has 3000 characters; 2000 is the most. Shorten it."),
        ({"statement": "a\0"}, "The statement contains a NUL character; remove it."),
        ({"count": 0}, "People and order are numbers from 1 to 20."),
        ({"order_group": 21}, "People and order are numbers from 1 to 20."),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_a_sentence(
    team: Team, deployment: Deployment, values: dict[str, Any], said: str
) -> None:
    row = RULES.rows(deployment)[0]
    now = RULES.plan_of(row)
    with pytest.raises(Invalid) as refused:
        editing.change(
            RULES, deployment.pk, row.pk, replace(now, **values), actor=team.release_manager,
            shown=now.fingerprint,
        )  # fmt: skip
    assert refused.value.sentence == said
