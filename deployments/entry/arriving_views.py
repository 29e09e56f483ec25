"""The pages before any sign-in: the first account of all, and a forgotten password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import entering, fresh, limits
from accounts.models import User
from accounts.origins import address_of
from deployments.access.settings_views import SetPassword
from deployments.answers import posted, tried
from deployments.entry import set_up
from deployments.entry.forms import ForgottenForm, SetUpForm
from deployments.exceptions import Refused
from deployments.letters.services import ask_for_reset
from deployments.letters.tokens import reset_tokens


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """Only while nobody has an account; from then on there is no such page."""
    if not set_up.is_empty():
        raise Http404
    if request.method == "GET":
        set_up.say_word()
    form = SetUpForm(posted(request))
    made = tried(request, form, lambda: _made(request, form))
    if made.result is not None:
        entering.enter(request, made.result, fresh.PASSWORD)
        messages.success(request, "The portal is yours. What comes next stands here.")
        return redirect("dashboard:home")
    return render(request, "accounts/set_up.html", {"form": form}, status=made.status)


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """One answer for every address, in the same time: a worker looks whose it is."""
    form = ForgottenForm(address_of(request), posted(request))
    asked = tried(request, form, lambda: ask_for_reset(form.cleaned_data["email"]))
    if asked.done:
        return redirect("deployments:forgotten_sent")
    status = 429 if form.is_limited else asked.status
    return render(request, "accounts/forgotten.html", {"form": form}, status=status)


@login_not_required
@require_http_methods(["GET"])
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/forgotten_sent.html")


class ResetPassword(SetPassword):
    """The link of a forgotten password; a signed-in session elsewhere ends with the old one."""

    token_generator = reset_tokens
    reset_url_token = "new"  # noqa: S105 - what stands in the address instead of the token
    extra_context = {"again": "deployments:forgotten"}


def _made(request: HttpRequest, form: SetUpForm) -> User:
    """The word is long enough not to be guessed; who tries all the same is slowed down."""
    if full := limits.refusal([limits.SET_UP_FROM.of(limits.place(address_of(request)))]):
        raise Refused(full)
    return set_up.make_first(form)
