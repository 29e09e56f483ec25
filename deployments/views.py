from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from deployments import policies, services
from deployments.answers import acted, posted, tried
from deployments.forms import CancelForm, ScheduleForm
from deployments.models import Deployment


@require_http_methods(["GET", "POST"])
def schedule(request: PersonRequest, pk: int) -> HttpResponse:
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    form = ScheduleForm(posted(request), deployment=deployment)
    saved = tried(
        request,
        form,
        lambda: services.schedule(
            deployment.pk,
            form.cleaned_data["t0"],
            actor=request.user,
            zone=form.cleaned_data["zone"],
        ),
    )
    if saved.done:
        return acted(request, deployment)
    rights = policies.rights_of(request.user, deployment.service)
    refusal = policies.refusal_to_schedule(rights, deployment)
    context = {"deployment": deployment, "form": form, "refusal": refusal}
    return render(request, "deployments/schedule.html", context, status=saved.status)


@require_http_methods(["GET", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    form = CancelForm(posted(request))
    cancelled = tried(
        request,
        form,
        lambda: services.cancel(
            deployment.pk, actor=request.user, reason=form.cleaned_data["reason"]
        ),
    )
    if cancelled.done:
        return acted(request, deployment)
    rights = policies.rights_of(request.user, deployment.service)
    refusal = policies.refusal_to_cancel(rights, deployment)
    context = {"deployment": deployment, "form": form, "refusal": refusal}
    return render(request, "deployments/cancel.html", context, status=cancelled.status)
