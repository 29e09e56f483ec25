from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from deployments import policies, services
from deployments.answers import Tried, acted, posted, tried
from deployments.foresight import foresee
from deployments.forms import CancelForm, ScheduleForm
from deployments.models import Deployment, Event
from deployments.versions import number_in, versions_page
from deployments.visible import visible_deployment


@require_http_methods(["GET", "POST"])
def schedule(request: PersonRequest, pk: int) -> HttpResponse:
    """Set or move the time; `preview` only shows what that would bring about."""
    deployment = visible_deployment(request.user, pk)
    form = ScheduleForm(posted(request), deployment=deployment)

    def save() -> Event | None:
        said = form.cleaned_data
        return services.schedule(
            deployment.pk,
            said["t0"],
            actor=request.user,
            zone=said["zone"],
            window_end=said.get("window_end"),
            shown=said["shown"] or None,
        )

    if "preview" in request.POST:
        seen = tried(request, form, lambda: foresee(deployment.pk, save))
        return _schedule_page(request, deployment, form, seen)
    saved = tried(request, form, save)
    if not saved.done:
        return _schedule_page(request, deployment, form, saved)
    messages.success(request, "The time is saved." if saved.result else "Nothing changes.")
    return acted(request, deployment)


def _schedule_page(
    request: PersonRequest, deployment: Deployment, form: ScheduleForm, seen: Tried[Any]
) -> HttpResponse:
    """For htmx only what follows from the time; whoever was slower sees the present one."""
    deployment = visible_deployment(request.user, deployment.pk)
    rights = policies.rights_of(request.user, deployment.service)
    context = {
        "deployment": deployment,
        "form": form,
        "refusal": policies.refusal_to_schedule(rights, deployment),
        "foresight": seen.result,
        "overtaken": seen.overtaken_sentence,
        "shown": deployment.schedule_hash,
    }
    name = "deployments/_outcome.html" if request.htmx else "deployments/schedule.html"
    return render(request, name, context, status=seen.status)


@require_http_methods(["GET", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    form = CancelForm(request.user, deployment, posted(request))
    cancelled = tried(
        request,
        form,
        lambda: services.cancel(
            deployment.pk,
            actor=request.user,
            reason=form.cleaned_data["reason"],
            successor_id=form.successor_id,
        ),
    )
    if cancelled.done:
        return acted(request, deployment)
    rights = policies.rights_of(request.user, deployment.service)
    refusal = policies.refusal_to_cancel(rights, deployment)
    context = {"deployment": deployment, "form": form, "refusal": refusal}
    return render(request, "deployments/cancel.html", context, status=cancelled.status)


@require_safe
def versions(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything that was ever to be signed, and what changed between any two of them."""
    deployment = visible_deployment(request.user, pk)
    ends = [number_in(request.GET.get(name, "")) for name in ("from", "to")]
    return render(request, "deployments/versions.html", versions_page(deployment, *ends))
