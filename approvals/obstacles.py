"""What sign-off says about readiness: roles that have not signed, and people who object."""

from textwrap import shorten

from approvals.signoff import RuleStanding, asked_since
from deployments.blockers import Blocker, Findings, Page
from deployments.models import Deployment

SHOWN = 200  # letters of a reason inside a sentence; the page shows all of it
MEND = "sign-off"


def findings(
    deployment: Deployment, rules: list[RuleStanding], unreachable: list[Blocker]
) -> Findings:
    """Readiness itself asks for this part, since it knows the rules already.

    `unreachable` says which signatures those who may sign cannot give in time.
    """
    if not rules:
        page = Page("dashboard:plan", (deployment.pk, "sign-off"))
        return Findings(
            blockers=[Blocker("rules:none", "no role is asked to sign", MEND, page=page)], total=1
        )
    # Objections come first: they name a reason, and no count may hide it.
    ordered = sorted(rules, key=lambda standing: not standing.objections)
    blockers = [
        blocker for standing in ordered for blocker in _blockers(standing, rules, deployment)
    ]
    objected = any(standing.objections for standing in rules)
    return Findings(
        blockers=blockers,
        warnings=unreachable,
        done=sum(standing.holds for standing in rules),
        total=len(rules),
        summary="" if objected else f"{len(blockers)} roles have not signed",
    )


def _blockers(
    standing: RuleStanding, rules: list[RuleStanding], deployment: Deployment
) -> list[Blocker]:
    key, role = standing.rule.key, standing.rule.role.title
    if standing.objections:
        objection = standing.objections[-1]
        word = objection.get_choice_display().lower()
        return [
            Blocker(
                f"objection:{key}",
                f"{role} said {word}: “{shorten(objection.reason, SHOWN, placeholder='…')}”",
                MEND,
                objection.at,
                waits_for_people=False,
                page=Page("dashboard:tab", (deployment.pk, MEND), f"rule-{standing.rule.pk}"),
            )
        ]
    if not standing.missing:
        return []
    return [
        Blocker(
            f"signature:{key}",
            _missing(standing, role),
            MEND,
            asked_since(standing, rules, deployment),
            waits_for_people=True,
            page=Page("approvals:sign", (deployment.pk, standing.rule.pk)),
        )
    ]


def _missing(standing: RuleStanding, role: str) -> str:
    if standing.for_another_time:
        return f"{role} has not signed the new time"
    if any(not vote.is_by_author for vote in standing.stale):
        return f"{role} has not signed the changed content again"
    if standing.expired and not standing.approvals:
        return f"{role} has to sign again, since its signature is too old for the planned start"
    if standing.rule.count > 1:
        return f"{role} has {len(standing.approvals)} of {standing.rule.count} signatures"
    return f"{role} has not signed"
