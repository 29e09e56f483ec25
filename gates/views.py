from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from deployments import clock
from deployments.answers import acted, page, posted, tried
from deployments.policies import refusal_to_edit, rights_of
from deployments.versions import number_in
from deployments.visible import visible_deployment
from gates import policies, services, tries
from gates.forms.by_hand import ReportForm, UploadForm
from gates.forms.settings import TryForm
from gates.models import recent_samples
from gates.panels import gate_page
from gates.sparks import spark
from gates.uploads import hand_in_by_hand


@require_POST
def run(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    gate = get_object_or_404(deployment.gates, key=key)
    services.request_run(gate, actor=request.user)
    return acted(request, deployment, "gates")


@require_POST
def run_all(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    services.request_all(deployment, actor=request.user)
    return acted(request, deployment, "gates")


@require_safe
def detail(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """What the gate asks, how it stands, and every sample of the run that is asked for."""
    deployment = visible_deployment(request.user, pk)
    gate = get_object_or_404(
        deployment.gates.as_of_now().annotate(recent=recent_samples()), key=key
    )
    number = request.GET.get("run", "")
    rights = rights_of(request.user, deployment.service)
    context = {
        **gate_page(gate, number_in(number)),
        "spark": spark(gate.recent),  # type: ignore[attr-defined]
        "deployment": deployment,
        "may_edit": refusal_to_edit(rights, deployment) is None,
        "may_run": policies.refusal_to_run(rights, gate, deployment) is None,
        "refusal": policies.refusal_to_run_any(rights, deployment),
    }
    return render(request, "gates/detail.html", context)


@require_http_methods(["GET", "POST"])
def upload(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """A report file by hand; a worker reads it."""
    deployment = visible_deployment(request.user, pk)
    gate = get_object_or_404(deployment.gates.as_of_now(), key=key)
    rights = rights_of(request.user, deployment.service)
    voices = policies.voices_by_hand(rights, gate, deployment)
    form = UploadForm(request, posted(request), request.FILES or None, voices=voices)
    handed_in = tried(
        request,
        form,
        lambda: hand_in_by_hand(
            gate,
            form.upload(),
            reporter=request.user,
            proof=form.proof,
            on_behalf_of=form.on_behalf_of(),
        ),
    )
    if handed_in.done:
        messages.success(request, "The report is being read.")
        return redirect("gates:detail", deployment.pk, gate.key)
    context = {
        "deployment": deployment,
        "gate": gate,
        "form": form,
        "absent": policies.absent_by_hand(rights, voices),
        "refusal": policies.refusal_to_hand_in_by_hand(rights, gate, deployment, voices[0]),
    }
    return render(request, "gates/upload.html", context, status=handed_in.status)


@require_http_methods(["GET", "POST"])
def report(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """A result by hand: value, evidence, and who says so, freshly authenticated."""
    deployment = visible_deployment(request.user, pk)
    gate = get_object_or_404(deployment.gates.as_of_now(), key=key)
    rights = rights_of(request.user, deployment.service)
    voices = policies.voices_by_hand(rights, gate, deployment)
    form = ReportForm(request, posted(request), gate=gate, voices=voices)
    reported = tried(
        request,
        form,
        lambda: services.report_by_hand(
            gate,
            form.result(),
            reporter=request.user,
            proof=form.proof,
            on_behalf_of=form.on_behalf_of(),
        ),
    )
    if reported.done:
        messages.success(request, f"Recorded for “{gate}”.")
        return redirect(page(deployment, "gates"))
    context = {
        "deployment": deployment,
        "gate": gate,
        "form": form,
        "absent": policies.absent_by_hand(rights, voices),
        "refusal": policies.refusal_to_report_by_hand(rights, gate, deployment, voices[0]),
    }
    return render(request, "gates/report.html", context, status=reported.status)


@require_POST
def try_out(request: PersonRequest, pk: int) -> HttpResponse:
    """Measure once with what is typed; the page that is answered waits for the worker."""
    deployment = visible_deployment(request.user, pk)
    form = TryForm(request.POST, deployment.service)
    asked = tried(
        request,
        form,
        lambda: tries.ask(
            deployment,
            form.kind,
            form.settings(),
            form.cleaned_data["condition"],
            actor=request.user,
        ),
    )
    if asked.result:
        return redirect("gates:tried_out", deployment.pk, asked.result.pk)
    context = {"deployment": deployment, "form": form}
    return render(request, "gates/tried.html", context, status=asked.status)


@require_safe
def tried_out(request: PersonRequest, pk: int, try_pk: int) -> HttpResponse:
    """What came of it, for whoever asked."""
    deployment = visible_deployment(request.user, pk)
    found = get_object_or_404(deployment.tries, pk=try_pk, asked_by=request.user)
    context = {
        "deployment": deployment,
        "tried": found,
        "gives_up": tries.is_given_up(found, clock.now()),
    }
    return render(request, "gates/tried.html", context)
