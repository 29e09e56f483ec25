from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from approvals import services
from approvals.models import Waiver
from approvals.policies import waiving as policies
from approvals.services.waiving import PEOPLE
from approvals.waiver_forms import AskForm, EndForm, SignWaiverForm
from deployments.answers import posted, tried
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.visible import visible_deployment
from gates.models import Gate


@require_http_methods(["GET", "POST"])
def waiver(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """What a red gate's waiver says and who may sign it; asking for one where there is none."""
    deployment, gate = _gate(request, pk, key)
    form = AskForm(request, deployment, posted(request))
    asked = tried(
        request,
        form,
        lambda: services.ask_waiver(gate, form.terms(), actor=request.user, proof=form.proof),
    )
    if asked.done:
        messages.success(request, "Asked. It counts once another person has signed it.")
        return _back(deployment, gate)
    return _page(request, deployment, gate, form, status=asked.status)


@require_POST
def sign(request: PersonRequest, pk: int, waiver_pk: int) -> HttpResponse:
    deployment, found, gate = _waiver(request, pk, waiver_pk)
    found.gate = gate
    rights = rights_of(request.user, deployment.service)
    voices = policies.voices_now(rights, found, deployment)
    form = SignWaiverForm(request, request.POST, voices=voices)
    signed = tried(
        request,
        form,
        lambda: services.sign_waiver(
            found, actor=request.user, proof=form.proof, on_behalf_of=form.on_behalf_of()
        ),
    )
    if signed.done:
        messages.success(request, f"“{gate}” is waived.")
        return _back(deployment, gate)
    return _page(request, deployment, gate, None, sign_form=form, status=signed.status)


@require_POST
def end(request: PersonRequest, pk: int, waiver_pk: int) -> HttpResponse:
    deployment, found, gate = _waiver(request, pk, waiver_pk)
    form = EndForm(request.POST)
    ended = tried(
        request,
        form,
        lambda: services.end_waiver(found, actor=request.user, reason=form.cleaned_data["reason"]),
    )
    if ended.done:
        messages.success(request, "The waiver was taken back.")
        return _back(deployment, gate)
    return _page(request, deployment, gate, None, end_form=form, status=ended.status)


def _gate(request: PersonRequest, pk: int, key: str) -> tuple[Deployment, Gate]:
    deployment = visible_deployment(request.user, pk)
    return deployment, get_object_or_404(deployment.gates.as_of_now(), key=key)


def _waiver(request: PersonRequest, pk: int, waiver_pk: int) -> tuple[Deployment, Waiver, Gate]:
    deployment = visible_deployment(request.user, pk)
    found = get_object_or_404(deployment.waivers.select_related("gate"), pk=waiver_pk)
    return deployment, found, get_object_or_404(Gate.every.as_of_now(), pk=found.gate_id)


def _page(
    request: PersonRequest,
    deployment: Deployment,
    gate: Gate,
    form: AskForm | None,
    *,
    sign_form: Form | None = None,
    end_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    rights = rights_of(request.user, deployment.service)
    listed = list(gate.waivers.select_related(*PEOPLE).order_by("-pk"))
    newest = next((one for one in listed if one.ended_at is None), None)
    if newest:
        newest.gate = gate
    voices = policies.voices_now(rights, newest, deployment) if newest else [None]
    role = policies.signing_role(gate)
    context = {
        "deployment": deployment,
        "gate": gate,
        "form": form or AskForm(request, deployment),
        "newest": newest,
        "earlier": [one for one in listed if one is not newest],
        "called": role[1],
        "absent": [one for one in rights.absent_as([role[0]]) if one.person in voices],
        "refusal": policies.refusal_to_ask(rights, gate, deployment),
        "refusal_to_sign": newest and policies.refusal_to_speak(rights, newest, deployment),
        "refusal_to_end": newest and policies.refusal_to_end(rights, newest),
        "sign_form": sign_form or SignWaiverForm(request, voices=voices),
        "end_form": end_form or EndForm(),
    }
    return render(request, "approvals/waiver.html", context, status=status)


def _back(deployment: Deployment, gate: Gate) -> HttpResponse:
    return redirect(reverse("approvals:waiver", args=[deployment.pk, gate.key]))
