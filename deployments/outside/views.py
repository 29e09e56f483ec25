"""What the portal may touch outside: connections and declared commands, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from connections import changes
from connections.commands import declaration
from connections.models import Connection
from connections.repositories import repositories_now
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.outside import declaring, wording
from deployments.outside.asking import Found, ask
from deployments.outside.forms import ConnectionForm
from deployments.outside.policies import refusal_to_remove

CONNECTIONS = "deployments:connections"
CONNECTION = "deployments:connection"


@require_safe
def connections(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, declaring.ACT))
    rows = [(one, wording.services_of(one)) for one in Connection.objects.all()]
    return render(request, "connections/list.html", {"rows": rows})


@sensitive_post_parameters("secret", "credential_name")
@require_http_methods(["GET", "POST"])
def connection_new(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, declaring.ACT))
    form = ConnectionForm(posted(request))
    made = tried(
        request,
        form,
        lambda: declaring.declare(
            form.cleaned_data["key"], form.told(), form.wanted(), actor=request.user
        ),
    )
    if made.result:
        messages.success(request, f"The connection {made.result} is declared.")
        return redirect(CONNECTION, made.result.key)
    context = {"form": form, "back": reverse(CONNECTIONS), "back_to": "Connections"}
    return render(request, "connections/form.html", context, status=made.status)


@require_safe
def connection(request: PersonRequest, connection_key: str) -> HttpResponse:
    require(refusal_to_administer(request.user, declaring.ACT))
    return _page(request, get_object_or_404(Connection, key=connection_key))


@sensitive_post_parameters("secret", "credential_name")
@require_http_methods(["GET", "POST"])
def connection_edit(request: PersonRequest, connection_key: str) -> HttpResponse:
    require(refusal_to_administer(request.user, declaring.ACT))
    found = get_object_or_404(Connection, key=connection_key)
    form = ConnectionForm(posted(request), connection=found)
    saved = tried(
        request,
        form,
        lambda: declaring.edit(found, form.told(), form.wanted(), actor=request.user),
    )
    if saved.done:
        return redirect(CONNECTION, found.key)
    context = {
        "form": form,
        "connection": found,
        "trouble": wording.trouble_with(found),
        "back": reverse(CONNECTION, args=[found.key]),
        "back_to": found.title,
    }
    return render(request, "connections/form.html", context, status=saved.status)


@require_http_methods(["GET", "POST"])
def connection_remove(request: PersonRequest, connection_key: str) -> HttpResponse:
    require(refusal_to_administer(request.user, declaring.ACT))
    found = get_object_or_404(Connection, key=connection_key)
    if request.method == "POST":
        declaring.remove(found, actor=request.user)
        messages.success(request, f"The connection {found} is removed, with its credential.")
        return redirect(CONNECTIONS)
    context = {"connection": found, "refusal": refusal_to_remove(found)}
    return render(request, "connections/remove.html", context)


@require_POST
def connection_try(request: PersonRequest, connection_key: str) -> HttpResponse:
    """Asks the address now; the page says what came of it, and nothing is kept."""
    require(refusal_to_administer(request.user, declaring.ACT))
    found = get_object_or_404(Connection, key=connection_key)
    return _page(request, found, ask(found))


@require_safe
def commands(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "see declared commands"))
    found = declaration()
    rows = [(one, wording.variables(one)) for one in found.commands.values()]
    repositories = {} if found.problem else repositories_now()
    context = {"declaration": found, "rows": rows, "repositories": repositories.values()}
    return render(request, "connections/commands.html", context)


def _page(request: PersonRequest, found: Connection, answer: Found | None = None) -> HttpResponse:
    context = {
        "connection": found,
        "services": wording.services_of(found),
        "certificates": wording.certificates(found),
        "trouble": wording.trouble_with(found),
        "is_readable": wording.is_readable_on_the_way(found),
        "named_by": changes.named_by(found),
        "answer": answer,
    }
    return render(request, "connections/detail.html", context)
