"""Keeping a filter of the list under a name, and removing it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import PersonRequest
from deployments.exceptions import Invalid
from deployments.finding import keeping
from deployments.finding.forms import FilterForm, KeepForm


@require_POST
def keep_filter(request: PersonRequest) -> HttpResponse:
    """What is kept is read as the list reads it, so that nothing else gets into an address."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        raise Invalid(" ".join(str(one) for found in form.errors.values() for one in found))
    said = FilterForm(request.user, QueryDict(form.cleaned_data["query"]))
    if not said.is_valid():
        raise Invalid("This filter finds nothing, as the list says; correct it before you keep it.")
    saved = keeping.keep(request.user, name=form.cleaned_data["name"], criteria=said.criteria)
    messages.success(request, f"Kept as “{saved}”. It stands above the list.")
    return redirect(f"{reverse('dashboard:deployments')}?{saved.query}")


@require_POST
def forget_filter(request: PersonRequest, filter_pk: int) -> HttpResponse:
    saved = get_object_or_404(request.user.saved_filters, pk=filter_pk)
    keeping.forget(saved)
    messages.success(request, f"“{saved}” is removed.")
    return redirect("dashboard:deployments")
