from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from approvals.room import room as personal
from approvals.verdict import outlook
from dashboard.panels import render as render_panels
from deployments.models import Deployment
from deployments.policies import rights_of


@require_safe
def room(request: PersonRequest, pk: int) -> HttpResponse:
    """The go/no-go call on one page: what all see live, and below it what this person may say."""
    visible = Deployment.objects.visible_to(request.user).with_names()
    found = get_object_or_404(visible, pk=pk)
    rights, view = rights_of(request.user, found.service), outlook(found)
    context = {
        **personal(found, view, rights),
        "deployment": found,
        "live_panels": "room",
        "room": render_panels(["room"], found, view, rights.rights)["room"],
    }
    return render(request, "dashboard/room.html", context)
