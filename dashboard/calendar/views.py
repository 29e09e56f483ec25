"""The calendar's page, and the private link that feeds other calendars."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from dashboard.calendar.feed import feed_of
from dashboard.calendar.pages import calendar_page
from deployments import clock
from deployments.answers import posted, tried
from deployments.feeds import links

LINK = "dashboard:calendar_link"


@require_safe
def calendar(request: PersonRequest) -> HttpResponse:
    """Days of a month, a week or the next 30 days, in the zone of whoever looks."""
    view, on = (request.GET.get(name, "") for name in ("view", "on"))
    context = calendar_page(request.user, view, on, clock.now())
    return render(request, "dashboard/calendar/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_link(request: PersonRequest) -> HttpResponse:
    """The person's own link; the address of a new one is on the answer that made it, once."""
    made = tried(request, forms.Form(posted(request)), lambda: links.make(request.user))
    context = {
        "standing": links.standing_of(request.user),
        "address": made.result[1] if made.result else "",
        "refusal": links.refusal_of_machine(request.user),
    }
    return render(request, "dashboard/calendar/link.html", context, status=made.status)


@require_POST
def calendar_link_revoke(request: PersonRequest) -> HttpResponse:
    links.revoke(request.user)
    messages.success(request, "The link is revoked; calendars that use it get nothing any more.")
    return redirect(LINK)


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For a calendar program, which has the secret and no session; nothing of it is kept."""
    feed = links.opened(secret)
    if feed is None:
        response = HttpResponse(
            "This calendar link leads nowhere.\n", status=404, content_type="text/plain"
        )
    else:
        links.note_use(feed)
        written = feed_of(feed.person, clock.now())
        response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="deploy-portal.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
