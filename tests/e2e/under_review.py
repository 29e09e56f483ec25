"""What is said, asked for, left out, signed, lifted and ended while a deployment is reviewed.

Rows as they are, since how they come to be is the matter of other tests.
"""

from __future__ import annotations

from datetime import timedelta

from approvals.models import Answer, Lifting, PolledRole, Round, Waiver
from checklists.models import Evidence
from communications.models import MessageHold, Trial
from deployments import clock, comments
from deployments.models import Deployment, Exemption
from gates.models import Gate, GateRun, Report, Sample
from tests.builders import Team, make_role
from tests.deployments.freezes.makers import make_freeze

DAY = timedelta(days=1)


def dress(one: Deployment, team: Team) -> None:
    """What people say, ask, leave out or take back while a deployment is reviewed."""
    now, item = clock.now(), one.items.get(position=1)
    comments.comment(one.pk, actor=team.member, text="Is it old?", about=item)
    one.items.filter(pk=item.pk).update(
        asked_state="skipped", asked_by=team.member, asked_at=now, asked_reason="It is in the way"
    )
    added = {"item": item, "added_by": team.member, "added_at": now}
    Evidence.objects.create(kind="number", number=7, unit="rows", **added)
    Evidence.objects.create(kind="link", url="https://elsewhere.example/", **added)
    MessageHold.objects.create(deployment=one, held_by=team.ops_lead, held_at=now, reason="Wait")
    told = one.messages.filter(state="planned").latest("due_at")
    one.messages.filter(pk=told.pk).update(
        state="skipped", skipped_by=team.ops_lead, skip_reason="Told by phone"
    )
    Trial.objects.create(
        message=one.messages.first(), user=team.release_manager, address="me@example.org",
        is_technical=True, asked_at=now, state="failed", ended_at=now, said="Nobody is there",
    )  # fmt: skip
    _signed(one, team)
    _polled(one, team)
    _waived(one, team)
    _frozen(one, team)


def _signed(one: Deployment, team: Team) -> None:
    """The objection of the scene is lifted, and somebody signs for whom they stand in."""
    vote, by, now = one.votes.earliest("pk"), team.ops_lead, clock.now()
    Lifting.objects.create(vote=vote, by=by, reason="They left", at=now, means="password")
    vote.pk, vote.person, vote.person_name = None, team.member, "Member"
    vote.on_behalf_of, vote.on_behalf_of_name = team.security, "Security"
    vote.rule, vote.choice = one.rules.get(role__key="technical_lead"), "approve"
    vote.save(force_insert=True)


def _polled(one: Deployment, team: Team) -> None:
    now, role = clock.now(), make_role("security")
    PolledRole.objects.create(deployment=one, role=role, purpose="Says whether it is safe")
    opened = Round.objects.create(
        deployment=one, number=1, schedule_hash=one.schedule_hash, opened_at=now - DAY,
        closes_at=now + DAY,
    )  # fmt: skip
    Answer.objects.create(
        round=opened, role=role, person=team.security, person_name="Security", word="hold",
        remark="The scan runs", at=now, written_by=team.ops_lead,
    )  # fmt: skip


def _waived(one: Deployment, team: Team) -> None:
    """The one of the scene was signed for somebody who is away, and ended; then comes another."""
    waiver, now = Waiver.objects.get(deployment=one), clock.now()
    waiver.red_reason = "The scan failed"
    waiver.signed_by, waiver.signed_at, waiver.signed_means = team.ops_lead, now, "password"
    waiver.signed_role = "Security"
    waiver.signed_for, waiver.signed_for_name = team.security, "Security"
    waiver.ended_by, waiver.ended_at, waiver.ended_reason = team.ops_lead, now, "It is green"
    waiver.save()
    waiver.pk, waiver.ended_by, waiver.ended_at, waiver.ended_reason = None, None, None, ""
    waiver.save(force_insert=True)


def _frozen(one: Deployment, team: Team) -> None:
    """A freeze that comes again; and after an exemption that was taken back there is another."""
    make_freeze(team.service, by=team.release_manager, rule="FREQ=WEEKLY;COUNT=9")
    given = Exemption.objects.get(deployment=one)
    given.ended_by, given.ended_at, given.ended_reason = team.auditor, clock.now(), "No fix"
    given.save()
    given.pk, given.ended_by, given.ended_at, given.ended_reason = None, None, None, ""
    given.save(force_insert=True)


def hand_in(gate: Gate, team: Team) -> None:
    """A report and its sample, by hand and for somebody who is away."""
    now, last = clock.now(), gate.runs.order_by("number").last()
    told = {
        "by_hand": True, "reporter": team.member, "on_behalf_of": team.security,
        "on_behalf_of_name": "Security", "source_link": "https://elsewhere.example/",
    }  # fmt: skip
    report = Report.objects.create(
        gate=gate, name="junit.xml", sha256="0" * 64, size=7, received_at=now, **told
    )
    run = GateRun.objects.create(
        gate=gate, number=last.number + 1 if last else 1, state="complete", outcome="failed",
        reason="Two tests failed", report=report, requested_by=team.member, requested_at=now,
        due_at=now, hinted_at=now, started_at=now, finished_at=now,
    )  # fmt: skip
    gate.last_sample = Sample.objects.create(
        run=run, at=now, outcome="bad", value="489", unit="of 491", threshold="all",
        reason="Two tests failed", target="build 7", evidence="Its log", probe_version="1",
        counts={"tests": "489 of 491"}, details=["test_login fails"], **told,
    )  # fmt: skip
    gate.save(update_fields=["last_sample"])
