"""Where signed deliveries arrive; the signature is the only key, and it only reports."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from ninja.errors import HttpError

from api import deliveries
from api.described import signed_with
from api.exceptions import TooLarge
from api.models import Webhook
from api.results import parsed, result_of
from api.schemas import DELIVERY_PROBLEMS, DeliveryIn, SampleOut
from api.signatures import Signed
from gates import services
from gates.models import Gate

MOST_BYTES = 64 * 1024
UNKNOWN = "There is no webhook at this address; the page “Machines” of the service says which is."

router = Router()


@router.post(
    "/{uuid:webhook}",
    auth=None,
    response={201: SampleOut, **DELIVERY_PROBLEMS},
    summary="Deliver a result, signed",
    openapi_extra=signed_with(DeliveryIn),
)
def deliver(request: HttpRequest, webhook: UUID) -> Status[dict[str, Any]]:
    """For senders that sign by Standard Webhooks instead of holding a token.

    The same delivery counts once: sent again under its webhook-id and signed anew, it gets the
    same answer. A refused one is not remembered and may be tried again.
    """
    hooks = Webhook.objects.select_related("service", "machine")
    found = hooks.filter(pk=webhook, service__isnull=False).first()
    if found is None:
        raise HttpError(404, UNKNOWN)
    delivery = signed(request)
    deliveries.check(found, delivery)
    said = parsed(DeliveryIn, delivery.body)
    return Status(201, deliveries.once(found, delivery, partial(_report, found, said)))


def signed(request: HttpRequest) -> Signed:
    """The delivery as it came, not checked yet."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge(f"A delivery has at most {MOST_BYTES // 1024} KiB.")
    said = request.headers
    return Signed(
        id=said.get("webhook-id", ""),
        timestamp=said.get("webhook-timestamp", ""),
        signatures=said.get("webhook-signature", ""),
        body=body,
    )


def _report(webhook: Webhook, said: DeliveryIn) -> deliveries.Answer:
    gate = (
        Gate.objects.select_related("deployment")
        .filter(deployment=said.deployment, deployment__service=webhook.service, key=said.gate)
        .first()
    )
    if gate is None:
        raise HttpError(404, f"This service has no deployment {said.deployment} with that gate.")
    sample = services.report(gate, result_of(said), reporter=webhook.machine)
    return SampleOut.from_orm(sample).model_dump(mode="json")
