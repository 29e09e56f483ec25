"""To the provider and back: to sign in, to prove it again, or to connect an account."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import entering, fresh
from accounts.forms import FreshForm
from accounts.models import User
from accounts.requests import PersonRequest
from deployments.answers import posted, tried
from deployments.entry import coming, provider
from deployments.entry.provider import Return
from deployments.exceptions import Forbidden, Refused, require
from deployments.policies import refusal_by_proof

SIGN_IN, AGAIN, CONNECT = "sign in", "again", "connect"
CONNECTING = "connecting the provider"
SETTINGS = "deployments:settings"
# When somebody proved it whose provider does not say when: not within any five minutes.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@login_not_required
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """A link, since the page's policy lets no form lead to another host."""
    if not provider.is_set():
        raise Http404
    following = _safe(request, request.GET.get("next", ""))
    purpose = SIGN_IN
    if request.user.is_authenticated:
        if request.session.pop(CONNECTING, False):
            if fresh.current(request) is None:  # the proof was given, and nobody went on
                return redirect("deployments:provider_connection")
            purpose = CONNECT
        elif request.GET.get("again"):
            purpose = AGAIN
        else:
            return redirect(following)
    try:
        return provider.send_there(request, purpose, following, anew=purpose != SIGN_IN)
    except Refused as refused:
        return _said(request, refused)


@login_not_required
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    if not provider.is_set():
        raise Http404
    try:
        came = provider.come_back(request)
        match came.purpose:
            case "sign in":
                person = coming.person_for(came.identity)
                entering.enter(request, person, fresh.PROVIDER, came.identity.proven_at or _NEVER)
            case "again":
                _prove_again(request, came)
            case _:
                coming.link(_same_person(request, came), came.identity)
                messages.success(request, f"{settings.OIDC_NAME} is connected with your account.")
    except Refused as refused:
        return _said(request, refused)
    return redirect(_safe(request, came.following))


@require_http_methods(["GET", "POST"])
def connection(request: PersonRequest) -> HttpResponse:
    """Connected or not. Connecting is a POST with a fresh proof, so that nobody is led into
    connecting the identity of somebody else with their account."""
    if not provider.is_set():
        raise Http404
    form = FreshForm(request, posted(request))
    proven = tried(request, form, lambda: require(refusal_by_proof(form.proof)))
    if proven.done:
        request.session[CONNECTING] = True
    return _connection_page(request, form, proven.status, goes_on=proven.done)


@require_POST
def disconnect(request: PersonRequest) -> HttpResponse:
    if not provider.is_set():
        raise Http404
    form = FreshForm(request, posted(request))
    out = tried(request, form, lambda: coming.unlink(request.user, proof=form.proof))
    if out.done:
        messages.success(request, f"{settings.OIDC_NAME} is no longer connected with your account.")
        return redirect(SETTINGS)
    return _connection_page(request, form, out.status)


def _connection_page(
    request: PersonRequest, form: FreshForm, status: int, *, goes_on: bool = False
) -> HttpResponse:
    context = {"form": form, "is_linked": fresh.is_linked(request.user), "goes_on": goes_on}
    return render(request, "accounts/connection.html", context, status=status)


def _prove_again(request: HttpRequest, came: Return) -> None:
    """By whoever is signed in, and within the last five minutes as the provider says itself."""
    person = _same_person(request, came)
    if not coming.is_same(person, came.identity):
        raise Forbidden(f"{settings.OIDC_NAME} named somebody else than {person}.")
    proof = fresh.Authentication(fresh.PROVIDER, came.identity.proven_at or _NEVER)
    if not proof.is_fresh():
        raise Forbidden(
            f"{settings.OIDC_NAME} did not ask again who you are in the last five minutes, so it "
            "proves nothing new. Use your password or the code of your app."
        )
    fresh.note(request, proof.means, proof.at)


def _same_person(request: HttpRequest, came: Return) -> User:
    """Who set out is who came back; in between somebody else may have signed in here."""
    person = request.user
    if not isinstance(person, User) or person.pk != came.person_pk:
        raise Refused("You are no longer signed in as who set out. Begin again.")
    return person


def _said(request: HttpRequest, refused: Refused) -> HttpResponse:
    following = SETTINGS if request.user.is_authenticated else "accounts:sign_in"
    context = {"sentence": refused.sentence, "back": reverse(following)}
    return render(request, "accounts/not_in.html", context, status=refused.status)


def _safe(request: HttpRequest, following: str) -> str:
    is_own = url_has_allowed_host_and_scheme(
        following, {request.get_host()}, require_https=request.is_secure()
    )
    return following if following and is_own else reverse("dashboard:home")
