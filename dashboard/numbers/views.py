from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from dashboard.numbers.pages import numbers_page
from deployments import clock


@require_safe
def numbers(request: PersonRequest) -> HttpResponse:
    """Of the services that the person sees, or of one of them."""
    context = numbers_page(request.user, request.GET.get("service", ""), clock.now())
    return render(request, "dashboard/numbers/page.html", context)
