"""The verbs of stakeholder links: make, revoke, open; and the address that a mail carries."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Value
from django.urls import reverse

from accounts.models import User
from connections.sealing import Unsealable, opened, resealed, sealed
from deployments import clock, history
from deployments.clock import PortalNow
from deployments.exceptions import require
from deployments.models import Deployment, Event, ShareLink
from deployments.policies import rights_of
from deployments.sharing import policies

BYTES_OF_SECRET = 32
LONGEST_SECRET = 100
USE_IS_NOTED_EVERY = timedelta(minutes=1)
logger = logging.getLogger(__name__)


@transaction.atomic
def make(deployment_id: int, *, lasts: timedelta, actor: User) -> tuple[ShareLink, str]:
    """A new link and its address, which is shown this once; it ends the one before."""
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_share(rights_of(actor, deployment.service)))
    require(policies.refusal_of_life(lasts))
    for before in deployment.share_links.filter(revoked_at__isnull=True):
        _end(deployment, before, actor)
    secret, now = secrets.token_urlsafe(BYTES_OF_SECRET), clock.now()
    link = ShareLink.objects.create(
        deployment=deployment,
        digest=digest_of(secret),
        sealed_secret=sealed(secret),
        made_by=actor,
        made_at=now,
        expires_at=now + lasts,
    )
    after = {"expires_at": link.expires_at.isoformat(timespec="seconds")}
    history.record(deployment, "share link made", actor=actor, obj=link, after=after, at=now)
    return link, address(secret)


@transaction.atomic
def revoke(deployment_id: int, link_id: int, *, actor: User) -> Event:
    """From now on the link opens nothing, wherever it was sent; pages open by it end."""
    deployment = Deployment.objects.lock(deployment_id)
    link = deployment.share_links.select_related("revoked_by").get(pk=link_id)
    require(policies.refusal_to_share(rights_of(actor, deployment.service)))
    require(policies.refusal_to_revoke(link))
    return _end(deployment, link, actor)


def _end(deployment: Deployment, link: ShareLink, actor: User) -> Event:
    link.revoked_by, link.revoked_at, link.sealed_secret = actor, clock.now(), ""
    link.save(update_fields=["revoked_by", "revoked_at", "sealed_secret"])
    return history.record(deployment, "share link revoked", actor=actor, obj=link)


def standing_link(secret: str) -> ShareLink | None:
    """What the secret opens now; nothing tells a wrong one from one that has ended."""
    if len(secret) > LONGEST_SECRET:
        return None
    return ShareLink.objects.standing(PortalNow()).filter(digest=digest_of(secret)).first()


def note_use(link: ShareLink) -> None:
    """To the minute: a thousand readers at once must not queue for one row."""
    earlier = PortalNow() - Value(USE_IS_NOTED_EVERY)
    rested = Q(last_used_at__isnull=True) | Q(last_used_at__lte=earlier)
    ShareLink.objects.filter(rested, pk=link.pk).update(last_used_at=PortalNow())


def address_for_mails(deployment: Deployment) -> str:
    """The address of the standing link; empty if there is none, or no key of ours opens it."""
    link = ShareLink.objects.standing(clock.now()).filter(deployment=deployment).first()
    if link is None:
        return ""
    try:
        return address(opened(link.sealed_secret))
    except Unsealable:
        logger.warning("no key opens the stakeholder link of deployment %s", deployment.pk)
        return ""


def address(secret: str) -> str:
    return f"{settings.PORTAL_URL}{reverse('dashboard:share', args=[secret])}"


def digest_of(secret: str) -> str:
    """Of 256 random bits, so that no salt and no slow hash is needed to keep it from guesses."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def reseal() -> tuple[int, list[ShareLink]]:
    """Seal every secret with the portal's first key; those that no key opens are told.

    Their links still open their pages, since these are found by the digest.
    """
    kept, unreadable = 0, list[ShareLink]()
    for link in ShareLink.objects.select_for_update().exclude(sealed_secret=""):
        try:
            link.sealed_secret = resealed(link.sealed_secret)
        except Unsealable:
            unreadable.append(link)
        else:
            link.save(update_fields=["sealed_secret"])
            kept += 1
    return kept, unreadable
