"""What the event that caused a message adds to its letter, and the page that it leads to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from communications.writing.dates import Clock
from deployments.answers import page
from deployments.models import Deployment, Event

OF_AN_EVENT = (
    "actor", "reason", "said", "about", "due", "due_there", "holds_until", "role", "again",
    "foreseen", "left_behind", "because", "besides", "answer_by", "is_automatic", "severity",
    "deciders",
)  # fmt: skip


def of_event(event: Event | None, deployment: Deployment, dates: Clock) -> dict[str, Any]:
    """What the event that caused the message adds: who, why, about what, and where it stands."""
    if event is None:
        return dict.fromkeys(OF_AN_EVENT, "")
    due_at = _instant(event, "due")
    return {
        "actor": event.actor_name,
        "reason": event.reason,
        "said": event.after.get("text", ""),
        "about": event.object_text if event.object_kind != "deployment" else "",
        "due": dates.moment(due_at),
        "due_there": dates.beside(due_at, deployment.zone),
        "holds_until": dates.moment(_instant(event, "holds_until")),
        "foreseen": dates.moment(_instant(event, "end")),
        "left_behind": event.after.get("left_behind", []),
        "because": event.after.get("because", ""),
        "besides": event.after.get("besides", []),
        "answer_by": dates.moment(_instant(event, "answer_by")),
        "is_automatic": event.after.get("automatic", False),
        "deciders": event.after.get("deciders", ""),
        "severity": event.after.get("severity", ""),
        "role": event.after.get("role_title", ""),
        "again": event.after.get("again", False),
        "url": f"{settings.PORTAL_URL}{_place(event, deployment)}",
    }


def _instant(event: Event, name: str) -> datetime | None:
    said = event.after.get(name)
    return datetime.fromisoformat(said) if said else None


def _place(event: Event, deployment: Deployment) -> str:
    """The page of what the event is about; it asks whoever comes to sign in."""
    if "role_title" in event.after:
        return reverse("approvals:sign", args=[deployment.pk, event.object_id])
    if said := event.after.get("comment"):
        return f"{reverse('dashboard:comments', args=[deployment.pk])}#comment-{said}"
    if event.after.get("asks"):
        return reverse("checklists:answer_step", args=[deployment.pk, event.object_id])
    if event.object_kind == "item" and event.after.get("due"):
        return reverse("checklists:item", args=[deployment.pk, event.object_id])
    if event.object_kind == "alert":
        return reverse("monitoring:alert", args=[deployment.pk, event.object_id])
    if event.object_kind == "message":
        return reverse("communications:messages", args=[deployment.pk])
    if event.object_kind == "question":
        return reverse("monitoring:question", args=[deployment.pk])
    if event.object_kind == "gate":
        return _page_of_gate(event, deployment)
    if event.after.get("what"):
        return page(deployment, "sign-off")
    return deployment.get_absolute_url()


def _page_of_gate(event: Event, deployment: Deployment) -> str:
    """Where its result is entered, as far as people may do that."""
    gate = deployment.gates.filter(pk=event.object_id).first()
    if gate is None:
        return deployment.get_absolute_url()
    form = "gates:upload" if gate.takes_reports else "gates:report"
    return reverse("gates:detail" if gate.machine_only else form, args=[deployment.pk, gate.key])
