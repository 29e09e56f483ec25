"""The stakeholder list of a service: seen by whoever sees it, edited by its release managers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from communications.models import Stakeholder
from communications.subscriptions import listing
from communications.subscriptions.forms import PasteForm, StakeholderForm
from communications.subscriptions.panels import stakeholders_page
from communications.subscriptions.policies import refusal_to_list
from deployments.access.pages import FormPage, form_page
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.models import Service
from deployments.policies import rights_of

LIST = "communications:stakeholders"


@require_safe
def stakeholders(request: PersonRequest, service_key: str) -> HttpResponse:
    service = _visible(request, service_key)
    search = request.GET.get("q", "").replace("\0", "").strip()
    context = stakeholders_page(service, request.user, search, request.GET.get("page"))
    return render(request, "communications/stakeholders.html", context)


@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, service_key: str) -> HttpResponse:
    service = _editable(request, service_key)
    form = StakeholderForm(service, posted(request))
    added = tried(request, form, lambda: listing.add(service, [form.entry()], actor=request.user))
    if added.result:
        _say_added(request, service, added.result)
        return redirect(LIST, service.key)
    page = _page(service, "Add a stakeholder", "Add to the list")
    return form_page(request, page, form, added.status)


@require_http_methods(["GET", "POST"])
def paste(request: PersonRequest, service_key: str) -> HttpResponse:
    """Many lines in one act: all of them, or none and a sentence for each that is wrong."""
    service = _editable(request, service_key)
    form = PasteForm(service, posted(request))
    added = tried(request, form, lambda: listing.add(service, form.entries(), actor=request.user))
    if added.result:
        _say_added(request, service, added.result)
        return redirect(LIST, service.key)
    lead = "Language and time zone hold for all of them; each changes theirs by a link in the mail."
    page = _page(service, "Paste stakeholders", "Add them all", lead)
    return form_page(request, page, form, added.status)


@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, service_key: str, stakeholder_pk: int) -> HttpResponse:
    service = _editable(request, service_key)
    found = get_object_or_404(Stakeholder, service=service, pk=stakeholder_pk)
    form = StakeholderForm(service, posted(request), found)
    saved = tried(request, form, lambda: listing.edit(found, form.entry(), actor=request.user))
    if saved.done:
        messages.success(request, "Saved." if saved.result else "Nothing changed; all stays.")
        return redirect(LIST, service.key)
    page = _page(service, f"Edit {found.name}", "Save")
    return form_page(request, page, form, saved.status)


@require_http_methods(["GET", "POST"])
def take_out(request: PersonRequest, service_key: str, stakeholder_pk: int) -> HttpResponse:
    """Asks first."""
    service = _editable(request, service_key)
    found = get_object_or_404(Stakeholder, service=service, pk=stakeholder_pk)
    if request.method == "POST":
        listing.take_out(found, actor=request.user)
        messages.success(request, f"{found.name} is no longer on the list.")
        return redirect(LIST, service.key)
    context = {"service": service, "entry": found}
    return render(request, "communications/stakeholder_take_out.html", context)


def _visible(request: PersonRequest, service_key: str) -> Service:
    return get_object_or_404(Service.objects.visible_to(request.user), key=service_key)


def _editable(request: PersonRequest, service_key: str) -> Service:
    service = _visible(request, service_key)
    require(refusal_to_list(rights_of(request.user, service)))
    return service


def _page(service: Service, title: str, button: str, lead: str = "") -> FormPage:
    return FormPage(title, button, reverse(LIST, args=[service.key]), "Stakeholders", lead)


def _say_added(request: PersonRequest, service: Service, rows: list[Stakeholder]) -> None:
    """Whoever left before is on the list again, and still told nothing; that must be said."""
    one = rows[0].name if len(rows) == 1 else f"{len(rows)} stakeholders"
    messages.success(request, f"Added to the list: {one}.")
    gone = {address.lower() for address in service.opt_outs.values_list("address", flat=True)}
    left = [row.name for row in rows if row.address.lower() in gone]
    if left:
        named = ", ".join(left[:10])
        messages.error(
            request, f"Told nothing, since they left before and only they come back: {named}."
        )
