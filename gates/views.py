from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from deployments.answers import acted, page, tried
from deployments.models import Deployment
from deployments.policies import rights_of
from gates import policies, services
from gates.forms.by_hand import ReportForm


@require_POST
def run(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    gate = get_object_or_404(deployment.gates, key=key)
    services.request_run(gate, actor=request.user)
    return acted(request, deployment, "gates")


@require_POST
def run_all(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.request_all(deployment, actor=request.user)
    return acted(request, deployment, "gates")


@require_http_methods(["GET", "POST"])
def report(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """A result by hand: value, evidence, and who says so, freshly authenticated."""
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    gate = get_object_or_404(deployment.gates.as_of_now(), key=key)
    form = ReportForm(request, request.POST if request.method == "POST" else None, gate=gate)
    reported = tried(
        request,
        form,
        lambda: services.report_by_hand(
            gate, form.result(), reporter=request.user, proof=form.proof
        ),
    )
    if reported.done:
        messages.success(request, f"Recorded for “{gate}”.")
        return redirect(page(deployment, "gates"))
    rights = rights_of(request.user, deployment.service)
    context = {
        "deployment": deployment,
        "gate": gate,
        "form": form,
        "refusal": policies.refusal_to_report_by_hand(rights, gate, deployment),
    }
    return render(request, "gates/report.html", context, status=reported.status)
