"""Where each obstacle is mended: the address that the page links it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from approvals.signoff import RuleStanding
from checklists.models import Item
from deployments.blockers import Blocker
from deployments.models import Deployment

ITEM = "item:"


@dataclass(frozen=True)
class Known:
    """What an obstacle names by its key, as addresses name it."""

    deployment: Deployment
    items: Mapping[str, int]
    rules: Mapping[str, int]


def placed(
    blockers: Sequence[Blocker], deployment: Deployment, rules: Sequence[RuleStanding]
) -> list[Blocker]:
    """Each with the page that mends it; one query where items are among them.

    One without such a page is left to the part of the deployment that it belongs to.
    """
    keys = [one.key.removeprefix(ITEM) for one in blockers if one.key.startswith(ITEM)]
    items = Item.objects.filter(deployment=deployment, key__in=keys) if keys else ()
    known = Known(
        deployment,
        {one.key: one.pk for one in items},
        {one.rule.key: one.rule.pk for one in rules},
    )
    return [one if one.link else replace(one, link=_address(one, known)) for one in blockers]


def _address(one: Blocker, known: Known) -> str:
    what, _, key = one.key.partition(":")
    pk = known.deployment.pk
    match what:
        case "item" if key in known.items:
            return reverse("checklists:item", args=[pk, known.items[key]])
        case "gate" | "ageing":
            return reverse("gates:detail", args=[pk, key])
        case "signature" if key in known.rules:
            return reverse("approvals:sign", args=[pk, known.rules[key]])
        case "objection" if key in known.rules:
            return f"{reverse('dashboard:tab', args=[pk, 'sign-off'])}#rule-{known.rules[key]}"
        case "trigger" | "decider" | "unit":
            return reverse("dashboard:plan", args=[pk, "limits"])
        case "conflict" | "left":
            return reverse("dashboard:deployment", args=[key])
    return _of_the_whole(what, known.deployment)


def _of_the_whole(what: str, deployment: Deployment) -> str:
    """Of what names neither an item, a gate nor a rule."""
    match what:
        case "rules":
            return reverse("dashboard:plan", args=[deployment.pk, "sign-off"])
        case "schedule":
            return reverse("deployments:schedule", args=[deployment.pk])
        case "facts":
            return reverse("approvals:facts", args=[deployment.pk])
        case "reach":
            return reverse("deployments:service", args=[deployment.service.key])
        case "unmeasured":
            return reverse("monitoring:metrics", args=[deployment.service.key])
    return ""
