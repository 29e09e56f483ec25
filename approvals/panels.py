"""Readiness, the sign-off matrix and the decision, as every viewer sees them."""

from typing import Any

from approvals.verdict import Outlook
from deployments.models import Deployment


def readiness_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    return {"readiness": outlook.readiness, "outlook": outlook}


def signoff_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """Role × statement × people × state."""
    return {"standings": outlook.rules}


def decision_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    decisions = deployment.decisions.order_by("-pk")
    return {
        "readiness": outlook.readiness,
        "decision": outlook.decision,
        "earlier": [one for one in decisions if one != outlook.decision],
        "polled": list(deployment.polled_roles.select_related("role").order_by("role__order")),
    }


FACTS = ("package", "service", "environment", "branch", "commit", "digest")


def signed_content(deployment: Deployment) -> dict[str, Any]:
    """The stored content version in the order in which a signer reads it."""
    content = deployment.content_version.content if deployment.content_version else {}
    facts = content.get("deployment", {})
    return {
        "content": content,
        "signed_facts": [(name, facts.get(name, "")) for name in FACTS],
        "signed_items": content.get("items", []),
    }
