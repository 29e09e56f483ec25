"""Who may say what under a rule, and when."""

from __future__ import annotations

from collections.abc import Iterable

from approvals.enums import Choice
from approvals.models import Rule, Vote
from approvals.signoff import RuleStanding
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights

# An objection or a word taken back still counts after GO: it brings the deployment back to review.
WHEN: dict[Choice, frozenset[State]] = {
    Choice.APPROVE: frozenset({State.IN_REVIEW}),
    Choice.REJECT: frozenset({State.IN_REVIEW, State.GO}),
    Choice.REQUEST_CHANGES: frozenset({State.IN_REVIEW, State.GO}),
    Choice.ABSTAIN: frozenset({State.IN_REVIEW}),
    Choice.WITHDRAW: frozenset({State.IN_REVIEW, State.GO}),
}


def choices_now(deployment: Deployment, *, has_voted: bool) -> list[Choice]:
    """What the sign page offers: taking a word back only to those who gave one."""
    return [
        choice
        for choice, states in WHEN.items()
        if deployment.state in states and (has_voted or choice != Choice.WITHDRAW)
    ]


def refusal_to_vote(
    rights: Rights,
    deployment: Deployment,
    standing: RuleStanding,
    others: Iterable[Vote],
    choice: Choice = Choice.REJECT,
) -> Refused | None:
    """Whether this person may say this under the rule now; `others` are everyone's current votes.

    Without a choice it is asked whether there is anything that the person may say.
    """
    rule, voted = standing.rule, list(others)
    refusal = refusal_by_state(deployment, choice) or refusal_by_role(rights, rule)
    if refusal or choice == Choice.WITHDRAW:
        return refusal or refusal_without_word(rights, rule, voted)
    return refusal_by_authorship(rights, deployment) or refusal_by_other_rule(
        rights, deployment, rule, voted
    )


def refusal_by_state(deployment: Deployment, choice: Choice) -> Refused | None:
    if deployment.state in WHEN[choice]:
        return None
    return Refused(
        "Signatures are collected while the deployment is in review; it is "
        f"{deployment.get_state_display().lower()}."
    )


def refusal_without_word(rights: Rights, rule: Rule, voted: Iterable[Vote]) -> Refused | None:
    for vote in voted:
        if vote.person_id == rights.user.pk and vote.rule_id == rule.pk:
            return None
    return Refused(f"You have said nothing as {rule.role.title} that you could take back.")


def refusal_by_role(rights: Rights, rule: Rule) -> Refused | None:
    if not rights.user.is_person:
        return Forbidden("A machine never signs.")
    if rule.role.key not in rights.roles:
        return Forbidden(f"Only holders of the role {rule.role.title} of this service sign here.")
    return None


def barred(deployment: Deployment) -> frozenset[int]:
    """Those who may not sign this content whatever role they hold, by their ids."""
    editor = deployment.content_version.author_id if deployment.content_version else None
    authors = (author.pk for author in deployment.authors.all())
    return frozenset({deployment.requester_id, *authors} | ({editor} if editor else set()))


def refusal_by_authorship(rights: Rights, deployment: Deployment) -> Refused | None:
    person = rights.user
    if person.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; somebody else must sign it.")
    if deployment.content_version and person.pk == deployment.content_version.author_id:
        return Forbidden("You edited this content last; somebody else must sign it.")
    if person in deployment.authors.all():
        return Forbidden("You are named as an author; somebody else must sign it.")
    return None


def refusal_by_other_rule(
    rights: Rights, deployment: Deployment, rule: Rule, others: Iterable[Vote]
) -> Refused | None:
    for vote in others:
        if (
            vote.person_id == rights.user.pk
            and vote.content_hash == deployment.content_hash
            and vote.rule_id != rule.pk
        ):
            return Forbidden(
                f"You already count as {vote.role_title} on this content; one person counts once."
            )
    return None


def refusal_by_order(standing: RuleStanding, rules: Iterable[RuleStanding]) -> Refused | None:
    for earlier in rules:
        if earlier.rule.order_group < standing.rule.order_group and not earlier.holds:
            return Refused(f"{earlier.rule.role.title} signs first.")
    return None


def refusal_without_reason(choice: Choice) -> Refused:
    return Invalid(needs_reason(choice))


def needs_reason(choice: Choice) -> str:
    return f"Say why: {choice.label.lower()} needs a reason that others can act on."
