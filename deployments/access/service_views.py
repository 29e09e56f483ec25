"""Services, and who may do what on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from deployments import clock
from deployments.access import absences, granting, places
from deployments.access.absence_policies import may_manage
from deployments.access.consequences import consequences
from deployments.access.forms import AwareForm, ServiceForm, TitleForm
from deployments.access.giving_forms import GiveForm
from deployments.access.granting import Holder
from deployments.access.holders import teams
from deployments.access.pages import FormPage, form_page
from deployments.access.parts import Part, part_called, title_of
from deployments.access.policies import refusal_to_administer
from deployments.access.table import table_of
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.models import Deployment, Service
from deployments.policies import rights_of

RECENT = 5


@require_safe
def services(request: PersonRequest) -> HttpResponse:
    visible = Service.objects.visible_to(request.user)
    return render(request, "deployments/services/list.html", {"services": visible})


@require_http_methods(["GET", "POST"])
def service_new(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "make services"))
    form = ServiceForm(posted(request))
    made = tried(
        request, form, lambda: places.create_service(**form.cleaned_data, actor=request.user)
    )
    if made.result is not None:
        messages.success(request, "The service is made. Say next who may do what on it.")
        return redirect(_address(made.result))
    back = reverse("deployments:services")
    page = FormPage("New service", "Make the service", back, "Services")
    return form_page(request, page, form, made.status)


@require_http_methods(["GET", "POST"])
def service_edit(request: PersonRequest, service_key: str) -> HttpResponse:
    found = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    require(refusal_to_administer(request.user, "rename a service"))
    form = TitleForm(posted(request), initial={"title": found.title})
    saved = tried(
        request,
        form,
        lambda: places.rename_service(found, form.cleaned_data["title"], actor=request.user),
    )
    if saved.done:
        return redirect(_address(found))
    page = FormPage("Rename the service", "Save the title", _address(found), found.title)
    return form_page(request, page, form, saved.status)


@require_safe
def service(request: PersonRequest, service_key: str) -> HttpResponse:
    found = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    return _service_page(request, found, GiveForm(), 200)


@require_http_methods(["GET", "POST"])
def give(request: PersonRequest, service_key: str) -> HttpResponse:
    """The service's page; its form comes back with what was chosen when it is refused."""
    found = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    require(refusal_to_administer(request.user, "give rights and roles"))
    form = GiveForm(posted(request))
    given = tried(
        request,
        form,
        lambda: granting.give(
            found, form.cleaned_data["what"], form.cleaned_data["who"], actor=request.user
        ),
    )
    if given.done:
        what = f"{title_of(form.cleaned_data['what'])} of {found}"
        word = "now has" if given.result else "had already"
        messages.success(request, f"{form.cleaned_data['who']} {word} {what}.")
        return redirect(_address(found))
    return _service_page(request, found, form, given.status)


@require_http_methods(["GET", "POST"])
def revoke(request: PersonRequest, service_key: str, what: str, holder: str) -> HttpResponse:
    """Says what is lost before it is taken."""
    found = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    require(refusal_to_administer(request.user, "take rights and roles away"))
    part, who = _part(what), _holder(holder)
    form = AwareForm(posted(request))
    taken = tried(
        request,
        form,
        lambda: granting.revoke(
            found, part, who, actor=request.user, aware=form.cleaned_data["aware"]
        ),
    )
    if taken.done:
        messages.success(request, f"{who} no longer has {title_of(part)} of {found}.")
        return redirect(_address(found))
    context = {**_revoked(found, part, who), "form": form}
    return render(request, "deployments/services/revoke.html", context, status=taken.status)


def _service_page(
    request: PersonRequest, found: Service, form: forms.Form, status: int
) -> HttpResponse:
    recent = Deployment.objects.filter(service=found).with_names().order_by("-pk")[:RECENT]
    now = clock.now()
    context = {
        "service": found,
        "table": table_of(found),
        "absences": absences.absences_from(found, now),
        "now": now,
        "may_manage": may_manage(rights_of(request.user, found)),
        "recent": recent,
        "form": form,
        "refusal": refusal_to_administer(request.user, "change who may do what"),
    }
    return render(request, "deployments/services/service.html", context, status=status)


def _revoked(found: Service, part: Part, who: Holder) -> dict[str, Any]:
    """What the page says before somebody takes it."""
    return {
        "service": found,
        "title": title_of(part),
        "who": who,
        "is_team": isinstance(who, Group),
        "refusal": granting.refusal_of_missing(found, part, who),
        "consequences": consequences(found, granting.leaving(found, part, who)),
        "losses": granting.losses_of(found, part, who),
    }


def _address(found: Service) -> str:
    return reverse("deployments:service", args=[found.key])


def _part(key: str) -> Part:
    part = part_called(key)
    if part is None:
        raise Http404
    return part


def _holder(notation: str) -> User | Group:
    kind, _, pk = notation.partition(":")
    if kind == "team":
        return get_object_or_404(teams(), pk=int(pk))
    return get_object_or_404(User, pk=int(pk))
