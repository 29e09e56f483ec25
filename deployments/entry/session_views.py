"""Where I am signed in, and ending that from elsewhere."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions
from accounts.requests import PersonRequest

OWN = "deployments:sessions"


@require_safe
def own(request: PersonRequest) -> HttpResponse:
    context = {
        "sessions": sessions.open_sessions_of(request.user),
        "this": request.session.session_key,
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
def end(request: PersonRequest, session_pk: int) -> HttpResponse:
    if not request.user.open_sessions.filter(pk=session_pk).exists():
        raise Http404
    sessions.end(request.user, pk=session_pk, besides=request.session.session_key)
    messages.success(request, "That session has ended.")
    return redirect(OWN)


@require_POST
def end_others(request: PersonRequest) -> HttpResponse:
    sessions.end(request.user, besides=request.session.session_key)
    messages.success(request, "You are signed in only here now.")
    return redirect(OWN)
