"""What holds for every request: who is asking, in which zone, and how refusals are answered."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.origins import address_of
from accounts.zones import InstantError, zone_of
from deployments import provenance
from deployments.exceptions import Refused

Respond = Callable[[HttpRequest], HttpResponseBase]


class NoStoreMiddleware:
    """No answer but a static file is kept by a browser or a proxy."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


# Nothing here asks for any of these; what a page may copy it copies by an act of whoever reads it.
NOT_ASKED_FOR = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip


class KeptApartMiddleware:
    """No page gets at the devices of its reader, and no other site embeds an answer."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Permissions-Policy"] = ", ".join(f"{name}=()" for name in NOT_ASKED_FOR)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class LoginRequiredMiddleware(DjangoLoginRequired):
    """Sends the whole page to the sign-in, never a sign-in form into a panel."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        asked_by = HtmxDetails(request)
        if not asked_by and request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        if not asked_by:
            # The address of an act is no page to come back to; the page it stood on is.
            return HttpResponseRedirect(_sign_in(urlsplit(request.headers.get("Referer", "")).path))
        response = HttpResponse(status=401)
        response["HX-Redirect"] = _sign_in(asked_by.current_url_abs_path or "/")
        return response


def _sign_in(came_from: str) -> str:
    return f"{reverse('accounts:sign_in')}?{urlencode({'next': came_from or '/'})}"


class ViewerZoneMiddleware:
    """Times are shown in the zone that the viewer chose."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return self.get_response(request)
        try:
            zone = zone_of(request.user.zone)
        except InstantError:  # an account from before the name was checked still gets its pages
            zone = ZoneInfo("UTC")
        with timezone.override(zone):
            return self.get_response(request)


class ProvenanceMiddleware:
    """Whatever this request records says that it came by a browser or the API, and from where."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        means = "api" if request.path.startswith("/api/") else "browser"
        with provenance.acting(means, address_of(request)):
            return self.get_response(request)


class RefusalMiddleware:
    """A refused act becomes its sentence: above the page that asked, or on a page of its own."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b"x"):
            return render(request, "405.html", status=405)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        context = {"sentence": exception.sentence}
        if not HtmxDetails(request):
            return render(request, "refused.html", context, status=exception.status)
        response = render(request, "_refusal.html", context, status=exception.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#refusal", "innerHTML"
        return response
