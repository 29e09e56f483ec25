"""The panels of a deployment's page: who builds each, and how it becomes a fragment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from approvals.panels import decision_panel, readiness_panel, signoff_panel
from approvals.room import poll_panel, room_panel
from approvals.verdict import Outlook, outlooks
from checklists.day.runbook import runbook_panel
from checklists.panels import checklist_panel
from communications.panels import messages_panel
from dashboard.ring import ring_of
from dashboard.share.panels import share_panel
from deployments.enums import State
from deployments.explained import STATES
from deployments.models import Deployment
from deployments.panels import comments_panel, history_panel
from deployments.places import around
from gates.panels import gates_panel
from monitoring.panels import watch_panel

Audience = frozenset[str]


def header_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """With what it takes the place of, what takes its place, and who left that as it is: all of
    the same service.
    """
    found = around(deployment)
    return {
        "outlook": outlook,
        "meaning": STATES[State(deployment.state)],
        "ring": ring_of(outlook.readiness.parts) if outlook.readiness else [],
        "replaced": found.replaced,
        "left_by": found.left_by,
        "successor": found.successor,
    }


@dataclass(frozen=True)
class Panel:
    """A fragment with the root id `<name>-panel`, the same for everybody of one audience."""

    template: str
    build: Callable[[Deployment, Outlook], dict[str, Any]]


def _gates_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    waived = outlook.readiness.waived if outlook.readiness else {}
    return gates_panel(deployment, waived)


PANELS: dict[str, Panel] = {
    "header": Panel("dashboard/_header.html", header_panel),
    "readiness": Panel("approvals/_readiness.html", readiness_panel),
    "checklist": Panel("checklists/_panel.html", lambda one, _: checklist_panel(one)),
    "gates": Panel("gates/_panel.html", _gates_panel),
    "sign-off": Panel("approvals/_signoff.html", signoff_panel),
    "poll": Panel("approvals/_poll.html", poll_panel),
    "room": Panel("approvals/_room.html", room_panel),
    "decision": Panel("approvals/_decision.html", decision_panel),
    "runbook": Panel("checklists/_runbook.html", lambda one, _: runbook_panel(one)),
    "watch": Panel("monitoring/_panel.html", lambda one, _: watch_panel(one)),
    "messages": Panel("communications/_panel.html", lambda one, _: messages_panel(one)),
    "comments": Panel("deployments/_comments.html", lambda one, _: comments_panel(one)),
    "history": Panel("deployments/_history.html", lambda one, _: history_panel(one)),
}


# Whoever comes by a stakeholder link: an audience of its own, which is no set of rights.
GUESTS: Audience = frozenset({"guest"})
# All that guests ever see, on the page and by the live channel; nobody else sees it there.
SHARED: dict[str, Panel] = {"share": Panel("dashboard/share/_panel.html", share_panel)}


def panels_for(audience: Audience) -> dict[str, Panel]:
    """The panels that may be rendered for an audience at all, by name."""
    return SHARED if audience == GUESTS else PANELS


@dataclass(frozen=True)
class Tab:
    """A view of the deployment's page: its word and the panels that it shows."""

    name: str
    title: str
    panels: tuple[str, ...]


TABS: dict[str, Tab] = {
    tab.name: tab
    for tab in (
        Tab("overview", "Overview", ("readiness", "sign-off", "gates", "messages")),
        Tab("checklist", "Checklist", ("checklist",)),
        Tab("gates", "Gates", ("gates",)),
        Tab("sign-off", "Sign-off", ("sign-off",)),
        Tab("go-no-go", "Go/no-go", ("poll", "decision")),
        Tab("runbook", "Runbook", ("runbook",)),
        Tab("watch", "Watch", ("watch",)),
        Tab("messages", "Messages", ("messages",)),
        Tab("comments", "Comments", ("comments",)),
        Tab("history", "History", ("history",)),
    )
}


def outlook_for(deployment: Deployment, names: Iterable[str]) -> Outlook:
    """How it stands, as far as these panels tell: readiness alone names whoever is away."""
    return outlooks([deployment], warns="readiness" in names)[deployment.pk]


def render(
    names: Iterable[str], deployment: Deployment, outlook: Outlook, may: Audience
) -> dict[str, str]:
    """The fragments by panel name; nothing in them is personal, an audience shares them."""
    known, shared = panels_for(may), {"deployment": deployment, "may": may}
    return {
        name: render_to_string(
            known[name].template, {**known[name].build(deployment, outlook), **shared}
        )
        for name in names
    }
