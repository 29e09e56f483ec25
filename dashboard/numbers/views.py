from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from dashboard.numbers.pages import numbers_page
from deployments import clock


@require_safe
def numbers(request: PersonRequest) -> HttpResponse:
    """Of the services that the person sees, or of one of them."""
    # No key has a NUL in it, and no database takes one.
    service = request.GET.get("service", "").replace("\0", "\ufffd")
    context = numbers_page(request.user, service, clock.now())
    return render(request, "dashboard/numbers/page.html", context)
