"""Mail that comes back, for administrators: who tells of it, and which addresses get none."""

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
from api.panels import address_of, bounces_page
from api.policies import refusal_to_manage_webhooks, refusal_to_rotate
from communications.bounces import bouncing
from communications.models import BouncingAddress
from deployments.answers import posted, tried
from deployments.exceptions import require

PAGE = "machines:bounces"


@require_http_methods(["GET", "POST"])
def bounces(request: PersonRequest) -> HttpResponse:
    """The secret of a new webhook is on the answer that made it, once."""
    require(refusal_to_manage_webhooks(request.user, None))
    form = WebhookForm(request, posted(request))
    issued = tried(
        request,
        form,
        lambda: webhooks.issue(
            None, title=form.cleaned_data["title"], actor=request.user, proof=form.proof
        ),
    )
    context = bounces_page(request, webhook_form=None if issued.done else form)
    if issued.result:
        webhook, secret = issued.result
        told = {"title": webhook.title, "address": address_of(webhook), "secret": secret}
        context["new_webhook"] = told
    return render(request, "api/bounces.html", context, status=issued.status)


@require_http_methods(["GET", "POST"])
def rotate(request: PersonRequest, bounces_pk: UUID) -> HttpResponse:
    require(refusal_to_manage_webhooks(request.user, None))
    webhook = _webhook(bounces_pk)
    form = RotateForm(request, posted(request))
    rotated = tried(
        request, form, lambda: webhooks.rotate(webhook, actor=request.user, proof=form.proof)
    )
    renewed, secret = rotated.result or (webhook, "")
    context = {
        "back": reverse(PAGE),
        "back_to": "Mail that comes back",
        "webhook": renewed,
        "secret": secret,
        "form": form,
        "refusal": refusal_to_rotate(request.user, webhook),
    }
    return render(request, "api/rotate.html", context, status=rotated.status)


@require_POST
def revoke(request: PersonRequest, bounces_pk: UUID) -> HttpResponse:
    require(refusal_to_manage_webhooks(request.user, None))
    webhook = _webhook(bounces_pk)
    webhooks.revoke(webhook, actor=request.user)
    messages.success(request, f"“{webhook}” is revoked; its deliveries are refused from now on.")
    return redirect(PAGE)


@require_POST
def works_again(request: PersonRequest, address_pk: int) -> HttpResponse:
    require(refusal_to_manage_webhooks(request.user, None))
    row = get_object_or_404(BouncingAddress, pk=address_pk)
    bouncing.works_again_anywhere(row.pk, actor=request.user)
    messages.success(request, f"Mail is sent to {row.address} again.")
    return redirect(PAGE)


def _webhook(pk: UUID) -> Webhook:
    return get_object_or_404(Webhook, pk=pk, service=None)
