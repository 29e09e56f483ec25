from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from approvals.verdict import SAYS_READINESS, outlooks
from deployments import clock
from deployments.finding.criteria import Criteria
from deployments.finding.forms import FilterForm, KeepForm
from deployments.finding.paging import MOST_COUNTED, count_up_to_most, page
from deployments.models import Deployment


@require_safe
def deployments(request: PersonRequest) -> HttpResponse:
    """All that the person may see, narrowed by the filter in the address, a page by its key."""
    form = FilterForm(request.user, request.GET)
    visible, now = Deployment.objects.visible_to(request.user), clock.now()
    criteria = form.criteria if form.is_valid() else Criteria()
    if form.is_valid():
        zone = timezone.get_current_timezone()
        found = criteria.narrow(visible, request.user, form.places, now, zone)
    else:
        found = visible.none()
    shown = page(
        found.with_place(),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    views = outlooks(shown.rows, now, warns=False, judged=SAYS_READINESS)
    context = {
        "form": form,
        "query": criteria.query,
        "page": shown,
        "rows": [(one, views[one.pk]) for one in shown.rows],
        "count": count_up_to_most(found) if criteria.query and shown.rows else 0,
        "most": MOST_COUNTED,
        "saved": request.user.saved_filters.all(),
        "keep_form": KeepForm(initial={"query": criteria.query}),
    }
    return render(request, "dashboard/deployments.html", context)
