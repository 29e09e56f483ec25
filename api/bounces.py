"""Where mail providers tell of mail that came back; the signature is the only key."""

import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError

from api import deliveries
from api.described import signed_with
from api.incoming import signed
from api.models import Webhook
from api.results import parsed
from api.schemas import DELIVERY_PROBLEMS, BounceIn, BouncesOut
from communications.bounces import bouncing
from communications.bounces import reports as bounce_reports
from communications.bounces.reports import Bounced, Unreadable

UNKNOWN = "There is no webhook at this address; the page “Mail that comes back” says which is."

router = Router()


@router.post(
    "/{uuid:webhook}",
    auth=None,
    response={200: BouncesOut, **DELIVERY_PROBLEMS},
    summary="Tell of mail that came back, signed",
    openapi_extra=signed_with(BounceIn),
)
def bounce(request: HttpRequest, webhook: UUID) -> dict[str, Any]:
    """For whoever sends the portal's mail, signed by Standard Webhooks.

    Besides the body described here it takes what Postmark and Amazon SES (also through SNS) post.
    What the portal does not know is ignored and said so; a report that comes twice counts once.
    """
    found = Webhook.objects.select_related("machine").filter(pk=webhook, service=None).first()
    if found is None:
        raise HttpError(404, UNKNOWN)
    delivery = signed(request)
    deliveries.check(found, delivery)
    return deliveries.once(found, delivery, partial(_note, found, _read(delivery.body)))


def _read(body: bytes) -> list[Bounced]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if bounce_reports.is_of_a_provider(said):
        try:
            return bounce_reports.read(said)
        except Unreadable as error:
            raise HttpError(422, str(error)) from error
    own = parsed(BounceIn, body)
    reason = bounce_reports.tidy(own.reason)
    return [Bounced(own.address, own.kind, reason, own.at, own.message_id)]


def _note(webhook: Webhook, said: Sequence[Bounced]) -> deliveries.Answer:
    noted = Counter(bouncing.note(one, reporter=webhook.machine).value for one in said)
    return BouncesOut(**{each.value: noted[each.value] for each in bouncing.Noted}).model_dump()
