"""The page on which a service's machines get their tokens."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from api import services
from api.forms import TokenForm
from api.models import Token
from api.panels import machines_page
from deployments.answers import posted, tried
from deployments.models import Service


@require_http_methods(["GET", "POST"])
def machines(request: PersonRequest, service_key: str) -> HttpResponse:
    """Every token of a service; the secret of a new one is on the answer that made it, once."""
    service = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    form = TokenForm(request, posted(request))
    issued = tried(
        request,
        form,
        lambda: services.issue_by_person(
            service,
            title=form.cleaned_data["title"],
            days=form.cleaned_data["days"],
            scopes=form.cleaned_data["scopes"],
            actor=request.user,
            proof=form.proof,
        ),
    )
    context = machines_page(request, service, form=None if issued.done else form)
    context["issued"] = issued.result
    return render(request, "api/machines.html", context, status=issued.status)


@require_POST
def revoke(request: PersonRequest, service_key: str, token_pk: int) -> HttpResponse:
    service = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    token = get_object_or_404(Token.objects.select_related("service"), pk=token_pk, service=service)
    services.revoke_by_person(token, actor=request.user)
    messages.success(request, f"“{token.title}” is revoked; the machine is refused from now on.")
    return redirect("machines:list", service.key)
