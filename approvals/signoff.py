"""Where each rule stands: whose signature counts, who objects, who signed an older content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from approvals.enums import BLOCKING, Choice
from approvals.models import Rule, Vote
from deployments.models import Deployment


@dataclass
class RuleStanding:
    """One rule with the votes that matter to it now."""

    rule: Rule
    approvals: list[Vote] = field(default_factory=list)
    objections: list[Vote] = field(default_factory=list)
    abstentions: list[Vote] = field(default_factory=list)
    stale: list[Vote] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return max(0, self.rule.count - len(self.approvals))

    @property
    def holds(self) -> bool:
        return not self.missing and not self.objections


def current_votes(votes: Iterable[Vote]) -> dict[int, Vote]:
    """The latest vote of each person, in the order cast; a withdrawn one leaves nothing."""
    latest: dict[int, Vote] = {}
    for vote in votes:
        latest.pop(vote.person_id, None)
        if vote.choice != Choice.WITHDRAW:
            latest[vote.person_id] = vote
    return latest


def standings(deployment: Deployment) -> list[RuleStanding]:
    """All rules in order, each with its counting votes; two queries however many there are."""
    rules = deployment.rules.select_related("role").order_by("position")
    votes = current_votes(deployment.votes.select_related("person").order_by("pk")).values()
    return [_standing(rule, votes, deployment) for rule in rules]


def _standing(rule: Rule, votes: Iterable[Vote], deployment: Deployment) -> RuleStanding:
    standing = RuleStanding(rule)
    for vote in votes:
        if vote.rule_id == rule.pk:
            _place(vote, rule, deployment, standing).append(vote)
    return standing


def _place(vote: Vote, rule: Rule, deployment: Deployment, standing: RuleStanding) -> list[Vote]:
    if vote.choice in BLOCKING:
        return standing.objections
    if not counts_now(vote, rule, deployment):
        return standing.stale
    return standing.approvals if vote.choice == Choice.APPROVE else standing.abstentions


def counts_now(vote: Vote, rule: Rule, deployment: Deployment) -> bool:
    """Same content; and for a time-sensitive role the same schedule too."""
    if vote.content_hash != deployment.content_hash:
        return False
    return not rule.role.time_sensitive or vote.schedule_hash == deployment.schedule_hash
