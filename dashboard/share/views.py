"""The page behind a stakeholder link: read without an account, the same for whoever opens it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import live
from dashboard.panels import GUESTS
from deployments import clock
from deployments.answers import NOT_INDEXED, posted, tried
from deployments.canonical import digest
from deployments.models import ShareLink
from deployments.sharing import links
from monitoring.enums import Channel
from monitoring.forms import NamelessForm
from monitoring.policies import refusal_by_link, refusal_to_report
from monitoring.services import report_by_link

PANEL = "share"


def unlisted(
    view: Callable[[HttpRequest, ShareLink, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """For who has the link and nobody's index; a link that opens nothing says one thing only."""

    @wraps(view)
    def opened(request: HttpRequest, secret: str) -> HttpResponse:
        link = links.standing_link(secret)
        response = (
            render(request, "dashboard/share/gone.html", status=404)
            if link is None
            else view(request, link, secret)
        )
        response["X-Robots-Tag"] = NOT_INDEXED
        # Whoever follows a link from the page must not tell where they came from.
        response.setdefault("Referrer-Policy", "no-referrer")
        return response

    return opened


@login_not_required
@require_safe
@unlisted
def share(request: HttpRequest, link: ShareLink, secret: str) -> HttpResponse:
    """The whole page; what it shows goes on by the live channel under the same link."""
    links.note_use(link)
    shot = _shot(link)
    context = {"panel": shot.fragments[PANEL], "version": shot.version, "secret": secret}
    return render(request, "dashboard/share/page.html", context)


@login_not_required
@require_safe
@unlisted
def panel(request: HttpRequest, link: ShareLink, secret: str) -> HttpResponse:
    """The same fragment that the live channel sends, for a page whose stream is down."""
    fragments = _shot(link).fragments
    etag = f'"{digest(fragments)}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304)
    response = render(request, "dashboard/_partials.html", {"fragments": fragments})
    response["ETag"] = etag
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def incident(request: HttpRequest, link: ShareLink, secret: str) -> HttpResponse:
    """Whoever has the link says what went wrong; a page of its own, since its form sets a cookie.

    The portal's own policy of referrers holds here: under no-referrer a browser would post the form
    as from nowhere, which the check against forgery refuses.
    """
    form = NamelessForm(posted(request))
    answer = tried(request, form, lambda: report_by_link(link, **form.cleaned_data))
    if answer.done:
        return redirect(f"{request.path}?reported")
    now, deployment = clock.now(), link.deployment
    context = {
        "deployment": deployment,
        "form": form,
        "is_reported": "reported" in request.GET,
        "refusal": refusal_to_report(deployment, "-", Channel.LINK, now)
        or refusal_by_link(link, now),
        "secret": secret,
    }
    response = render(request, "dashboard/share/incident.html", context, status=answer.status)
    response["Referrer-Policy"] = settings.SECURE_REFERRER_POLICY
    return response


def _shot(link: ShareLink) -> live.Snapshot:
    shot = live.snapshot(link.deployment_id, GUESTS, (PANEL,))
    assert shot is not None  # a link keeps its deployment from being deleted
    return shot
