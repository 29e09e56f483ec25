"""Absences and stand-ins: one's own, and those of a service."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from deployments import clock
from deployments.access import absences
from deployments.access.absence_forms import OthersAbsenceForm, OwnAbsenceForm
from deployments.access.absence_policies import refusal_to_manage
from deployments.access.pages import FormPage, form_page
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.models import Service
from deployments.policies import rights_of


@require_http_methods(["GET", "POST"])
def own(request: PersonRequest) -> HttpResponse:
    """My absences and for whom I stand in, with the form that plans one more."""
    person = request.user
    services = list(absences.services_signed_on(person))
    form = OwnAbsenceForm(person, services, posted(request))
    named = tried(
        request,
        form,
        lambda: absences.name_stand_in(form.chosen(), form.absence(), actor=person),
    )
    if named.done:
        who = form.cleaned_data["stand_in"]
        said = f"{who} signs for you then." if who else "Nobody signs for you then."
        messages.success(request, f"Recorded. {said}")
        return redirect("deployments:absences")
    now = clock.now()
    context = {
        "form": form,
        "services": services,
        "mine": absences.absences_of(person, now),
        "for_others": absences.stands_in_of(person, now),
        "now": now,
    }
    return render(request, "accounts/absences.html", context, status=named.status)


@require_http_methods(["GET", "POST"])
def of_service(request: PersonRequest, service_key: str) -> HttpResponse:
    """Release managers and administrators name a stand-in for somebody who is away already."""
    found = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    require(refusal_to_manage(rights_of(request.user, found)))
    form = OthersAbsenceForm(request.user, found, posted(request))
    named = tried(
        request,
        form,
        lambda: absences.name_stand_in([found], form.absence(clock.now()), actor=request.user),
    )
    back = reverse("deployments:service", args=[found.key])
    if named.done:
        said = form.cleaned_data
        messages.success(request, f"{said['stand_in']} signs for {said['absent']} from now on.")
        return redirect(back)
    lead = (
        "For somebody who is away already. Whoever stands in signs under the roles of the absent "
        "person, in both names, and history says that you named them."
    )
    page = FormPage("Name a stand-in", "Name the stand-in", back, found.title, lead)
    return form_page(request, page, form, named.status)


@require_POST
def end(request: PersonRequest, absence_pk: int) -> HttpResponse:
    row = get_object_or_404(absences.concerning(request.user), pk=absence_pk)
    absences.end_stand_in(row, actor=request.user)
    messages.success(request, "Ended. What was signed until now stays.")
    if request.user.pk in {row.absent_id, row.stand_in_id}:
        return redirect("deployments:absences")
    return redirect("deployments:service", row.service.key)
