"""Readiness, the sign-off matrix and the decision, as every viewer sees them."""

from typing import Any

from approvals.signoff import standings
from approvals.verdict import Outlook
from deployments.models import Deployment


def readiness_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    return {"readiness": outlook.readiness, "outlook": outlook}


def signoff_panel(deployment: Deployment) -> dict[str, Any]:
    """Role × statement × people × state; two queries however many rules there are."""
    return {"standings": standings(deployment)}


def decision_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    decisions = deployment.decisions.order_by("-pk")
    return {
        "readiness": outlook.readiness,
        "decision": outlook.decision,
        "earlier": [one for one in decisions if one != outlook.decision],
        "polled": list(deployment.polled_roles.select_related("role").order_by("role__order")),
    }

