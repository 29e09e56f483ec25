from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonRequest
from audit import exports, policies, reading, services
from audit.checkpoints import document, file_name
from audit.forms import DeploymentHistoryForm, ServiceHistoryForm
from audit.models import Checkpoint, Export
from audit.panels import deployment_page, export_page, proof_page, services_page
from audit.reading import words_of
from audit.verifier_file import VERIFIER
from deployments.access.policies import refusal_to_administer
from deployments.exceptions import require
from deployments.policies import rights_of
from deployments.versions import number_in
from deployments.visible import visible_deployment
from deployments.zones import zone_of


@require_safe
def deployment(request: PersonRequest, pk: int) -> HttpResponse:
    """The history of one deployment, narrowed as asked; its chain verified while it is made."""
    found = visible_deployment(request.user, pk)
    words = {
        name: found.events.order_by(name).values_list(name, flat=True).distinct()
        for name in ("verb", "object_kind")
    }
    form = DeploymentHistoryForm(request.GET, acts=words["verb"], kinds=words["object_kind"])
    asked = form.cleaned_data if form.is_valid() else {}
    before = number_in(request.GET.get("before", "")) or None
    part = reading.of_deployment(found, asked, before, zone_of(request.user.zone))
    context = deployment_page(
        found,
        rights_of(request.user, found.service),
        form,
        part,
        asked="verify" in request.GET,
    )
    return render(request, "audit/deployment.html", context)


@require_safe
def history(request: PersonRequest) -> HttpResponse:
    """What happened on every service that the person audits; for administrators everything."""
    audited = policies.audited(request.user)
    require(policies.refusal_to_audit(audited, request.user))
    words = {"acts": words_of("verb"), "kinds": words_of("object_kind")}
    form = ServiceHistoryForm(request.GET, audited, **words)
    asked = form.cleaned_data if form.is_valid() else {}
    chosen = asked.get("service")
    over = [chosen] if chosen else None if request.user.is_superuser else list(audited)
    before = number_in(request.GET.get("before", "")) or None
    part = reading.of_services(over, asked, before, zone_of(request.user.zone))
    context = services_page(form, part, is_administrator=request.user.is_superuser)
    return render(request, "audit/history.html", context)


@require_safe
def proof(request: PersonRequest) -> HttpResponse:
    """Which key signs, what it signed last, and where that went."""
    require(policies.refusal_to_audit(policies.audited(request.user), request.user))
    return render(
        request, "audit/proof.html", proof_page(is_administrator=request.user.is_superuser)
    )


@require_safe
def verifier(request: PersonRequest) -> HttpResponse:
    """The program that verifies packs, for whoever will not take the one that came with a pack."""
    response = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@require_safe
def checkpoint(request: PersonRequest, number: int) -> HttpResponse:
    """One checkpoint as it leaves the database; it names chains of every service."""
    require(refusal_to_administer(request.user, "take checkpoints along"))
    made = get_object_or_404(Checkpoint, number=number)
    response = HttpResponse(document(made), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{file_name(made)}"'
    return response


@require_POST
def evidence(request: PersonRequest, pk: int) -> HttpResponse:
    found = visible_deployment(request.user, pk)
    return redirect(services.ask_for_evidence(found.pk, actor=request.user))


@require_safe
def export(request: PersonRequest, export_pk: int) -> HttpResponse:
    """How far it is; once it is made, where to take it."""
    found = _own(request, export_pk)
    context = export_page(found, is_there=exports.file_of(found) is not None)
    return render(request, "audit/export.html", context)


@require_safe
def download(request: PersonRequest, export_pk: int) -> HttpResponseBase:
    """Still only for whoever may take it along now, whatever they could when they asked."""
    found = _own(request, export_pk)
    place = exports.file_of(found)
    if place is None:
        raise Http404
    return FileResponse(
        place.open("rb"),
        as_attachment=True,
        filename=exports.download_name(found),
        content_type="application/zip",
    )


def _own(request: PersonRequest, export_pk: int) -> Export:
    """What somebody asked for, as long as they may see all that is in it."""
    mine = Export.objects.of(request.user).select_related("deployment")
    found = get_object_or_404(mine, pk=export_pk)
    if found.deployment:
        one = visible_deployment(request.user, found.deployment.pk)
        require(policies.refusal_to_export(rights_of(request.user, one.service)))
    else:
        audited = policies.audited(request.user)
        require(policies.refusal_beyond(audited, request.user, found.asked_services))
    return found
