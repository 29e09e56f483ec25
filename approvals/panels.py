"""Readiness, the sign-off matrix and the decision, as every viewer sees them."""

from typing import Any

from approvals.matrix import matrix_of, with_people
from approvals.models import Vote
from approvals.places import placed
from approvals.policies import lifting
from approvals.signoff import counting, standings
from approvals.verdict import Outlook
from deployments.enums import State
from deployments.facts import Facts
from deployments.forms import FactsForm
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_edit
from gates.enums import GateState

NAMED = 10


def readiness_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """The first obstacles by name, each with the page that mends it; the rest as a count, since
    every tick sends this panel anew.
    """
    readiness = outlook.readiness
    blockers = readiness.blockers if readiness else []
    warnings = readiness.warnings if readiness else []
    named = with_people(blockers[:NAMED], deployment, outlook.rules)
    return {
        "readiness": readiness,
        "blockers": placed(named, deployment),
        "warnings": placed(warnings, deployment),
        "more": max(0, len(blockers) - NAMED),
    }


def signoff_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """Role × statement × people × state × since × deadline, objections first."""
    return {
        "rows": matrix_of(deployment, outlook.rules),
        "is_asked": deployment.state in {State.IN_REVIEW, State.GO},
    }


def decision_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """The decision in force, if one is: back in review, the last one is an earlier one."""
    decisions = deployment.decisions.defer("dossier").order_by("-pk")
    is_open = deployment.state in {State.DRAFT, State.IN_REVIEW}
    in_force = None if is_open else outlook.decision
    return {
        "readiness": outlook.readiness,
        "decision": in_force,
        "broken": outlook.broken,
        "earlier": [one for one in decisions if one != in_force],
        "review": outlook.review,
    }


def lift_page(vote: Vote, rights: Rights) -> dict[str, Any]:
    """An objection in full, and why this person may not lift it, if so."""
    deployment = vote.deployment
    standing = next(one for one in standings(deployment) if one.rule.pk == vote.rule_id)
    return {
        "deployment": deployment,
        "vote": vote,
        "refusal": lifting.refusal_to_lift(rights, deployment, standing, vote),
    }


def facts_page(
    deployment: Deployment, form: FactsForm, rights: Rights, overtaken: str
) -> dict[str, Any]:
    """The form, what saving it costs, and what somebody faster saved meanwhile, field by field."""
    now = Facts.of(deployment).plain() if overtaken else {}
    answered = deployment.gates.exclude(state__in=[GateState.PENDING, GateState.STALE])
    return {
        "deployment": deployment,
        "form": form,
        "rows": [(field, now.get(field.name)) for field in form.visible_fields()],
        "refusal": refusal_to_edit(rights, deployment),
        "overtaken": overtaken,
        "signatures": counting(standings(deployment)),
        "gates": answered.count(),
    }
