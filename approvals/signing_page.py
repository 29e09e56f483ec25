"""The page on which somebody signs: their own word, what changed since, and all that is signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from approvals.enums import BLOCKING, Choice
from approvals.models import Rule, Vote
from approvals.policies import voting
from approvals.reading import signed_content
from approvals.shown import Shown
from approvals.signoff import RuleStanding
from approvals.since import Since, since_shown, since_vote
from approvals.verdict import outlook
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights

SAID: dict[Choice, str] = {
    Choice.APPROVE: "You approved this",
    Choice.REJECT: "You rejected this",
    Choice.REQUEST_CHANGES: "You asked for changes",
    Choice.ABSTAIN: "You abstained",
}


@dataclass(frozen=True)
class Own:
    """One person's word under a rule as it stands: what they said, and whether it still counts."""

    vote: Vote
    said: str
    follows: str
    counts: bool

    @property
    def is_to_be_given_again(self) -> bool:
        return not self.counts and self.vote.choice not in BLOCKING


def sign_page(
    deployment: Deployment, rule: Rule, rights: Rights, shown: Shown | None = None
) -> dict[str, Any]:
    """What a signer reads. `shown` is what they had before their eyes, if that is no longer so."""
    view = outlook(deployment)
    standing = next(one for one in view.rules if one.rule.pk == rule.pk)
    votes = [vote for one in view.rules for vote in one.current]
    voices = voting.voices_now(rights, deployment, standing, votes)
    own = own_word(standing, rights.user.pk)
    refusal, choices = _may_say(deployment, standing, view.rules, rights, voices)
    return {
        "deployment": deployment,
        "rule": rule,
        "outlook": view,
        "own": own,
        "voices": voices,
        "said_for_me": own.vote if own and own.vote.person_id != rights.user.pk else None,
        "absent": rights.stands_for.get(rule.role.key, ()),
        "lifted": [one for one in standing.lifted if one.person_id == rights.user.pk],
        "since": _since(deployment, own, shown),
        "others": [one for one in view.rules if one.rule.pk != rule.pk or _of_others(one, rights)],
        "refusal": refusal,
        "choices": choices or voting.choices_now(deployment, has_voted=own is not None),
        "may_say": choices,
        "signed": signed_content(deployment),
    }


def own_word(standing: RuleStanding, person_id: int) -> Own | None:
    """The latest word under the rule by the person or for them, if it was not taken back."""
    vote = next((one for one in standing.current if person_id in one.parties), None)
    if vote is None:
        return None
    counts = vote in standing.approvals or vote in standing.abstentions
    return Own(vote, SAID[Choice(vote.choice)], _follows(vote, standing), counts)


def _follows(vote: Vote, standing: RuleStanding) -> str:
    if vote in standing.stale and vote.is_by_author:
        return "You are named as an author since then, so it does not count."
    if vote in standing.stale:
        return "The content changed since then, so it counts again once you have given it again."
    if vote in standing.expired:
        return "It is too old for the planned start, so it counts once you have given it again."
    if vote in standing.for_another_time:
        return "The time moved since then, so it counts again once you have given it again."
    if vote in standing.objections:
        return "There is no GO until you sign or take it back, whatever else changes."
    if vote in standing.abstentions:
        return "It adds nothing and stands in nobody’s way."
    return "It counts as long as the content stays as it is."


def _may_say(
    deployment: Deployment,
    standing: RuleStanding,
    rules: list[RuleStanding],
    rights: Rights,
    voices: Sequence[User | None],
) -> tuple[Refused | None, list[Choice]]:
    """Why the person may not sign, if so, and all that they may say; even then it may be little."""
    votes = [vote for one in rules for vote in one.current]
    by_order = voting.refusal_by_order(standing, rules)
    refusal = voting.refusal_to_speak(rights, deployment, standing, votes) or by_order
    choices = [
        choice
        for choice in voting.choices_now(deployment, has_voted=True)
        if voting.refusal_by_order(standing, rules, choice) is None
        and any(
            voting.refusal_to_vote(rights, deployment, standing, votes, choice, on_behalf_of=voice)
            is None
            for voice in voices or [None]
        )
    ]
    return refusal, choices


def _since(deployment: Deployment, own: Own | None, shown: Shown | None) -> Since | None:
    """What changed while they read; else since they signed, where that has to be read again."""
    if shown is not None:
        return since_shown(deployment, shown)
    if own is None or own.counts:
        return None
    return since_vote(deployment, own.vote)


def _of_others(standing: RuleStanding, rights: Rights) -> bool:
    return any(one.person_id != rights.user.pk for one in standing.current)


def words_of(choices: Iterable[Choice], own: Own | None) -> list[tuple[str, str]]:
    """What each choice is called to somebody who said this before."""
    called = {choice: choice.label for choice in choices}
    if own is not None and own.vote.choice in {Choice.APPROVE, Choice.ABSTAIN}:
        again = Choice(own.vote.choice)
        called |= {again: f"{again.label} again"} if again in called else {}
    if Choice.WITHDRAW in called:
        called[Choice.WITHDRAW] = "Take my word back"
    return [(choice.value, label) for choice, label in called.items()]
