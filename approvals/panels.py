"""Readiness, the sign-off matrix and the decision, as every viewer sees them."""

from typing import Any

from approvals import policies
from approvals.models import Rule
from approvals.signoff import current_votes
from approvals.verdict import Outlook, outlook
from deployments.models import Deployment
from deployments.policies import Rights

NAMED = 10
FACTS = ("package", "service", "environment", "branch", "commit", "digest")


def readiness_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """The first obstacles by name; the rest as a count, since every tick sends this panel anew."""
    readiness = outlook.readiness
    more = len(readiness.blockers) - NAMED if readiness else 0
    return {"readiness": readiness, "more": max(0, more)}


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


def sign_page(deployment: Deployment, rule: Rule, rights: Rights) -> dict[str, Any]:
    """What a signer reads: the rule, what is signed in full, and why they may not, if so."""
    view = outlook(deployment)
    standing = next(one for one in view.rules if one.rule.pk == rule.pk)
    others = current_votes(deployment.votes.order_by("pk")).values()
    refusal = policies.refusal_to_vote(rights, deployment, standing, others)
    return {
        "deployment": deployment,
        "rule": rule,
        "standing": standing,
        "outlook": view,
        "refusal": refusal or policies.refusal_by_order(standing, view.rules),
        **_content(deployment),
    }


def _content(deployment: Deployment) -> dict[str, Any]:
    """The stored content version in the order in which a signer reads it."""
    content = deployment.content_version.content if deployment.content_version else {}
    facts = content.get("deployment", {})
    return {
        "content": content,
        "signed_facts": [(name, facts.get(name, "")) for name in FACTS],
        "signed_items": content.get("items", []),
    }
