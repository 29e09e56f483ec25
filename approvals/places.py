"""Where each obstacle is mended: the address that pages and answers link it to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse

from deployments.blockers import Blocker
from deployments.models import Deployment


def placed(blockers: Sequence[Blocker], deployment: Deployment) -> list[Blocker]:
    """Each with the page that mends it, else with the part of the deployment that it stands in."""
    return [one if one.link else replace(one, link=_address(one, deployment)) for one in blockers]


def _address(one: Blocker, deployment: Deployment) -> str:
    pk, (what, _, key) = deployment.pk, one.key.partition(":")
    match what:
        case "item" if one.about:
            return reverse("checklists:item", args=[pk, one.about])
        case "gate" | "ageing":
            return reverse("gates:detail", args=[pk, key])
        case "signature" if one.about:
            return reverse("approvals:sign", args=[pk, one.about])
        case "objection":
            return f"{reverse('dashboard:tab', args=[pk, 'sign-off'])}#rule-{one.about}"
        case "trigger" | "decider" | "unit":
            return reverse("dashboard:plan", args=[pk, "limits"])
        case "conflict" | "left":
            return reverse("dashboard:deployment", args=[key])
    return _of_the_whole(one, what, deployment)


def _of_the_whole(one: Blocker, what: str, deployment: Deployment) -> str:
    """Of what names neither an item, a gate, a rule nor another deployment."""
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
    if one.mend == "overview":
        return deployment.get_absolute_url()
    return reverse("dashboard:tab", args=[deployment.pk, one.mend])
