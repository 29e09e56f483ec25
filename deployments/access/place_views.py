"""Environments and sign-off roles: names for the whole portal."""

from __future__ import annotations

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role
from accounts.requests import PersonRequest
from deployments.access import places
from deployments.access.forms import EnvironmentForm, RoleForm
from deployments.access.pages import FormPage, form_page
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.models import Environment

ENVIRONMENTS = "deployments:environments"
ROLES = "deployments:roles"


@require_safe
def environments(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "edit environments"))
    context = {"environments": Environment.objects.all()}
    return render(request, "deployments/places/environments.html", context)


@require_http_methods(["GET", "POST"])
def environment_new(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "make environments"))
    form = EnvironmentForm(posted(request))
    made = tried(
        request, form, lambda: places.create_environment(**form.cleaned_data, actor=request.user)
    )
    if made.done:
        messages.success(request, f"The environment {made.result} is made.")
        return redirect(ENVIRONMENTS)
    page = FormPage(
        "New environment", "Make the environment", reverse(ENVIRONMENTS), "Environments"
    )
    return form_page(request, page, form, made.status)


@require_http_methods(["GET", "POST"])
def environment_edit(request: PersonRequest, environment_key: str) -> HttpResponse:
    require(refusal_to_administer(request.user, "edit environments"))
    found = get_object_or_404(Environment, key=environment_key)
    form = EnvironmentForm(posted(request), initial=model_to_dict(found))
    fixed = places.refusal_to_change_key(found)
    if fixed:
        form.fix_key()
    saved = tried(
        request,
        form,
        lambda: places.edit_environment(found, **form.cleaned_data, actor=request.user),
    )
    if saved.done:
        return redirect(ENVIRONMENTS)
    lead = fixed.sentence if fixed else ""
    page = FormPage(f"Edit {found.key}", "Save", reverse(ENVIRONMENTS), "Environments", lead)
    return form_page(request, page, form, saved.status)


@require_safe
def roles(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "edit sign-off roles"))
    return render(request, "deployments/places/roles.html", {"roles": Role.objects.all()})


@require_http_methods(["GET", "POST"])
def role_new(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "make sign-off roles"))
    form = RoleForm(posted(request))
    made = tried(request, form, lambda: places.create_role(**form.cleaned_data, actor=request.user))
    if made.done:
        messages.success(request, f"The role {made.result} is made; give it on a service's page.")
        return redirect(ROLES)
    page = FormPage("New sign-off role", "Make the role", reverse(ROLES), "Sign-off roles")
    return form_page(request, page, form, made.status)


@require_http_methods(["GET", "POST"])
def role_edit(request: PersonRequest, role_key: str) -> HttpResponse:
    """The key stays as it is: documents and signed content name the role by it."""
    require(refusal_to_administer(request.user, "edit sign-off roles"))
    found = get_object_or_404(Role, key=role_key)
    form = RoleForm(posted(request), initial=model_to_dict(found))
    form.fix_key()
    saved = tried(
        request,
        form,
        lambda: places.edit_role(
            found,
            title=form.cleaned_data["title"],
            order=form.cleaned_data["order"],
            time_sensitive=form.cleaned_data["time_sensitive"],
            actor=request.user,
        ),
    )
    if saved.done:
        return redirect(ROLES)
    lead = f"The key “{found.key}” is fixed: documents and signed content name the role by it."
    page = FormPage(f"Edit {found.key}", "Save", reverse(ROLES), "Sign-off roles", lead)
    return form_page(request, page, form, saved.status)
