"""The second factor in my settings: the app, the code that proves it, and the recovery codes."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import second_factor
from accounts.forms import FreshForm
from accounts.models import User
from accounts.requests import PersonRequest
from deployments.access.pages import FormPage, proof_page
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.entry import factors
from deployments.entry.forms import AppForm
from deployments.exceptions import require
from deployments.models import Event

SECRET = "secret of a new app"  # noqa: S105 - the name under which the session keeps it


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def factor(request: PersonRequest) -> HttpResponse:
    """Off: the picture for the app and the form that turns it on. On: what can be done with it."""
    person = request.user
    if second_factor.is_on(person):
        return _on_page(request, FreshForm(request), 200)
    secret = request.session.setdefault(SECRET, second_factor.new_secret())
    form = AppForm(request, posted(request))
    turned = tried(
        request,
        form,
        lambda: factors.turn_on(person, secret, form.cleaned_data["app_code"], proof=form.proof),
    )
    if turned.result is not None:
        request.session.pop(SECRET, None)
        return _codes_page(request, turned.result, "The second factor is on")
    address = second_factor.address_for(person, secret)
    picture = base64.b64encode(get_adapter().build_totp_svg(address).encode()).decode()
    context = {"form": form, "picture": picture, "secret": secret, "address": address}
    return render(request, "accounts/factor_off.html", context, status=turned.status)


@sensitive_post_parameters()
@require_POST
def factor_off(request: PersonRequest) -> HttpResponse:
    form = FreshForm(request, posted(request))
    turned = tried(request, form, lambda: _off(request, request.user, form))
    if turned.done:
        messages.success(request, "The second factor is off; your password alone signs you in.")
        return redirect("deployments:settings")
    return _on_page(request, form, turned.status)


@sensitive_post_parameters()
@require_POST
def factor_codes(request: PersonRequest) -> HttpResponse:
    form = FreshForm(request, posted(request))
    made = tried(request, form, lambda: factors.new_codes(request.user, proof=form.proof))
    if made.result is not None:
        return _codes_page(request, made.result, "Your new recovery codes")
    return _on_page(request, form, made.status)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def factor_off_for(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, factors.ACT))
    found = get_object_or_404(User, pk=person_pk)
    form = FreshForm(request, posted(request))
    turned = tried(request, form, lambda: _off(request, found, form))
    if turned.done:
        said = f"{found} signs in without a code until they set up an app again."
        messages.success(request, said)
        return redirect("deployments:person", person_pk)
    back = reverse("deployments:person", args=[person_pk])
    lead = "For whoever lost their app and all recovery codes. Make sure that it is they who ask."
    title = f"Turn the second factor of {found} off"
    page = FormPage(title, "Turn it off", back, str(found), lead)
    return proof_page(request, page, form, turned.status, factors.refusal_when(found, on=True))


def _off(request: PersonRequest, person: User, form: FreshForm) -> Event:
    return factors.turn_off(person, actor=request.user, proof=form.proof)


def _on_page(request: PersonRequest, form: FreshForm, status: int) -> HttpResponse:
    context = {"form": form, "left": second_factor.codes_left(request.user)}
    return render(request, "accounts/factor_on.html", context, status=status)


def _codes_page(request: PersonRequest, codes: Sequence[str], title: str) -> HttpResponse:
    """Shown in the answer to the act only."""
    return render(request, "accounts/factor_codes.html", {"codes": codes, "title": title})
