"""Streams of those who come by a stakeholder link: no session, one panel, one deployment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from dashboard.panels import GUESTS, SHARED
from deploy_portal.live.access import Standing
from deployments import clock
from deployments.models import Deployment, ShareLink
from deployments.sharing.links import standing_link

# Whatever a guest's page asks for.
PANELS = tuple(SHARED)


@dataclass(frozen=True, slots=True)
class Guest:
    """One open stream's reason to be open: a link that stands."""

    link_id: int
    deployment_id: int
    version: int
    # One for all of them, so that they get the same bytes; nobody who signed in is among them.
    standing: ClassVar[Standing] = Standing(GUESTS, frozenset(), is_superuser=False)


def admit(secret: str) -> Guest | int:
    """A ticket, or 404 for whatever opens nothing."""
    link = standing_link(secret)
    if link is None:
        return 404
    found = Deployment.objects.values_list("event_count", flat=True).get(pk=link.deployment_id)
    return Guest(link.pk, link.deployment_id, found)


def ended(guests: Collection[Guest]) -> set[Guest]:
    """Those whose link was revoked or has expired, in one query for all."""
    if not guests:
        return set()
    standing = ShareLink.objects.standing(clock.now())
    still = set(
        standing.filter(pk__in={one.link_id for one in guests}).values_list("pk", flat=True)
    )
    return {one for one in guests if one.link_id not in still}
