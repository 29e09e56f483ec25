from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from checklists import files, policies, services
from checklists.enums import EvidenceKind, ItemState
from checklists.filters import KINDS, filters_panel
from checklists.forms import FORMS, AnswerForm, SectionForm, StateForm
from checklists.models import Evidence, Item
from checklists.panels import claims_page, item_page, section_page
from checklists.sniffing import IMAGES
from checklists.visible import visible_item
from deployments.answers import acted, posted, tried
from deployments.exceptions import Forbidden
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """One item with its evidence; posting says what became of it."""
    found = visible_item(request.user, pk, item_pk)
    form = StateForm(posted(request), item=found)
    said = tried(request, form, lambda: form.say(request.user))
    if said.done:
        found = visible_item(request.user, pk, item_pk)
        if found.asked_state:
            messages.success(request, "Asked: another person now agrees or declines.")
            return redirect("checklists:item", pk, item_pk)
        return acted(request, found.deployment, _tab(found))
    return _page(request, found, said.status, state_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """The second person agrees to leave a required item out, or declines."""
    found = visible_item(request.user, pk, item_pk)
    form = AnswerForm(posted(request))
    said = tried(request, form, lambda: form.say(found, request.user))
    if said.done:
        return redirect("checklists:item", pk, item_pk)
    return _page(request, found, said.status, answer_form=form)


@require_POST
def take_back(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    found = visible_item(request.user, pk, item_pk)
    services.take_back(pk, found.pk, actor=request.user, seen=request.POST.get("seen", ""))
    return redirect("checklists:item", pk, item_pk)


@require_POST
def choose(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    found = visible_item(request.user, pk, item_pk)
    word, seen = request.GET.get("word", ""), request.GET.get("seen")
    services.choose(pk, found.pk, word, actor=request.user, seen=seen)
    return acted(request, found.deployment, _tab(found))


@require_http_methods(["GET", "HEAD", "POST"])
def tick_section(request: PersonRequest, pk: int, section_pk: int) -> HttpResponse:
    """Several items of a section at once, exactly those that the page showed."""
    deployment = visible_deployment(request.user, pk)
    section = get_object_or_404(deployment.sections, pk=section_pk)
    form = SectionForm(posted(request))
    ticked = tried(
        request,
        form,
        lambda: services.tick_several(pk, section.pk, form.item_ids, actor=request.user),
    )
    if ticked.done:
        return acted(request, deployment, "checklist")
    context = section_page(section, rights_of(request.user, deployment.service))
    return render(
        request, "checklists/section.html", {**context, "form": form}, status=ticked.status
    )


@require_http_methods(["GET", "POST"])
def claims(request: PersonRequest, pk: int) -> HttpResponse:
    """The ticks of the document, confirmed in one act by somebody who answers for them."""
    deployment = visible_deployment(request.user, pk)
    form = SectionForm(posted(request))
    confirmed = tried(
        request, form, lambda: services.confirm_claims(pk, form.item_ids, actor=request.user)
    )
    if confirmed.done:
        return acted(request, deployment, "checklist")
    context = claims_page(deployment, rights_of(request.user, deployment.service))
    return render(
        request, "checklists/section.html", {**context, "form": form}, status=confirmed.status
    )


@require_safe
def filters(request: PersonRequest, pk: int) -> HttpResponse:
    """The open, late or own items of a tab: personal, fetched again when something changed."""
    deployment = visible_deployment(request.user, pk)
    tab = request.GET.get("tab", "checklist")
    if tab not in KINDS:
        raise Http404
    rights, show = rights_of(request.user, deployment.service), request.GET.get("show", "")
    context = filters_panel(deployment, rights, tab, show)
    return render(request, "checklists/_filters.html", context)


@require_http_methods(["GET", "POST"])
def add_evidence(request: PersonRequest, pk: int, item_pk: int, kind: EvidenceKind) -> HttpResponse:
    """Who may add nothing is told so before what they sent is judged."""
    found = visible_item(request.user, pk, item_pk)
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


def _page(
    request: PersonRequest,
    found: Item,
    status: int,
    *,
    state_form: StateForm | None = None,
    answer_form: AnswerForm | None = None,
) -> HttpResponse:
    """The item as it is now; a form that was refused stands there with what was typed."""
    found = visible_item(request.user, found.deployment_id, found.pk)
    if state_form:
        state_form.offer(found)
    context = item_page(
        found,
        rights_of(request.user, found.deployment.service),
        FORMS[EvidenceKind.TEXT](),
        state_form=state_form,
        answer_form=answer_form,
    )
    return render(request, "checklists/item.html", context, status=status)


def _kept(
    request: PersonRequest, pk: int, item_pk: int, evidence_pk: int, **only: object
) -> Evidence:
    deployment = visible_deployment(request.user, pk)
    found = get_object_or_404(deployment.items, pk=item_pk)
    return get_object_or_404(found.evidence.filter(kind=EvidenceKind.FILE, **only), pk=evidence_pk)


@require_POST
def set_state(request: PersonRequest, pk: int, item_pk: int, state: ItemState) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    item = get_object_or_404(deployment.items, pk=item_pk)
    services.set_state(
        deployment.pk,
        item.pk,
        state,
        actor=request.user,
        seen=request.GET.get("seen"),
    )
    return acted(request, deployment, _tab(item))


def _tab(item: Item) -> str:
    return "runbook" if item.is_step else "checklist"


@require_POST
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    services.complete(deployment.pk, actor=request.user)
    return acted(request, deployment, "overview")
