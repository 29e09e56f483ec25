"""The pages of history and of proof, as templates read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch
from django.http import QueryDict

from audit import keys, policies, population
from audit.checkpoints import newest
from audit.countersigned import latest_of
from audit.forms import HistoryForm
from audit.models import Check, Checkpoint, CheckpointCopy, Export
from audit.population import Criteria
from audit.protection import sentence
from audit.reading import Part
from audit.verification import verify
from deployments.enums import Right
from deployments.models import Deployment
from deployments.policies import Rights

# As long as a page may take; a longer chain is verified when somebody asks for it.
VERIFIED_AT_ONCE = 2000
RECENT = 20
PAGE = 50


def deployment_page(
    deployment: Deployment, rights: Rights, form: HistoryForm, part: Part, *, asked: bool
) -> dict[str, Any]:
    is_verified = asked or deployment.event_count <= VERIFIED_AT_ONCE
    return {
        "deployment": deployment,
        "result": verify(deployment.chain_key) if is_verified else None,
        "seen": latest_of(deployment.chain_key),
        "protection": sentence(),
        "refusal": policies.refusal_to_export(rights),
        "may_audit": rights.user.is_superuser or rights.has(Right.EXPORT),
        "form": form,
        "part": part,
        "filters": without_place(form.data),
    }


def services_page(form: HistoryForm, part: Part, *, is_administrator: bool) -> dict[str, Any]:
    return {
        "here": "history",
        "check": Check.objects.first(),
        "newest": newest(),
        "is_administrator": is_administrator,
        "form": form,
        "part": part,
        "filters": without_place(form.data),
    }


def proof_page(*, is_administrator: bool) -> dict[str, Any]:
    """Faults name chains of every service: they are for administrators."""
    copies = Prefetch("copies", CheckpointCopy.objects.order_by("place", "to"))
    return {
        "here": "proof",
        "check": Check.objects.first(),
        "checkpoints": Checkpoint.objects.order_by("-number").prefetch_related(copies)[:RECENT],
        "keys": sorted(keys.known()),
        "protection": sentence(),
        "is_administrator": is_administrator,
    }


def population_page(criteria: Criteria | None, after: int) -> dict[str, Any]:
    """Some of the population by number, the count of all, and how many had which exception."""
    if criteria is None:
        return {"counted": None}
    members = population.members(criteria)
    shown = list(population.marked(members).filter(pk__gt=after)[: PAGE + 1])
    return {
        "counted": population.counted(criteria),
        "rows": [(one, population.exceptions_of(one)) for one in shown[:PAGE]],
        "next": shown[PAGE - 1].pk if len(shown) > PAGE else None,
    }


def export_page(export: Export, *, is_there: bool) -> dict[str, Any]:
    last = newest()
    return {"export": export, "is_there": is_there, "key": last.key if last else ""}


def without_place(data: Mapping[str, Any]) -> str:
    """The filters as they stand in the address, for the link to the next page."""
    kept = QueryDict(mutable=True)
    kept.update(data)
    for name in ("before", "after", "verify", "csrfmiddlewaretoken"):
        kept.pop(name, None)
    return kept.urlencode()
