"""The go/no-go poll: rounds that open and close by themselves, and the answers for each role."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Role, User
from approvals.enums import Closed, Verdict
from approvals.models import Answer, PolledRole, PollPlan, Round
from approvals.policies import polling as policies
from approvals.polling import closing, opening
from approvals.rollcall import asked_roles, counting_round, is_held
from deployments import clock, content, history
from deployments.enums import State
from deployments.exceptions import Invalid, require
from deployments.models import Deployment, Event
from deployments.policies import refusal_to_edit, rights_of
from gates.services import run_stale


def begin_round(deployment: Deployment, now: datetime) -> Round | None:
    """Open a round if the review is near enough to T0; the caller holds the lock.

    At its opening everything that went stale is measured again.
    """
    if deployment.state != State.IN_REVIEW or deployment.t0 is None or not is_held(deployment):
        return None
    if now < opening(deployment.t0) or counting_round(deployment) is not None:
        return None
    return _open(deployment, now, actor=None)


def _open(deployment: Deployment, now: datetime, *, actor: User | None) -> Round:
    assert deployment.t0 is not None
    newest = deployment.rounds.order_by("-number").values_list("number", flat=True).first()
    found = Round.objects.create(
        deployment=deployment,
        number=(newest or 0) + 1,
        schedule_hash=deployment.schedule_hash,
        opened_at=now,
        closes_at=closing(deployment.t0, now),
    )
    run_stale(deployment)
    asked = {role.key: role.title for role, _ in asked_roles(deployment)}
    after = {"closes_at": found.closes_at.isoformat(), "roles": asked}
    history.record(deployment, "poll opened", actor=actor, obj=found, after=after, at=now)
    return found


def end_round(deployment: Deployment, why: Closed, now: datetime) -> Event | None:
    """Close the open round, if there is one; the caller holds the lock.

    One that closed in time counts as long as its review lasts: with the review it ends, too.
    """
    if why == Closed.LEFT:
        deployment.rounds.filter(closed_why=Closed.TIME).update(closed_why=Closed.LEFT)
    found = deployment.rounds.filter(closed_at=None).first()
    if found is None:
        return None
    found.closed_at, found.closed_why = now, why
    found.save(update_fields=["closed_at", "closed_why"])
    return history.record(
        deployment, "poll closed", actor=None, obj=found, reason=str(why.label), at=now
    )


@transaction.atomic
def tend(deployment_id: int) -> None:
    """Bring the poll to where it has to be now: what is over is closed, what is due is opened."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    found = deployment.rounds.filter(closed_at=None).first()
    if found is not None:
        why = _why_over(deployment, found, now)
        if why is not None:
            end_round(deployment, why, now)
    begin_round(deployment, now)


def _why_over(deployment: Deployment, found: Round, now: datetime) -> Closed | None:
    if deployment.state != State.IN_REVIEW:
        return Closed.LEFT
    if found.schedule_hash != deployment.schedule_hash:
        return Closed.MOVED
    return Closed.TIME if now >= found.closes_at else None


@transaction.atomic
def answer(
    deployment_id: int, role_id: int, word: Verdict, *, actor: User, remark: str = ""
) -> Answer:
    """Say go, hold or no-go for a role that one holds; said again, the later word counts."""
    deployment = Deployment.objects.lock(deployment_id)
    role, rights = _asked(deployment, role_id), rights_of(actor, deployment.service)
    require(policies.refusal_to_answer(rights, role))
    said_by = policies.voice_of(rights, role)
    return _say(deployment, role, word, person=actor, said_by=said_by, remark=remark)


@transaction.atomic
def write_down(
    deployment_id: int, role_id: int, word: Verdict, *, person: User, actor: User, remark: str = ""
) -> Answer:
    """Record what somebody says for the role on the call; pages show that it was by voice."""
    deployment = Deployment.objects.lock(deployment_id)
    role = _asked(deployment, role_id)
    rights, said_by = rights_of(actor, deployment.service), rights_of(person, deployment.service)
    require(policies.refusal_to_write_down(rights, deployment, role, said_by))
    voice = policies.voice_of(said_by, role)
    return _say(
        deployment, role, word, person=person, said_by=voice, remark=remark, written_by=actor
    )


def _asked(deployment: Deployment, role_id: int) -> Role:
    for role, _ in asked_roles(deployment):
        if role.pk == role_id:
            return role
    raise Invalid("This role is not polled here; reload the page.")


def _say(
    deployment: Deployment,
    role: Role,
    word: Verdict,
    *,
    person: User,
    said_by: str,
    remark: str,
    written_by: User | None = None,
) -> Answer:
    found, now = counting_round(deployment), clock.now()
    require(policies.refusal_by_round(deployment, found, now))
    require(policies.refusal_of_answer(word, remark))
    assert found is not None
    said = Answer.objects.create(
        round=found,
        role=role,
        person=person,
        person_name=said_by,
        word=word,
        remark=remark.strip(),
        at=now,
        written_by=written_by,
    )
    history.record(
        deployment,
        "answered by voice" if written_by else "answered",
        actor=written_by or person,
        on_behalf_of=person if written_by else None,
        obj=said,
        after={"role": role.key, "word": str(word), "round": found.number},
        reason=said.remark,
        at=now,
    )
    return said


@transaction.atomic
def open_again(deployment_id: int, *, actor: User) -> Round:
    """Another round after one that closed; the answers before it are shown and do not count."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    found = counting_round(deployment)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_open_again(rights, deployment, found, now))
    end_round(deployment, Closed.TIME, now)
    return _open(deployment, now, actor=actor)


@transaction.atomic
def plan_poll(
    deployment_id: int, *, is_on: bool, roles: Collection[Role], actor: User
) -> Event | None:
    """Say whether a poll is held and of whom; None if that is so already."""
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_edit(rights_of(actor, deployment.service), deployment))
    before = _planned(deployment)
    kept = deployment.polled_roles.filter(role__in=roles)
    deployment.polled_roles.exclude(pk__in=kept.values("pk")).delete()
    known = set(deployment.polled_roles.values_list("role", flat=True))
    PolledRole.objects.bulk_create(
        PolledRole(deployment=deployment, role=role) for role in roles if role.pk not in known
    )
    PollPlan.objects.update_or_create(deployment=deployment, defaults={"is_on": is_on})
    after = _planned(deployment)
    if after == before:
        return None
    content.refresh(deployment, actor)
    return history.record(deployment, "poll planned", actor=actor, before=before, after=after)


def _planned(deployment: Deployment) -> dict[str, Any]:
    named = deployment.polled_roles.order_by("role__key").values_list("role__key", flat=True)
    return {"is_on": is_held(deployment), "roles": list(named)}
