"""The verbs of saved filters: keep one under a name, forget it. They concern nobody else."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from deployments import clock
from deployments.exceptions import Invalid
from deployments.finding.criteria import Criteria
from deployments.models import SavedFilter

MOST_KEPT = 30


@transaction.atomic
def keep(person: User, *, name: str, criteria: Criteria) -> SavedFilter:
    """The same name again means the new filter from now on."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not criteria.query:
        raise Invalid("Choose what to filter by before you keep it.")
    kept = person.saved_filters.all()
    if not kept.filter(name=name).exists() and kept.count() >= MOST_KEPT:
        raise Invalid(f"You keep {MOST_KEPT} filters, which is the most; remove one first.")
    said = {"query": criteria.query, "saved_at": clock.now()}
    return SavedFilter.objects.update_or_create(person=person, name=name, defaults=said)[0]


def forget(saved: SavedFilter) -> None:
    saved.delete()
