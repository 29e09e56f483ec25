"""A deployment that went wrong in every way and was rolled back, one that was stopped, and mails.

Rows as they are, since how they come to be is the matter of other tests.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from approvals.models import Decision, Review
from checklists.models import Attempt, Item
from communications.enums import Kind
from communications.models import Delivery, Message
from deployments import clock, comments, history
from deployments.models import Deployment
from gates.models import Metric
from monitoring.models import (
    Alert,
    AlertRule,
    Closing,
    Incident,
    Judgment,
    Question,
    Reading,
    Series,
    Target,
    Trigger,
    Watch,
    Widget,
)
from tests.builders import Team, make_environment
from tests.checklists.makers import make_day

DAY = timedelta(days=1)
BEFORE = {"state": "it was quick"}
# What any event may add to the letter that it causes.
CAUSE = {
    "text": "Is it old?", "role_title": "The guard", "because": "data is wrong",
    "deciders": "the ops leads", "left_behind": ["node 1 is gone"], "severity": "critical",
    "state": "it is slow",
}  # fmt: skip


def elsewhere(team: Team, key: str) -> Team:
    """The same people with another environment, which no other deployment holds."""
    return replace(team, environment=make_environment(key))


def go_back(found: Team) -> Deployment:
    """Begun over what stood in the way, gone wrong, watched, rolled back, reviewed and closed."""
    team = elsewhere(found, "staging")
    one, now = make_day(team), clock.now()
    first, second, *_ = one.items.order_by("position")
    asked = {"requested_by": team.member, "requested_at": now, "hinted_at": now}
    Attempt.objects.create(
        item=first, number=1, command="drain", state="failed", finished_at=now, code=1,
        output="node 1 is drained", reason="It ended with 1", **asked,
    )  # fmt: skip
    said = {"state_by": team.member, "state_at": now}
    one.items.filter(pk=first.pk).update(
        state="failed", reason="The disk is full", runs="drain", question_to=team.ops_lead, **said
    )
    one.items.filter(pk=second.pk).update(
        state="done", chosen="left side", choices=["left side", "right side"], **said
    )
    comments.comment(one.pk, actor=team.member, text="Seen on node 1", about=first)
    _broken_through(one, team)
    _watched(one, team)
    Deployment.objects.filter(pk=one.pk).update(
        state="rolled_back", completed_at=now, rollback_at=now, rollback_reason="Errors",
        ended_at=now,
    )  # fmt: skip
    one.refresh_from_db()
    return one


def _broken_through(one: Deployment, team: Team) -> None:
    now = clock.now()
    decision = Decision.objects.create(
        deployment=one, verdict="go", reason="Customers cannot pay", decided_by=team.ops_lead,
        decided_by_name="Ops lead", at=now, content_hash=one.content_hash,
        schedule_hash=one.schedule_hash, latest_start=now, second_person=team.product_owner,
        overridden={"gates": "the gate is red"},
        dossier={"sentence": "It is not ready", "blockers": ["the gate is red"]},
    )  # fmt: skip
    Review.objects.create(
        decision=decision,
        due_at=now,
        findings="It was right",
        closed_by=team.auditor,
        closed_at=now,
    )


def _watched(one: Deployment, team: Team) -> None:
    now = clock.now()
    watch, _ = Watch.objects.update_or_create(
        deployment=one, defaults={"opened_at": now - DAY, "ends_at": now + DAY}
    )
    metric = Metric.objects.get(service=team.service)
    Metric.objects.filter(pk=metric.pk).update(aliases=["read latency", "the latency"])
    series = Series.objects.create(watch=watch, metric=metric, key="latency", title="Latency")
    series.last = Reading.objects.create(
        series=series, at=now, outcome="error", means="asked", reason="It does not answer"
    )
    series.save()
    noted = {"acknowledged_by": team.member, "acknowledged_at": now, "note": "I look"}
    for ended in (now, None):
        Alert.objects.create(
            series=series, severity="critical", said="Latency is high", opened_at=now - DAY,
            closed_at=ended, **noted,
        )  # fmt: skip
    Trigger.objects.create(deployment=one, key="wrong", position=1, text="Data is wrong")
    Target.objects.create(
        deployment=one, key="calm", position=1, text="Nobody complains", verdict="met",
        said="Nobody did", judged_at=now,
    )  # fmt: skip
    Widget.objects.create(deployment=one, position=1, title="Latency", series=["read latency"])
    _asked(one, team)
    _judged(one, team)


def _asked(one: Deployment, team: Team) -> None:
    """Whether to go back: once it stayed, and once more."""
    now = clock.now()
    asks = {"deployment": one, "because": ["data is wrong"], "roles": {"security": "The guard"}}
    Question.objects.create(
        answer="stayed", answered_by=team.ops_lead, answered_at=now, reason="It calms down",
        asked_at=now - DAY, answer_by=now, **asks,
    )  # fmt: skip
    Question.objects.create(asked_at=now, answer_by=now, answer="unanswered", **asks)


def _judged(one: Deployment, team: Team) -> None:
    now, last = clock.now(), one.items.order_by("position").last()
    assert last
    Item.objects.filter(pk=last.pk).update(
        kind="criterion", phase="after", state="done", state_by=team.member, state_at=now
    )
    Judgment.objects.create(item=last, verdict="met", reason="All is well", judged_at=now)
    Incident.objects.create(
        deployment=one, at=now, text="It is slow", channel="machine", reporter_name="Ann Smith",
        dismissed_by=team.ops_lead, dismissed_at=now, dismissal="It was another one",
    )  # fmt: skip
    Closing.objects.create(
        deployment=one, result="failed", lessons="Look first", closed_by=team.ops_lead,
        closed_at=now,
    )  # fmt: skip


def stop(found: Team) -> Deployment:
    """Before anything was measured, so that its watch names its limits."""
    one = make_day(elsewhere(found, "test"))
    AlertRule.objects.create(deployment=one, key="slow", position=1, text="It is slow")
    one.sections.filter(position=1).update(path=["To be done", "On node 1"])
    Deployment.objects.filter(pk=one.pk).update(
        state="stopped", stopped_note="Half of it is there", ended_at=clock.now()
    )
    one.refresh_from_db()
    return one


def tell_everything(one: Deployment, team: Team) -> list[Message]:
    """A message of every kind, with its copies: to somebody who works on it, and to a guest."""
    one.refresh_from_db()
    cause = history.record(
        one, "errors were seen", actor=team.member, reason="It is slow", before=BEFORE, after=CAUSE
    )
    now, told = clock.now(), []
    for kind in Kind.values:
        message = Message.objects.create(
            event=cause, deployment=one, kind=kind, title="Told", text="Bring tea", t0=one.t0,
            schedule_revision=one.schedule_revision, written_at=now, due_at=now + DAY,
            entry_sequence=1, expanded_at=now,
        )  # fmt: skip
        for reader, name in ((team.member, "member"), (None, "guest")):
            Delivery.objects.create(
                message=message, user=reader, name="Ann", address=f"{name}@example.net",
                due_at=now + DAY, mail_id=f"<{message.pk}-{name}@example.org>", entry="tentative",
                state="failed", last_error="550 no such user",
            )  # fmt: skip
        told.append(message)
    return told
