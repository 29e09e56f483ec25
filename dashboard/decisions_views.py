from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from dashboard.decisions import inbox_of
from dashboard.lately import SHOWN, lately_of
from deployments import clock

PAGE = 25


@require_safe
def decisions(request: PersonRequest) -> HttpResponse:
    """What waits for this person over all services; the filter stands in the address."""
    service, asks = request.GET.get("service", ""), request.GET.get("asks", "")
    inbox = inbox_of(request.user, service=service, asks=asks)
    context = {
        "inbox": inbox,
        "page": Paginator(inbox.rows, PAGE).get_page(request.GET.get("page")),
        "service": service,
        "asks": asks,
    }
    return render(request, "dashboard/decisions.html", context)


@require_safe
def said(request: PersonRequest) -> HttpResponse:
    """What this person signed and decided in the last days."""
    lately = lately_of(request.user, clock.now())
    context = {"lately": lately, "cut_at": SHOWN if len(lately) == SHOWN else 0}
    return render(request, "dashboard/said.html", context)
