"""Which messages leave before T0 once a deployment is in review, for whoever is about to ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from communications import schedule
from communications.enums import MessageState
from communications.models import MessagePlan
from deployments.announcements import Announcement
from deployments.enums import Anchor
from deployments.models import Deployment


def before_t0(deployment: Deployment, now: datetime) -> list[Announcement]:
    present = deployment.messages.filter(schedule_revision=deployment.schedule_revision)
    settled = present.exclude(state=MessageState.PLANNED).values("plan")
    lines = deployment.message_plan.filter(anchor=Anchor.T0, offset__lt=timedelta(0))
    still = lines.exclude(pk__in=settled.filter(plan__isnull=False)).order_by("offset", "position")
    return [_announcement(line, deployment.t0, now) for line in still]


def _announcement(line: MessagePlan, t0: datetime | None, now: datetime) -> Announcement:
    words = schedule.in_words(line.get_anchor_display(), line.offset)
    if t0 is None:
        return Announcement(line.title, words, None)
    due = t0 + line.offset
    limit = schedule.useful_until(line.kind, due, t0)
    if limit is not None and limit <= now:
        return Announcement(line.title, words, due, "too late to be of use, so it does not leave")
    return Announcement(line.title, words, due, "leaves at once" if due <= now else "")
