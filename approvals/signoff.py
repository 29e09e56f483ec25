"""Where each rule stands: whose signature counts, who objects, who signed an older content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from approvals.enums import BLOCKING, LATEST_START_AFTER_T0, Choice
from approvals.models import Request, Rule, Standing, Vote
from deployments import clock
from deployments.enums import BEFORE_START
from deployments.models import Deployment
from statements import AnyOf, built_once


@dataclass
class RuleStanding:
    """One rule with the votes that matter to it now."""

    rule: Rule
    approvals: list[Vote] = field(default_factory=list)
    objections: list[Vote] = field(default_factory=list)
    abstentions: list[Vote] = field(default_factory=list)
    stale: list[Vote] = field(default_factory=list)
    for_another_time: list[Vote] = field(default_factory=list)
    expired: list[Vote] = field(default_factory=list)
    lifted: list[Vote] = field(default_factory=list)
    asked_at: datetime | None = None

    @property
    def current(self) -> list[Vote]:
        """Every word that was not taken back or lifted, whether it counts now or not."""
        return [
            *self.approvals,
            *self.objections,
            *self.abstentions,
            *self.again,
        ]

    @property
    def again(self) -> list[Vote]:
        """Signatures that were given and have to be given again."""
        return [*self.stale, *self.for_another_time, *self.expired]

    @property
    def missing(self) -> int:
        return max(0, self.rule.count - len(self.approvals))

    @property
    def holds(self) -> bool:
        return not self.missing and not self.objections


def counting(rules: Iterable[RuleStanding]) -> int:
    """How many words count on the content as it is; every one of them is stale after a change."""
    return sum(len(one.approvals) + len(one.abstentions) for one in rules)


def current_votes(votes: Iterable[Vote]) -> list[Vote]:
    """The latest vote of each person under each rule, in the order cast.

    A vote "B for A" is the word of both: a later one of either takes its place. A withdrawn one
    leaves nothing; what somebody says under another rule takes nothing back.
    """
    latest: dict[int, Vote] = {}
    for vote in votes:
        for earlier in replaced_by(vote, latest.values()):
            del latest[earlier.pk]
        if vote.choice != Choice.WITHDRAW:
            latest[vote.pk] = vote
    return list(latest.values())


def replaced_by(vote: Vote, earlier: Iterable[Vote]) -> list[Vote]:
    """The words of the same people under the same rule that stand no longer."""
    return [one for one in earlier if one.rule_id == vote.rule_id and one.parties & vote.parties]


def standings(deployment: Deployment) -> list[RuleStanding]:
    """All rules of one deployment in order, each with its counting votes."""
    return standings_of([deployment])[deployment.pk]


def standings_of(
    deployments: Sequence[Deployment], now: datetime | None = None
) -> dict[int, list[RuleStanding]]:
    """The same for many deployments, in two queries however many; `now` where it is known."""
    asked = [one.pk for one in deployments]
    return _placed(deployments, _asked_rules(asked), _all_cast(asked), now or clock.now())


@dataclass(frozen=True)
class Heard:
    """What a vote is judged by: the rules, and whether its parties have said nothing yet."""

    rules: list[RuleStanding]
    is_first: bool

    @property
    def words(self) -> list[Vote]:
        return [vote for one in self.rules for vote in one.current]

    def under(self, rule_id: int) -> RuleStanding | None:
        return next((one for one in self.rules if one.rule.pk == rule_id), None)


def heard_before(
    deployment: Deployment, rule_id: int, parties: Collection[int], now: datetime
) -> Heard:
    """All rules, each with only the votes that say whether these may count under that one.

    Those are the words by and for the parties and all under the rules of earlier groups, so that a
    vote costs the same however many others have signed beside it. The rule and later ones are not
    told whole, and none is told when it was asked for.
    """
    rules = _rules([deployment.pk])
    group = next((rule.order_group for rule in rules if rule.pk == rule_id), 0)
    earlier = {rule.pk for rule in rules if rule.order_group < group}
    said = _said(deployment)
    theirs = [both for _, _, both in said if both & set(parties)]
    # A word for somebody is replaced by their own, so both sides of it are read.
    linked = set(parties).union(*theirs)
    asked = [pk for pk, rule, both in said if both & linked or rule in earlier]
    cast = _some_cast([deployment.pk], asked) if asked else ()
    return Heard(_placed([deployment], rules, cast, now)[deployment.pk], is_first=not theirs)


def _said(deployment: Deployment) -> list[tuple[int, int, set[int]]]:
    """Of every vote its id, its rule's, and those of its parties; nothing else is read of it."""
    ids = ("pk", "rule", "person", "on_behalf_of")
    return [
        (pk, rule, {person, absent or person})
        for pk, rule, person, absent in deployment.votes.order_by().values_list(*ids)
    ]


def asked_since(
    standing: RuleStanding, rules: Iterable[RuleStanding], deployment: Deployment
) -> datetime | None:
    """When the signature was asked for; nobody is asked as long as an earlier role has to sign.

    Until the request is written, a moment after the submit, that is when it was asked.
    """
    group = standing.rule.order_group
    if any(one.rule.order_group < group and not one.holds for one in rules):
        return standing.asked_at
    return standing.asked_at or deployment.submitted_at


def _in_order(deployments: list[int]) -> QuerySet[Rule, Any]:
    rules = Rule.objects.filter(AnyOf("deployment", deployments))
    return rules.select_related("role").order_by("position")


@built_once
def _rules(deployments: list[int]) -> QuerySet[Rule, Any]:
    return _in_order(deployments)


@built_once
def _asked_rules(deployments: list[int]) -> QuerySet[Rule, Any]:
    """In order, each with when it was asked for the last time, if it still is."""
    open_ones = Request.objects.filter(rule=OuterRef("pk"), settled_at=None).order_by()
    asked: dict[str, Any] = {"asked_at": Subquery(open_ones.values("asked_at")[:1])}
    return _in_order(deployments).annotate(**asked)


def _placed(
    deployments: Sequence[Deployment],
    rules: Iterable[Rule],
    cast: Iterable[Vote],
    now: datetime,
) -> dict[int, list[RuleStanding]]:
    votes: dict[int, list[Vote]] = defaultdict(list)
    for vote in cast:
        votes[vote.deployment_id].append(vote)
    current = {pk: current_votes(of_one) for pk, of_one in votes.items()}
    result: dict[int, list[RuleStanding]] = {deployment.pk: [] for deployment in deployments}
    by_id = {deployment.pk: deployment for deployment in deployments}
    for rule in rules:
        deployment = by_id[rule.deployment_id]
        standing = _standing(rule, current.get(deployment.pk, ()), deployment, now)
        result[deployment.pk].append(standing)
    return result


@built_once
def _all_cast(deployments: list[int]) -> QuerySet[Vote, Any]:
    return _cast(deployments).select_related("person", "on_behalf_of", "lifting__by")


@built_once
def _some_cast(deployments: list[int], votes: list[int]) -> QuerySet[Vote, Any]:
    some = _cast(deployments).filter(AnyOf("pk", votes))
    return some.select_related("on_behalf_of", "lifting__by")


def _cast(deployments: list[int]) -> QuerySet[Vote, Any]:
    """Every vote with what decides besides its content whether it may count.

    It is the one that the table of standings points to, and not of whoever edited the content
    last, even if that brought back what was signed, nor of whoever is named as an author by now.
    """
    written = Deployment.authors.through.objects.filter(
        Q(user=OuterRef("person")) | Q(user=OuterRef("on_behalf_of")),
        deployment=OuterRef("deployment"),
    )
    told: dict[str, Any] = {
        "stands": Exists(Standing.objects.filter(vote=OuterRef("pk"))),
        "last_editor": F("deployment__content_version__author"),
        "is_by_author": Exists(written),
    }
    return Vote.objects.filter(AnyOf("deployment", deployments)).annotate(**told).order_by("pk")


def _standing(
    rule: Rule, votes: Iterable[Vote], deployment: Deployment, now: datetime
) -> RuleStanding:
    standing = RuleStanding(rule, asked_at=rule.asked_at)
    for vote in votes:
        if vote.rule_id == rule.pk:
            _place(vote, rule, deployment, standing, now).append(vote)
    return standing


def _place(
    vote: Vote, rule: Rule, deployment: Deployment, standing: RuleStanding, now: datetime
) -> list[Vote]:
    if vote.is_lifted:
        return standing.lifted
    if vote.choice in BLOCKING:
        return standing.objections
    if vote.content_hash != deployment.content_hash or not vote.stands:
        return standing.stale
    if vote.last_editor in vote.parties or vote.is_by_author:
        return standing.stale
    if rule.is_time_sensitive and vote.schedule_hash != deployment.schedule_hash:
        return standing.for_another_time
    if vote.choice == Choice.ABSTAIN:
        return standing.abstentions
    return standing.expired if has_expired(vote, rule, deployment, now) else standing.approvals


def has_expired(vote: Vote, rule: Rule, deployment: Deployment, now: datetime) -> bool:
    """A signature allows a start for a while; one that ends before the latest start is no help.

    Once the deployment has started, it is spent and expires no more.
    """
    if deployment.state not in BEFORE_START:
        return False
    needed = max(now, deployment.t0 + LATEST_START_AFTER_T0) if deployment.t0 else now
    return vote.at + rule.holds_for < needed
