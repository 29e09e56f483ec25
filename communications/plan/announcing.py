"""Which messages leave before T0 once a deployment is in review, for whoever is about to ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from communications import schedule
from communications.enums import MessageState
from communications.models import MessagePlan
from communications.services import due_of
from deployments.announcements import Announcement
from deployments.enums import Anchor
from deployments.models import Deployment


def before_t0(deployment: Deployment, now: datetime) -> list[Announcement]:
    present = deployment.messages.filter(schedule_revision=deployment.schedule_revision)
    settled = present.exclude(state=MessageState.PLANNED).values("plan")
    lines = deployment.message_plan.filter(
        Q(offset__lt=timedelta(0)) | Q(day__lte=0), anchor=Anchor.T0
    ).exclude(pk__in=settled.filter(plan__isnull=False))
    known = {Anchor.T0.value: deployment.t0} if deployment.t0 else {}
    found = [(due_of(line, deployment, known), line) for line in lines]
    before = [one for one in found if one[0] is None or one[0] < (deployment.t0 or one[0])]
    before.sort(key=lambda one: (one[0] or now, one[1].offset, one[1].position))
    return [_announcement(line, due, deployment.t0, now) for due, line in before]


def _announcement(
    line: MessagePlan, due: datetime | None, t0: datetime | None, now: datetime
) -> Announcement:
    if due is None:
        return Announcement(line.title, line.when, None)
    limit = schedule.useful_until(line.kind, due, t0)
    if limit is not None and limit <= now:
        return Announcement(
            line.title, line.when, due, "too late to be of use, so it does not leave"
        )
    return Announcement(line.title, line.when, due, "leaves at once" if due <= now else "")
