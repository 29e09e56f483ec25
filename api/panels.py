"""The page “Machines” of a service, whichever of its two forms was sent."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.requests import PersonRequest
from api.forms import TokenForm, WebhookForm
from api.models import Webhook
from api.policies import refusal_to_manage
from communications.models import BouncingAddress
from deployments import clock
from deployments.models import Service
from deployments.policies import rights_of

MOST_ADDRESSES = 200


def machines_page(
    request: PersonRequest,
    service: Service,
    *,
    form: TokenForm | None = None,
    webhook_form: WebhookForm | None = None,
) -> dict[str, Any]:
    return {
        "service": service,
        "tokens": service.tokens.order_by("-created_at"),
        "webhooks": service.webhooks.order_by("-created_at"),
        "now": clock.now(),
        "form": form or TokenForm(request),
        "webhook_form": webhook_form or WebhookForm(request),
        "refusal": refusal_to_manage(rights_of(request.user, service)),
    }


def address_of(webhook: Webhook) -> str:
    """Where its senders deliver to."""
    name = "api:deliver" if webhook.service_id else "api:bounce"
    return f"{settings.PORTAL_URL}{reverse(name, args=[webhook.pk])}"


def bounces_page(
    request: PersonRequest, *, webhook_form: WebhookForm | None = None
) -> dict[str, Any]:
    """The portal's own webhooks, and the addresses from which mail comes back, the newest first."""
    standing = BouncingAddress.objects.standing()
    return {
        "webhooks": Webhook.objects.filter(service=None).order_by("-created_at"),
        "addresses": standing[:MOST_ADDRESSES],
        "more": max(standing.count() - MOST_ADDRESSES, 0),
        "now": clock.now(),
        "webhook_form": webhook_form or WebhookForm(request),
    }
