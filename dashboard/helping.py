"""The page that explains every word a state is called by, every right, and every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from checklists import explained as items
from communications import explained as copies
from deployments import explained as deployments
from gates import explained as gates
from monitoring import explained as watches


@dataclass(frozen=True)
class Explained:
    """One kind of state under its heading; `name` makes the anchors that pages link to."""

    name: str
    title: str
    states: Mapping[Any, str]


STATES = (
    Explained("deployment", "A deployment is", deployments.STATES),
    Explained("gate", "A gate is", gates.STATES),
    Explained("item", "An item of the checklist is", items.STATES),
    Explained("message", "A message is", copies.MESSAGES),
    Explained("copy", "A copy of a message is", copies.STATES),
    Explained("question", "The question whether to roll back is", watches.ANSWERS),
    Explained("verdict", "A target or a success criterion is", watches.VERDICTS),
    Explained("result", "A closed deployment", watches.RESULTS),
)


@require_safe
def help_page(request: PersonRequest) -> HttpResponse:
    context = {"explained": STATES, "grants": deployments.GRANTS}
    return render(request, "dashboard/help.html", context)
