"""Making somebody an administrator, and the way back; what it means is said before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.forms import FreshForm
from accounts.models import User
from accounts.requests import PersonRequest
from deployments.access import administrators
from deployments.access.pages import FormPage, proof_page
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.exceptions import require

MEANS = (
    "An administrator sees every service, makes and closes accounts, says who may do what, and "
    "owns connections and commands. Signing and deciding does not come with it."
)
LEAVES = "They keep what they have on each service, and nothing beyond it."


@require_http_methods(["GET", "POST"])
def administrator(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, administrators.ACT))
    found = get_object_or_404(User, pk=person_pk)
    to = not found.is_superuser
    form = FreshForm(request, posted(request))
    changed = tried(
        request,
        form,
        lambda: administrators.change(found, to=to, actor=request.user, proof=form.proof),
    )
    if changed.done:
        said = "administers the portal now" if to else "no longer administers the portal"
        messages.success(request, f"{found} {said}.")
        return redirect("deployments:person", person_pk)
    refusal = administrators.refusal_to_change(found, request.user)
    return proof_page(request, _page(found, to=to), form, changed.status, refusal)


def _page(found: User, *, to: bool) -> FormPage:
    back = reverse("deployments:person", args=[found.pk])
    if to:
        title = f"Make {found} an administrator"
        return FormPage(title, "Make administrator", back, str(found), MEANS)
    title, lead = f"Dismiss {found} as administrator", LEAVES
    return FormPage(title, "Dismiss", back, str(found), lead, is_grave=True)
