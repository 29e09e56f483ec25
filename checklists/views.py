from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from checklists import files, policies, services
from checklists.enums import EvidenceKind, ItemState
from checklists.forms import FORMS
from checklists.models import Evidence, Item
from checklists.panels import item_page
from checklists.sniffing import IMAGES
from deployments.answers import acted, tried
from deployments.exceptions import Forbidden
from deployments.models import Deployment
from deployments.policies import rights_of


@require_safe
def item(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """One item with its evidence, and the form for another piece of it."""
    found = _visible(request, pk, item_pk)
    form = FORMS[EvidenceKind.TEXT]()
    rights = rights_of(request.user, found.deployment.service)
    return render(request, "checklists/item.html", item_page(found, rights, form))


@require_http_methods(["GET", "POST"])
def add_evidence(request: PersonRequest, pk: int, item_pk: int, kind: EvidenceKind) -> HttpResponse:
    """Who may add nothing is told so before what they sent is judged."""
    found = _visible(request, pk, item_pk)
    rights = rights_of(request.user, found.deployment.service)
    refusal = policies.refusal_to_add_evidence(rights, found, found.deployment)
    if request.method == "POST" and isinstance(refusal, Forbidden):
        raise refusal
    form = FORMS[kind](*((request.POST, request.FILES) if request.method == "POST" else ()))
    added = tried(
        request,
        form,
        lambda: services.add_evidence(pk, item_pk, form.given(), actor=request.user),
    )
    if added.done:
        messages.success(request, "The evidence was added.")
        return redirect("checklists:item", pk, item_pk)
    context = item_page(found, rights, form)
    return render(request, "checklists/item.html", context, status=added.status)


@require_safe
def evidence_file(
    request: PersonRequest, pk: int, item_pk: int, evidence_pk: int
) -> HttpResponseBase:
    evidence = _kept(request, pk, item_pk, evidence_pk)
    return files.answer(evidence, as_attachment=True)


@require_safe
def evidence_image(
    request: PersonRequest, pk: int, item_pk: int, evidence_pk: int
) -> HttpResponseBase:
    """Only what its first bytes show to be an image; anything else is no page."""
    evidence = _kept(request, pk, item_pk, evidence_pk, content_type__in=list(IMAGES))
    return files.answer(evidence, as_attachment=False)


def _visible(request: PersonRequest, pk: int, item_pk: int) -> Item:
    visible = Deployment.objects.visible_to(request.user)
    items = Item.objects.select_related(
        "deployment__service", "deployment__environment", "section", "state_by"
    )
    return get_object_or_404(items, pk=item_pk, deployment__in=visible.filter(pk=pk))


def _kept(
    request: PersonRequest, pk: int, item_pk: int, evidence_pk: int, **only: object
) -> Evidence:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    found = get_object_or_404(deployment.items, pk=item_pk)
    return get_object_or_404(found.evidence.filter(kind=EvidenceKind.FILE, **only), pk=evidence_pk)


@require_POST
def set_state(request: PersonRequest, pk: int, item_pk: int, state: ItemState) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    item = get_object_or_404(deployment.items, pk=item_pk)
    services.set_state(
        deployment.pk,
        item.pk,
        state,
        actor=request.user,
        seen=request.GET.get("seen"),
    )
    return acted(request, deployment, "runbook" if item.is_step else "checklist")


@require_POST
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.complete(deployment.pk, actor=request.user)
    return acted(request, deployment, "overview")
