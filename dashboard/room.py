from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from approvals.room import room as personal
from approvals.verdict import outlook
from dashboard.panels import render as render_panels
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_safe
def room(request: PersonRequest, pk: int) -> HttpResponse:
    """The go/no-go call on one page: what all see live, and below it what this person may say."""
    found = visible_deployment(request.user, pk)
    rights, view = rights_of(request.user, found.service), outlook(found)
    context = {
        **personal(found, view, rights),
        "deployment": found,
        "live_panels": "room",
        "room": render_panels(["room"], found, view, rights.rights)["room"],
    }
    return render(request, "dashboard/room.html", context)
