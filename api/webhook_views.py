"""Webhooks of a service on the page of its machines: issued, rotated, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from api import webhooks
from api.forms import RotateForm, WebhookForm
from api.models import Webhook
from api.panels import address_of, machines_page
from api.policies import refusal_to_rotate
from deployments.answers import posted, tried
from deployments.models import Service


@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, service_key: str) -> HttpResponse:
    """The secret of a new webhook is on the answer that made it, once."""
    service = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    form = WebhookForm(request, posted(request))
    issued = tried(
        request,
        form,
        lambda: webhooks.issue(
            service, title=form.cleaned_data["title"], actor=request.user, proof=form.proof
        ),
    )
    context = machines_page(request, service, webhook_form=None if issued.done else form)
    if issued.result:
        webhook, secret = issued.result
        told = {"title": webhook.title, "address": address_of(webhook), "secret": secret}
        context["new_webhook"] = told
    return render(request, "api/machines.html", context, status=issued.status)


@require_http_methods(["GET", "POST"])
def rotate(request: PersonRequest, service_key: str, webhook_pk: UUID) -> HttpResponse:
    webhook = _webhook(request, service_key, webhook_pk)
    form = RotateForm(request, posted(request))
    rotated = tried(
        request,
        form,
        lambda: webhooks.rotate(webhook, actor=request.user, proof=form.proof),
    )
    renewed, secret = rotated.result or (webhook, "")
    machines = reverse("machines:list", args=[service_key])
    context = {
        "back": f"{machines}#webhooks",
        "back_to": f"Machines of {webhook.service}",
        "webhook": renewed,
        "secret": secret,
        "form": form,
        "refusal": refusal_to_rotate(request.user, webhook),
    }
    return render(request, "api/rotate.html", context, status=rotated.status)


@require_POST
def revoke(request: PersonRequest, service_key: str, webhook_pk: UUID) -> HttpResponse:
    webhook = _webhook(request, service_key, webhook_pk)
    webhooks.revoke(webhook, actor=request.user)
    messages.success(request, f"“{webhook}” is revoked; its deliveries are refused from now on.")
    return redirect("machines:list", service_key)


def _webhook(request: PersonRequest, service_key: str, webhook_pk: UUID) -> Webhook:
    service = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    return get_object_or_404(service.webhooks.select_related("service"), pk=webhook_pk)
