"""The verbs of sign-off, on real PostgreSQL as the application's own role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Standing, Vote
from approvals.policies import deciding
from approvals.shown import Shown
from approvals.signoff import standings, standings_before
from approvals.verdict import outlook, readiness
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock, content
from deployments.enums import Grant, State
from deployments.exceptions import (
    Forbidden,
    Invalid,
    NeedsFreshAuthentication,
    Overtaken,
    Refused,
)
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.services import grant, grant_role, schedule
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import Gate
from gates.services import define_gates
from tests.builders import (
    ROLES,
    Team,
    answer_poll,
    make_deployment,
    make_machine,
    make_person,
    make_proof,
    make_role,
)

pytestmark = pytest.mark.django_db


def sign(
    team: Team,
    deployment: Deployment,
    role: str,
    choice: Choice = Choice.APPROVE,
    *,
    actor: User | None = None,
    **fields: Any,
) -> Vote:
    rule = deployment.rules.get(role__key=role)
    deployment.refresh_from_db()
    fields = {"proof": make_proof(), "shown": Shown.of(deployment), **fields}
    person = actor or team.people[role]
    return services.sign(deployment.pk, rule.pk, choice, actor=person, **fields)


def change_content(team: Team, deployment: Deployment, text: str = "Deploy it twice") -> None:
    """Edit one item as the release manager, which makes a new content version."""
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=2).update(text=text)
        assert content.refresh(locked, team.release_manager)


def make_ready(team: Team, t0_in: timedelta = timedelta(minutes=10)) -> Deployment:
    deployment = make_deployment(team, t0_in=t0_in, submitted=True)
    for item in deployment.items.filter(phase="before"):
        checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    for role in ROLES:
        sign(team, deployment, role)
    answer_poll(deployment)
    deployment.refresh_from_db()
    return deployment


def decide(team: Team, deployment: Deployment, verdict: Verdict, **fields: Any) -> Decision:
    deployment.refresh_from_db()
    fields = {
        "actor": team.ops_lead,
        "proof": make_proof(),
        "reason": "all agreed",
        "shown": Shown.of(deployment),
        **fields,
    }
    return services.decide(deployment.pk, verdict, **fields)


def test_sign_records_everything_that_proves_it_when_a_holder_signs(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    vote = sign(team, deployment, "product_owner")

    assert vote.person_name == "Product Owner"
    assert vote.statement == "product_owner takes responsibility"
    assert vote.content_hash == deployment.content_hash
    assert vote.schedule_hash == deployment.schedule_hash
    assert vote.grounds == "holds Product owner of Storage layer"
    assert vote.authenticated_by == "password"
    assert Standing.objects.get(person=team.product_owner).vote == vote
    assert deployment.events.latest("sequence").verb == "signed"


def test_sign_is_refused_when_the_requester_holds_the_role(team: Team) -> None:
    grant_role(team.service, make_role("product_owner"), team.release_manager, actor=None)
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden) as refused:
        sign(team, deployment, "product_owner", actor=team.release_manager)

    assert refused.value.sentence == "You requested this deployment; somebody else must sign it."
    assert Vote.objects.count() == 0


def test_sign_is_refused_when_the_person_edited_the_content_last(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=1).update(text="Back up twice")
        content.refresh(locked, team.technical_lead)

    with pytest.raises(Forbidden, match="You edited this content last"):
        sign(team, deployment, "technical_lead")


def test_sign_is_refused_when_the_person_is_named_as_an_author(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    deployment.authors.add(team.technical_lead)

    with pytest.raises(Forbidden, match="You are named as an author"):
        sign(team, deployment, "technical_lead")


def test_sign_is_refused_when_a_machine_holds_the_role(team: Team) -> None:
    machine = make_machine()
    # No page and no command gives a machine a role; a row from elsewhere does not help it either.
    Group.objects.get(name="service:storage-layer:role:security").user_set.add(machine)
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden, match="A machine never signs"):
        sign(team, deployment, "security", actor=machine)


def test_sign_is_refused_when_the_role_is_not_held(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden, match="Only holders of the role Security"):
        sign(team, deployment, "security", actor=team.ops_lead)


@pytest.mark.parametrize("minutes_ago", [None, 6])
def test_sign_is_refused_when_the_proof_is_missing_or_old(
    team: Team, minutes_ago: int | None
) -> None:
    deployment = make_deployment(team, submitted=True)
    proof = None if minutes_ago is None else make_proof(minutes_ago)

    with pytest.raises(NeedsFreshAuthentication):
        sign(team, deployment, "security", proof=proof)
    assert Vote.objects.count() == 0


def test_sign_is_refused_when_the_content_moved_while_it_was_read(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    shown = Shown.of(deployment)
    change_content(team, deployment)

    with pytest.raises(Overtaken, match="nothing was signed"):
        sign(team, deployment, "security", shown=shown)
    assert Vote.objects.count() == 0


def test_sign_is_refused_when_the_deployment_is_a_draft(team: Team) -> None:
    deployment = make_deployment(team)

    with pytest.raises(Refused, match="it is draft"):
        sign(team, deployment, "security")


def test_objection_is_refused_when_it_gives_no_reason(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Invalid, match="reject needs a reason"):
        sign(team, deployment, "security", Choice.REJECT)


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


def test_go_is_refused_when_something_blocks_and_says_what(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Refused) as refused:
        decide(team, deployment, Verdict.GO)

    assert refused.value.sentence == (
        "GO is not possible. Not ready: “Back up the database” is not ticked and 5 roles "
        "have not signed."
    )
    assert Decision.objects.count() == 0


def test_go_is_refused_when_a_warning_was_not_seen(team: Team) -> None:
    deployment = make_ready(team)
    Deployment.objects.filter(pk=deployment.pk).update(commit="")

    with pytest.raises(Refused, match="Mark every warning as seen first: no commit is named"):
        decide(team, deployment, Verdict.GO)
    assert decide(team, deployment, Verdict.GO, seen=["facts:commit"]).verdict == Verdict.GO


def test_go_freezes_the_facts_it_was_taken_on(team: Team) -> None:
    deployment = make_ready(team)

    decision = decide(team, deployment, Verdict.GO)

    deployment.refresh_from_db()
    assert deployment.state == State.GO
    assert decision.latest_start == deployment.t0 + timedelta(minutes=30)
    assert decision.content_hash == deployment.content_hash
    assert [vote["role"] for vote in decision.dossier["votes"]] == list(ROLES)
    assert decision.dossier["items"][0]["by"] == "Member"


def test_decision_is_refused_when_the_requester_leads_operations(team: Team) -> None:
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)
    deployment = make_ready(team)

    with pytest.raises(Forbidden, match="another ops lead must decide it"):
        decide(team, deployment, Verdict.NO_GO, actor=team.release_manager)


def test_each_decision_names_the_one_it_replaces(team: Team) -> None:
    deployment = make_ready(team)
    first = decide(team, deployment, Verdict.GO)

    second = decide(team, deployment, Verdict.HOLD, reason="the network team asks for an hour")

    assert second.replaces == first
    deployment.refresh_from_db()
    assert outlook(deployment).sentence == "On hold: the network team asks for an hour."


def test_start_opens_the_day_when_everything_still_holds(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    services.start(deployment.pk, actor=team.ops_lead)

    deployment.refresh_from_db()
    assert deployment.state == State.IN_PROGRESS
    assert deployment.started_at is not None


def test_start_is_refused_when_it_is_too_early(team: Team) -> None:
    deployment = make_ready(team, t0_in=timedelta(hours=1))
    decide(team, deployment, Verdict.GO)

    with pytest.raises(Refused, match="start opens 15 minutes before T0"):
        services.start(deployment.pk, actor=team.ops_lead)


def test_start_is_refused_after_the_latest_start_and_to_whoever_may_not(team: Team) -> None:
    deployment = make_ready(team)
    decision = decide(team, deployment, Verdict.GO)
    rights, facts = rights_of(team.ops_lead, team.service), readiness(deployment)
    deployment.refresh_from_db()

    assert decision.latest_start
    late = decision.latest_start + timedelta(seconds=1)
    refusal = deciding.refusal_to_start(rights, deployment, decision, facts, late)
    assert str(refusal) == "The latest start has passed; the ops lead decides again."
    with pytest.raises(Forbidden, match="Only ops leads of this service may start a deployment"):
        services.start(deployment.pk, actor=team.member)
    with pytest.raises(Forbidden, match="You requested this deployment"):
        services.start(deployment.pk, actor=team.release_manager)


def test_start_is_refused_when_the_time_moved_after_go(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    schedule(deployment.pk, clock.now() + timedelta(minutes=12), actor=team.release_manager)

    with pytest.raises(Refused, match="GO no longer holds: the time changed after it"):
        services.start(deployment.pk, actor=team.ops_lead)


def test_start_is_refused_when_an_item_was_unticked_after_go(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)

    with pytest.raises(Refused, match="GO no longer holds: “Back up the database” is not ticked"):
        services.start(deployment.pk, actor=team.ops_lead)


def test_start_is_refused_while_another_deployment_holds_the_place(team: Team) -> None:
    first, second = make_ready(team), make_ready(team)
    for one in (first, second):
        warnings = [warning.key for warning in readiness(one).warnings]
        decide(team, one, Verdict.GO, seen=warnings)
    services.start(first.pk, actor=team.ops_lead)

    with pytest.raises(Refused, match=rf"Production is held by deployment #{first.pk}"):
        services.start(second.pk, actor=team.ops_lead)


def test_submit_says_everything_that_is_missing_at_once(team: Team) -> None:
    deployment = make_deployment(team, roles=(), t0_in=None)

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: the time T0 is not set and no role is asked to sign."
    )


def test_sign_is_refused_when_the_time_moved_while_it_was_read(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    shown = Shown.of(deployment)
    schedule(deployment.pk, clock.now() + timedelta(days=3), actor=team.release_manager)

    with pytest.raises(Overtaken, match="The time changed while you were reading"):
        sign(team, deployment, "operations", shown=shown)
    assert Vote.objects.count() == 0


def test_decision_is_refused_when_the_time_moved_while_it_was_read(team: Team) -> None:
    deployment = make_ready(team)
    shown = Shown.of(deployment)
    schedule(deployment.pk, clock.now() + timedelta(days=3), actor=team.release_manager)

    with pytest.raises(Overtaken, match="nothing was decided"):
        decide(team, deployment, Verdict.HOLD, shown=shown)


def test_latest_start_stays_within_the_window(team: Team) -> None:
    deployment = make_ready(team)

    with pytest.raises(Invalid, match="cannot be after the window's end"):
        decide(team, deployment, Verdict.GO, start_within=timedelta(hours=3))


def test_go_is_recalled_when_the_time_moves_and_says_so_meanwhile(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    assert services.recall_if_broken(deployment.pk) is None

    schedule(deployment.pk, clock.now() + timedelta(days=3), actor=team.release_manager)
    deployment.refresh_from_db()
    assert outlook(deployment).sentence == "GO no longer holds: the time changed after it."
    recalled = services.recall_if_broken(deployment.pk)

    deployment.refresh_from_db()
    assert recalled is not None
    assert (deployment.state, recalled.verb) == (State.IN_REVIEW, "recalled")


def test_objection_after_go_recalls_it(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    sign(team, deployment, "security", Choice.REJECT, reason="a new vulnerability is public")
    services.recall_if_broken(deployment.pk)

    deployment.refresh_from_db()
    assert deployment.state == State.IN_REVIEW
    assert readiness(deployment).sentence == (
        "Not ready: Security said reject: “a new vulnerability is public”."
    )


def test_signature_is_refused_after_go_but_may_be_taken_back(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    with pytest.raises(Refused, match="it is go"):
        sign(team, deployment, "security")
    vote = sign(team, deployment, "security", Choice.WITHDRAW, reason="read it again")
    assert vote.choice == Choice.WITHDRAW


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


def test_stale_gate_holds_the_start_but_takes_no_go_back(team: Team) -> None:
    """It is run again first; only a red answer recalls (SEMANTICS §7)."""
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        settings = {"url": "https://example.org/health"}
        (gate,) = define_gates(locked, [GateDefinition("API", kind="http", settings=settings)])
    Gate.objects.filter(pk=gate.pk).update(state=GateState.STALE, state_at=clock.now())

    assert services.recall_if_broken(deployment.pk) is None
    with pytest.raises(Refused, match=r"Wait a moment\. Not ready: API is stale"):
        services.start(deployment.pk, actor=team.ops_lead)

    Gate.objects.filter(pk=gate.pk).update(state=GateState.FAILED)
    assert services.recall_if_broken(deployment.pk) is not None


def test_submit_is_refused_when_nobody_holds_an_asked_role(team: Team) -> None:
    make_role("legal")
    deployment = make_deployment(team, roles=("security", "legal"))

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: nobody holds the role Legal of this service."
    )


@pytest.mark.parametrize("before", [0, 12])
def test_vote_costs_the_same_when_many_have_signed(
    before: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deployment = make_deployment(team, roles=("product_owner", "security"), submitted=True)
    others = [make_person(f"signer{number}") for number in range(before)]
    for person in others:
        grant_role(team.service, make_role("product_owner"), person, actor=None)
        sign(team, deployment, "product_owner", actor=person)
    rule = deployment.rules.get(role__key="product_owner")
    shown, proof = Shown.of(deployment), make_proof()

    # Thirteen under the row lock, and the savepoint around them.
    with django_assert_num_queries(15):
        services.sign(
            deployment.pk,
            rule.pk,
            Choice.APPROVE,
            actor=team.product_owner,
            proof=proof,
            shown=shown,
        )
    heard = standings_before(deployment, rule.pk, {team.product_owner.pk}, clock.now())
    assert [[vote.person for vote in one.current] for one in heard] == [[team.product_owner], []]


def test_later_group_signs_when_every_earlier_one_holds(team: Team) -> None:
    deployment = make_deployment(team, roles=("product_owner", "security"), submitted=True)
    earlier = deployment.rules.get(role__key="product_owner")
    deployment.rules.filter(role__key="security").update(order_group=2)

    with pytest.raises(Refused, match=f"{earlier.role.title} signs first"):
        sign(team, deployment, "security")
    sign(team, deployment, "product_owner")
    sign(team, deployment, "security")

    assert [one.holds for one in standings(deployment)] == [True, True]
    sign(team, deployment, "product_owner", Choice.REJECT, reason="no longer")
    with pytest.raises(Refused, match=f"{earlier.role.title} signs first"):
        sign(team, deployment, "security")
