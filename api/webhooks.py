"""The verbs of webhooks for people: issue, rotate, revoke. The secret is shown once each time."""

from datetime import timedelta

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from api import signatures
from api.machines import make_machine, make_portal_machine
from api.models import Webhook
from api.policies import refusal_to_manage_webhooks, refusal_to_rotate
from connections.sealing import Unsealable, resealed, sealed
from deployments import clock, history
from deployments.exceptions import Invalid, require
from deployments.models import Service
from deployments.policies import refusal_by_proof

# Long enough to bring the new secret to every sender, short enough to be over tomorrow.
BOTH_VALID = timedelta(hours=24)


@transaction.atomic
def issue(
    service: Service | None, *, title: str, actor: User, proof: Authentication | None
) -> tuple[Webhook, str]:
    """A new webhook with a machine of its own, and its secret, which is shown this once only.

    Without a service it belongs to the portal and takes mail that came back.
    """
    chain = history.chain(f"service:{service.key}" if service else "portal")
    require(refusal_to_manage_webhooks(actor, service))
    require(refusal_by_proof(proof))
    if not title.strip():
        raise Invalid("Give the webhook a title that says who sends to it.")
    secret, now = signatures.new_secret(), clock.now()
    webhook = Webhook.objects.create(
        service=service,
        machine=make_machine(service, title) if service else make_portal_machine(title),
        title=title.strip(),
        secret=sealed(secret),
        created_at=now,
    )
    after = {"title": webhook.title, "machine": webhook.machine.username}
    history.record(chain, "webhook issued", actor=actor, obj=webhook, after=after, at=now)
    return webhook, secret


@transaction.atomic
def rotate(webhook: Webhook, *, actor: User, proof: Authentication | None) -> tuple[Webhook, str]:
    """A new secret; the one before holds for 24 hours more, an even older one no longer."""
    chain = history.chain(webhook.chain_key)
    webhook = Webhook.objects.select_related("service").get(pk=webhook.pk)
    require(refusal_to_rotate(actor, webhook))
    require(refusal_by_proof(proof))
    secret, now = signatures.new_secret(), clock.now()
    webhook.old_secret, webhook.old_until = webhook.secret, now + BOTH_VALID
    webhook.secret = sealed(secret)
    webhook.save(update_fields=["secret", "old_secret", "old_until"])
    after = {"old secret valid until": webhook.old_until.isoformat(timespec="seconds")}
    history.record(chain, "webhook rotated", actor=actor, obj=webhook, after=after, at=now)
    return webhook, secret


@transaction.atomic
def revoke(webhook: Webhook, *, actor: User) -> None:
    """End a webhook at once and forget its secrets; revoking it again changes nothing."""
    chain = history.chain(webhook.chain_key)
    require(refusal_to_manage_webhooks(actor, webhook.service))
    now = clock.now()
    ended = {"revoked_at": now, "secret": "", "old_secret": "", "old_until": None}
    if Webhook.objects.filter(pk=webhook.pk, revoked_at=None).update(**ended):
        history.record(chain, "webhook revoked", actor=actor, obj=webhook, at=now)


@transaction.atomic
def reseal() -> tuple[int, list[Webhook]]:
    """Seal every secret with the portal's first key; those that no key opens are told."""
    kept, unreadable = 0, list[Webhook]()
    for webhook in Webhook.objects.select_for_update(of=("self",)).exclude(secret=""):
        try:
            webhook.secret = resealed(webhook.secret)
            webhook.old_secret = resealed(webhook.old_secret) if webhook.old_secret else ""
        except Unsealable:
            unreadable.append(webhook)
        else:
            webhook.save(update_fields=["secret", "old_secret"])
            kept += 1
    return kept, unreadable
