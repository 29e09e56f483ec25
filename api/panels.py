"""The page “Machines” of a service, whichever of its two forms was sent."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.requests import PersonRequest
from api.forms import TokenForm, WebhookForm
from api.models import Webhook
from api.policies import refusal_to_manage
from deployments import clock
from deployments.models import Service
from deployments.policies import rights_of


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
    return f"{settings.PORTAL_URL}{reverse('api:deliver', args=[webhook.pk])}"
