"""The pages of freezes, and the one on which a single deployment is let through."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from deployments import clock
from deployments.access.pages import FormPage, form_page
from deployments.answers import Tried, posted, tried
from deployments.exceptions import require
from deployments.freezes import declaring, exempting, pages
from deployments.freezes.forms import (
    EndFreezeForm,
    ExemptForm,
    FreezeForm,
    TakeBackForm,
    managed_by,
)
from deployments.freezes.policies import refusal_to_change, refusal_to_freeze
from deployments.models import Deployment, Freeze
from deployments.visible import visible_deployment

FREEZE = "deployments:freeze"


@require_safe
def freezes(request: PersonRequest) -> HttpResponse:
    context = pages.list_page(request.user, clock.now())
    return render(request, "deployments/freezes/list.html", context)


@require_http_methods(["GET", "POST"])
def freeze_new(request: PersonRequest) -> HttpResponse:
    """With `preview` it only shows the next windows and what they would stop."""
    if not managed_by(request.user).exists():
        require(refusal_to_freeze(request.user, None))
    form = FreezeForm(request.user, posted(request))
    if "preview" in request.POST:
        return _form_page(request, form, Tried(done=False))
    made = tried(request, form, lambda: declaring.declare(form.terms(), actor=request.user))
    if made.result:
        return _saved(request, made.result)
    return _form_page(request, form, made)


@require_safe
def freeze(request: PersonRequest, freeze_pk: int) -> HttpResponse:
    found = _visible(request, freeze_pk)
    context = pages.freeze_page(found, request.user, clock.now())
    return render(request, "deployments/freezes/detail.html", context)


@require_http_methods(["GET", "POST"])
def freeze_edit(request: PersonRequest, freeze_pk: int) -> HttpResponse:
    found = _visible(request, freeze_pk)
    require(refusal_to_change(request.user, found))
    form = FreezeForm(request.user, posted(request), freeze=found)
    if "preview" in request.POST:
        return _form_page(request, form, Tried(done=False), found)
    saved = tried(
        request,
        form,
        lambda: declaring.edit(
            found.pk, form.terms(), actor=request.user, shown=form.cleaned_data["shown"]
        ),
    )
    if saved.done:
        return _saved(request, _visible(request, freeze_pk))
    return _form_page(request, form, saved, found)


@require_http_methods(["GET", "POST"])
def freeze_end(request: PersonRequest, freeze_pk: int) -> HttpResponse:
    found = _visible(request, freeze_pk)
    require(refusal_to_change(request.user, found))
    form = EndFreezeForm(posted(request))
    ended = tried(
        request,
        form,
        lambda: declaring.end(found.pk, actor=request.user, reason=form.cleaned_data["reason"]),
    )
    if ended.done:
        messages.success(request, f"The {found} has ended; it stops nothing any more.")
        return redirect("deployments:freezes")
    count = len(declaring.stopped_for(found, request.user))
    lead = f"{found.reason.rstrip('.')}. {_stops(count)} now and would go on."
    page = FormPage(f"End the freeze of {found.scope}", "End it", _address(found), "Freeze", lead)
    return form_page(request, page, form, ended.status)


@require_http_methods(["GET", "POST"])
def exemption(request: PersonRequest, pk: int, freeze_pk: int) -> HttpResponse:
    """How a freeze meets a deployment, who may let it through, and the act that does."""
    deployment, found = _both(request, pk, freeze_pk)
    form = ExemptForm(request, posted(request))
    exempted = tried(
        request,
        form,
        lambda: exempting.exempt(
            deployment.pk,
            found.pk,
            actor=request.user,
            proof=form.proof,
            reason=form.cleaned_data["reason"],
        ),
    )
    if exempted.done:
        messages.success(request, "Exempted. Every page of the deployment says so, with your name.")
        return redirect(deployment)
    return _exemption_page(request, deployment, found, form=form, status=exempted.status)


@require_POST
def exemption_end(request: PersonRequest, pk: int, freeze_pk: int) -> HttpResponse:
    deployment, found = _both(request, pk, freeze_pk)
    standing = get_object_or_404(deployment.exemptions, freeze=found, ended_at=None)
    form = TakeBackForm(request.POST)
    ended = tried(
        request,
        form,
        lambda: exempting.take_back(
            deployment.pk, standing.pk, actor=request.user, reason=form.cleaned_data["reason"]
        ),
    )
    if ended.done:
        messages.success(request, "The exemption is taken back; the freeze stops it again.")
        return redirect(deployment)
    return _exemption_page(request, deployment, found, back_form=form, status=ended.status)


def _visible(request: PersonRequest, freeze_pk: int) -> Freeze:
    visible = Freeze.objects.visible_to(request.user).with_names()
    return get_object_or_404(visible, pk=freeze_pk)


def _both(request: PersonRequest, pk: int, freeze_pk: int) -> tuple[Deployment, Freeze]:
    deployment = visible_deployment(request.user, pk)
    return deployment, _visible(request, freeze_pk)


def _form_page(
    request: PersonRequest, form: FreezeForm, saved: Tried[Any], found: Freeze | None = None
) -> HttpResponse:
    """For htmx only what follows from what was typed."""
    seen = None
    if form.is_bound and form.is_valid():
        wanted = form.terms().freeze()
        wanted.pk = found.pk if found else None  # it is not beside itself
        seen = pages.outcome(wanted, request.user, clock.now())
    context = {
        "form": form,
        "freeze": found,
        "outcome": seen,
        "back": _address(found) if found else reverse("deployments:freezes"),
        "overtaken": saved.overtaken_sentence,
    }
    status = saved.status if saved.refused or not form.is_bound or form.is_valid() else 422
    name = "deployments/freezes/_outcome.html" if request.htmx else "deployments/freezes/form.html"
    return render(request, name, context, status=200 if request.htmx else status)


def _exemption_page(
    request: PersonRequest,
    deployment: Deployment,
    found: Freeze,
    *,
    form: ExemptForm | None = None,
    back_form: TakeBackForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **pages.exemption_page(deployment, found, request.user),
        "form": form or ExemptForm(request),
        "back_form": back_form or TakeBackForm(),
    }
    return render(request, "deployments/freezes/exemption.html", context, status=status)


def _saved(request: PersonRequest, saved: Freeze) -> HttpResponse:
    count = len(declaring.stopped_for(saved, request.user))
    messages.success(request, f"The freeze is saved. {_stops(count)}.")
    return redirect(_address(saved))


def _stops(count: int) -> str:
    if not count:
        return "It stops no deployment that is planned"
    are = " that is" if count == 1 else "s that are"
    return f"It stops {count} deployment{are} planned"


def _address(found: Freeze) -> str:
    return reverse(FREEZE, args=[found.pk])
