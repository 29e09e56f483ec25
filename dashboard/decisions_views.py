from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from dashboard.decisions import inbox_of
from dashboard.lately import lately_of
from deployments import clock

PAGE = 25


@require_safe
def decisions(request: PersonRequest) -> HttpResponse:
    """What waits for this person over all services; the filter stands in the address."""
    service, asks = request.GET.get("service", ""), request.GET.get("asks", "")
    now = clock.now()
    inbox = inbox_of(request.user, now, service=service, asks=asks)
    context = {
        "inbox": inbox,
        "page": Paginator(inbox.rows, PAGE).get_page(request.GET.get("page")),
        "lately": lately_of(request.user, now),
        "service": service,
        "asks": asks,
    }
    return render(request, "dashboard/decisions.html", context)
