"""What holds for every request: who is asking, in which zone, and how refusals are answered."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from deployments import provenance
from deployments.exceptions import NeedsFreshAuthentication, Refused

Respond = Callable[[HttpRequest], HttpResponseBase]


class NoStoreMiddleware:
    """Answers to signed-in people are never kept by a browser or a proxy."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated or request.headers.get("Authorization"):
            add_never_cache_headers(response)
        return response


class LoginRequiredMiddleware(DjangoLoginRequired):
    """Sends the whole page to the sign-in, never a sign-in form into a panel."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        asked_by = HtmxDetails(request)
        if not asked_by:
            return super().handle_no_permission(request, view_func)
        came_from = asked_by.current_url_abs_path or "/"
        response = HttpResponse(status=401)
        response["HX-Redirect"] = f"{reverse('accounts:sign_in')}?next={came_from}"
        return response


class ViewerZoneMiddleware:
    """Times are shown in the zone that the viewer chose."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return self.get_response(request)
        with timezone.override(ZoneInfo(request.user.zone)):
            return self.get_response(request)


class ProvenanceMiddleware:
    """Whatever this request records says that it came by a browser or the API, and from where."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        means = "api" if request.path.startswith("/api/") else "browser"
        with provenance.acting(means, request.META.get("REMOTE_ADDR", "")):
            return self.get_response(request)


class RefusalMiddleware:
    """A refused act becomes its sentence: above the page that asked, or on a page of its own."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        context = {
            "sentence": exception.sentence,
            "needs_fresh_authentication": isinstance(exception, NeedsFreshAuthentication),
        }
        if not HtmxDetails(request):
            return render(request, "refused.html", context, status=exception.status)
        response = render(request, "_refusal.html", context, status=exception.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#refusal", "innerHTML"
        return response
