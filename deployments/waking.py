"""Workers are told of rows that are due, by a sweep, when no hint has reached them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from deployments import hints

BATCH = 500


def wake(due: QuerySet[Any], task: str, now: datetime) -> int:
    """Hint at each of these rows and note it in its `hinted_at`; how many they were.

    A row that is just being written is left out: a worker that was stopped in the middle of it must
    not keep the sweep waiting for all others.
    """
    with transaction.atomic():
        free = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
        ids = list(free.values_list("pk", flat=True)[:BATCH])
        due.model.objects.filter(pk__in=ids).update(hinted_at=now)
    for pk in ids:
        hints.hint(task, pk)
    return len(ids)
