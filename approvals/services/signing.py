"""One person's word under one rule, bound to exactly what they were shown."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from approvals import records
from approvals.enums import NEEDS_REASON, Choice
from approvals.models import Rule, Standing, Vote
from approvals.policies import voting as policies
from approvals.shown import Shown, refusal_of_other
from approvals.signoff import RuleStanding, heard_before
from deployments import history, provenance
from deployments.canonical import digest
from deployments.exceptions import Invalid, require
from deployments.models import Deployment
from deployments.policies import Rights, refusal_by_proof, rights_of

VERBS: dict[Choice, str] = {
    Choice.APPROVE: "signed",
    Choice.REJECT: "rejected",
    Choice.REQUEST_CHANGES: "changes requested",
    Choice.ABSTAIN: "abstained",
    Choice.WITHDRAW: "signature withdrawn",
}


@transaction.atomic
def sign(
    deployment_id: int,
    rule_id: int,
    choice: Choice,
    *,
    actor: User,
    proof: Authentication | None,
    shown: Shown,
    reason: str = "",
    on_behalf_of: User | None = None,
) -> Vote:
    """Cast one vote on exactly what was shown, for oneself or for somebody who is away.

    Refuses without a fresh proof, to whoever may not sign, and if content or time moved meanwhile.
    """
    deployment = Deployment.objects.lock(deployment_id)
    parties = {actor.pk, on_behalf_of.pk} if on_behalf_of else {actor.pk}
    now = deployment.locked_at
    heard = heard_before(deployment, rule_id, parties, now)
    standing = heard.under(rule_id)
    if standing is None:
        raise Invalid("This deployment has no such approval; reload the page.")
    rights = rights_of(actor, deployment.service)
    require(
        policies.refusal_to_vote(
            rights, deployment, standing, heard.words, choice, on_behalf_of=on_behalf_of
        )
    )
    require(policies.refusal_by_order(standing, heard.rules, choice))
    require(refusal_by_proof(proof))
    require(refusal_of_other(shown, deployment, "signed"))
    if choice in NEEDS_REASON and not reason.strip():
        raise policies.refusal_without_reason(choice)
    if choice == Choice.WITHDRAW:
        on_behalf_of = _given_for(actor, standing)
    grounds = _grounds(rights, standing.rule, deployment, on_behalf_of)
    word = Word(choice, reason.strip(), on_behalf_of, grounds, now, is_first=heard.is_first)
    return _cast(deployment, standing.rule, word, actor=actor, proof=proof)


@dataclass(frozen=True)
class Word:
    """What is said, for whom (None: for oneself), why the person may say it, and when.

    `is_first`: none of those who count by it has said anything on this deployment before.
    """

    choice: Choice
    reason: str
    on_behalf_of: User | None
    grounds: str
    at: datetime
    is_first: bool


def _grounds(rights: Rights, rule: Rule, deployment: Deployment, on_behalf_of: User | None) -> str:
    """Why the person may speak here, as it is now; losing the role later changes no vote."""
    held = f"holds {rule.role.title} of {deployment.service}"
    for one in rights.stands_for.get(rule.role.key, ()):
        if on_behalf_of is not None and one.person.pk == on_behalf_of.pk:
            return f"stands in for {one.person} until {one.until:%d %b %Y %H:%M} UTC, who {held}"
    return held if rule.role.key in rights.roles else "takes back their own word"


def _given_for(actor: User, standing: RuleStanding) -> User | None:
    """A word given for somebody is taken back for them by whoever gave it."""
    said = policies.word_of(actor, standing.rule, standing.current)
    return said.on_behalf_of if said is not None and said.person_id == actor.pk else None


def _cast(
    deployment: Deployment,
    rule: Rule,
    word: Word,
    *,
    actor: User,
    proof: Authentication | None,
) -> Vote:
    assert proof is not None and deployment.content_version is not None
    vote = Vote.objects.create(
        deployment=deployment,
        rule=rule,
        person=actor,
        person_name=str(actor),
        on_behalf_of=word.on_behalf_of,
        on_behalf_of_name=str(word.on_behalf_of) if word.on_behalf_of else "",
        role_title=rule.role.title,
        choice=word.choice,
        statement=rule.statement,
        reason=word.reason,
        content_version=deployment.content_version,
        content_hash=deployment.content_hash,
        schedule_hash=deployment.schedule_hash,
        grounds=word.grounds,
        at=word.at,
        authenticated_by=proof.means,
        authenticated_at=proof.at,
        address=provenance.current().address,
    )
    if not word.is_first:
        _replace_earlier(vote)
    _stand(vote)
    history.record(
        deployment,
        VERBS[word.choice],
        actor=actor,
        obj=vote,
        after={
            "role": rule.role.key,
            "statement": rule.statement,
            "content": vote.content_hash,
            "vote": vote.pk,
            "record": digest(records.of_vote(vote)),
        },
        reason=word.reason,
        on_behalf_of=word.on_behalf_of,
        at=vote.at,
    )
    return vote


def _replace_earlier(vote: Vote) -> None:
    """Nothing counts any more of the word that this one replaces.

    A word that is taken back counts on no content any more, even if that comes back. What else is
    found of them on this content is of a word that was replaced on another one in between: nobody
    who counts as another role gets here.
    """
    there = Standing.objects.filter(deployment=vote.deployment)
    replaced = there.filter(person__in=vote.parties)
    if vote.choice == Choice.WITHDRAW:
        replaced = replaced.filter(vote__rule=vote.rule)
    else:
        there = there.filter(content_hash=vote.content_hash)
        replaced = replaced.filter(content_hash=vote.content_hash)
    there.filter(vote__in=replaced.values("vote")).delete()


def _stand(vote: Vote) -> None:
    """One row for each of those who count by the vote; by one that is taken back nobody does."""
    if vote.choice == Choice.WITHDRAW:
        return
    Standing.objects.bulk_create(
        Standing(
            deployment=vote.deployment,
            content_hash=vote.content_hash,
            person_id=person,
            vote=vote,
        )
        for person in sorted(vote.parties)
    )
