"""The one item that an address names, for whoever may know of its deployment."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from checklists.models import Item
from deployments.models import Deployment
from statements import built_once

NAMED = (
    "deployment__service", "deployment__environment", "section", "state_by", "seconded_by",
    "asked_by", "owner", "owner_role", "question_to",
)  # fmt: skip


def visible_item(user: User, pk: int, item_pk: int) -> Item:
    """With all that its page names; raises Http404, also where there is one they may not see."""
    found = _visible(item_pk, pk, user.pk, sees_all=user.is_superuser) if user.is_active else []
    if not found:
        raise Http404
    return found[0]


@built_once
def _visible(pk: int, deployment: int, user: int, *, sees_all: bool) -> QuerySet[Item]:
    there = Deployment.objects.seen_by(user, sees_all=sees_all).filter(pk=deployment)
    return Item.objects.select_related(*NAMED).filter(pk=pk, deployment__in=there)
