from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from deployments import policies, services
from deployments.answers import acted
from deployments.forms import CancelForm, ScheduleForm
from deployments.models import Deployment


@require_http_methods(["GET", "POST"])
def schedule(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user).with_names(), pk=pk)
    form = ScheduleForm(request.POST or None, deployment=deployment)
    if request.method == "POST" and form.is_valid():
        services.schedule(
            deployment.pk,
            form.cleaned_data["t0"],
            actor=request.user,
            zone=form.cleaned_data["zone"],
        )
        return acted(request, deployment)
    refusal = policies.refusal_to_schedule(
        policies.rights_of(request.user, deployment.service), deployment
    )
    context = {"deployment": deployment, "form": form, "refusal": refusal}
    return render(request, "deployments/schedule.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user).with_names(), pk=pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.cancel(deployment.pk, actor=request.user, reason=form.cleaned_data["reason"])
        return acted(request, deployment)
    refusal = policies.refusal_to_cancel(
        policies.rights_of(request.user, deployment.service), deployment
    )
    context = {"deployment": deployment, "form": form, "refusal": refusal}
    return render(request, "deployments/cancel.html", context, status=422 if form.errors else 200)
