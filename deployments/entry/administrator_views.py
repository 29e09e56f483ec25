"""Making somebody an administrator, and the way back; what it means is said before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from deployments.access import administrators
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.entry.forms import ProofForm
from deployments.exceptions import require


@require_http_methods(["GET", "POST"])
def administrator(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, administrators.ACT))
    found = get_object_or_404(User, pk=person_pk)
    to = not found.is_superuser
    form = ProofForm(request, posted(request))
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
    context = {"person": found, "form": form, "to": to, "refusal": refusal}
    return render(request, "accounts/administrator.html", context, status=changed.status)
