"""Who may say what under a rule, and when."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from approvals.enums import BLOCKING, Choice
from approvals.models import Rule, Vote
from approvals.signoff import RuleStanding
from deployments.enums import BEFORE_START, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights

# An objection still counts after GO: it brings the deployment back to review. A word is taken back
# at any time before the start.
WHEN: dict[Choice, frozenset[State]] = {
    Choice.APPROVE: frozenset({State.IN_REVIEW}),
    Choice.REJECT: frozenset({State.IN_REVIEW, State.GO}),
    Choice.REQUEST_CHANGES: frozenset({State.IN_REVIEW, State.GO}),
    Choice.ABSTAIN: frozenset({State.IN_REVIEW}),
    Choice.WITHDRAW: BEFORE_START,
}


def choices_now(deployment: Deployment, *, has_voted: bool) -> list[Choice]:
    """What the sign page offers: taking a word back only to those who gave one."""
    return [
        choice
        for choice, states in WHEN.items()
        if deployment.state in states and (has_voted or choice != Choice.WITHDRAW)
    ]


def voices_of(rights: Rights, rule: Rule) -> list[User | None]:
    """For whom the person may speak under the rule: themselves (None), then those away by name."""
    return rights.voices_as([rule.role.key])


def voices_now(
    rights: Rights, deployment: Deployment, standing: RuleStanding, others: Iterable[Vote]
) -> list[User | None]:
    """Those of the voices that may say something now; all of them where none may."""
    voted, voices = list(others), voices_of(rights, standing.rule)
    return [
        voice
        for voice in voices
        if refusal_to_vote(rights, deployment, standing, voted, on_behalf_of=voice) is None
    ] or voices


def refusal_to_speak(
    rights: Rights, deployment: Deployment, standing: RuleStanding, others: Iterable[Vote]
) -> Refused | None:
    """Whether there is anything that the person may say here, for themselves or somebody away."""
    voted = list(others)
    voices = voices_now(rights, deployment, standing, voted) or [None]
    return refusal_to_vote(rights, deployment, standing, voted, on_behalf_of=voices[0])


def refusal_to_vote(
    rights: Rights,
    deployment: Deployment,
    standing: RuleStanding,
    others: Iterable[Vote],
    choice: Choice = Choice.REJECT,
    *,
    on_behalf_of: User | None = None,
) -> Refused | None:
    """Whether this person may say this under the rule now; `others` are everyone's current votes.

    Without a choice it is asked whether there is anything that the person may say.
    """
    rule, voted = standing.rule, list(others)
    refusal = refusal_by_state(deployment, choice)
    if choice == Choice.WITHDRAW:
        voices = voices_of(rights, rule) or [None]
        refusal = refusal or refusal_by_role(rights, rule, voices[0])
        return refusal or refusal_without_word(rights, rule, voted)
    return (
        refusal
        or refusal_by_role(rights, rule, on_behalf_of)
        or refusal_by_authorship(rights.user, deployment)
        or refusal_by_absent_author(on_behalf_of, deployment)
        or refusal_by_other_rule(rights.user, on_behalf_of, deployment, rule, voted)
        or refusal_by_other_voice(rights.user, on_behalf_of, deployment, rule, voted)
    )


def refusal_by_state(deployment: Deployment, choice: Choice) -> Refused | None:
    if deployment.state in WHEN[choice]:
        return None
    if choice == Choice.WITHDRAW:
        standing = deployment.get_state_display().lower()
        return Refused(f"A word is taken back before the start; the deployment is {standing}.")
    return Refused(
        "Signatures are collected while the deployment is in review; it is "
        f"{deployment.get_state_display().lower()}."
    )


def word_of(person: User, rule: Rule, voted: Iterable[Vote]) -> Vote | None:
    """What counts as the person's word under the rule: their own, or what a stand-in said."""
    own = (vote for vote in voted if vote.rule_id == rule.pk and person.pk in vote.parties)
    return next(own, None)


def refusal_without_word(rights: Rights, rule: Rule, voted: Iterable[Vote]) -> Refused | None:
    """Whoever gave a word takes it back, and so does the person for whom it was given."""
    if word_of(rights.user, rule, voted):
        return None
    return Refused(f"You have said nothing as {rule.role.title} that you could take back.")


def refusal_by_role(rights: Rights, rule: Rule, on_behalf_of: User | None) -> Refused | None:
    if not rights.user.is_person:
        return Forbidden("A machine never signs.")
    if on_behalf_of in voices_of(rights, rule):
        return None
    if on_behalf_of is not None:
        return Forbidden(f"You do not stand in for {on_behalf_of} as {rule.role.title} now.")
    return Forbidden(f"Only holders of the role {rule.role.title} of this service sign here.")


def barred(deployment: Deployment) -> frozenset[int]:
    """Those who may not sign this content whatever role they hold, by their ids."""
    editor = deployment.content_version.author_id if deployment.content_version else None
    people = {deployment.requester_id, *deployment.author_ids}
    return frozenset(people | ({editor} if editor else set()))


def refusal_by_authorship(person: User, deployment: Deployment) -> Refused | None:
    if person.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; somebody else must sign it.")
    if deployment.content_version and person.pk == deployment.content_version.author_id:
        return Forbidden("You edited this content last; somebody else must sign it.")
    if person.pk in deployment.author_ids:
        return Forbidden("You are named as an author; somebody else must sign it.")
    return None


def refusal_by_absent_author(absent: User | None, deployment: Deployment) -> Refused | None:
    """Whoever may not sign this content has nobody sign it for them either."""
    if absent is None or absent.pk not in barred(deployment):
        return None
    return Forbidden(
        f"{absent} requested, wrote or last edited this content; nobody signs it for them."
    )


def refusal_by_other_rule(
    person: User,
    on_behalf_of: User | None,
    deployment: Deployment,
    rule: Rule,
    others: Iterable[Vote],
) -> Refused | None:
    for vote in others:
        if vote.content_hash != deployment.content_hash or vote.rule_id == rule.pk:
            continue
        if person.pk in vote.parties:
            return Forbidden(
                f"You already count as {vote.role_title} on this content; one person counts once."
            )
        if on_behalf_of is not None and on_behalf_of.pk in vote.parties:
            return Forbidden(
                f"{on_behalf_of} already counts as {vote.role_title} on this content; "
                "one person counts once."
            )
    return None


def refusal_by_other_voice(
    person: User,
    on_behalf_of: User | None,
    deployment: Deployment,
    rule: Rule,
    others: Iterable[Vote],
) -> Refused | None:
    """Under one rule a person counts once, whether they signed or somebody signed for them.

    A word is changed by whoever gave it, and replaced by the person for whom it was given;
    nobody else's word gives way, unless it is stale and no objection.
    """
    absent = on_behalf_of.pk if on_behalf_of else None
    for vote in others:
        if vote.rule_id != rule.pk or not vote.parties & {person.pk, absent}:
            continue
        is_same = (vote.person_id, vote.on_behalf_of_id) == (person.pk, absent)
        is_ones_own = absent is None and vote.on_behalf_of_id == person.pk
        is_stale = vote.content_hash != deployment.content_hash and vote.choice not in BLOCKING
        if not (is_same or is_ones_own or is_stale):
            return _refusal_by_voice(person, on_behalf_of, vote)
    return None


def _refusal_by_voice(person: User, on_behalf_of: User | None, vote: Vote) -> Refused:
    if on_behalf_of is not None and on_behalf_of.pk in vote.parties:
        if vote.person_id == on_behalf_of.pk:
            return Refused(f"{on_behalf_of} has voted already; only they change their word.")
        return Refused(
            f"{vote.person_name} has voted for {on_behalf_of} already; "
            f"only {vote.person_name} and {on_behalf_of} change that word."
        )
    whose = f"for {vote.on_behalf_of_name}" if vote.person_id == person.pk else "by a stand-in"
    if vote.on_behalf_of_id is None:
        whose = "for yourself"
    return Refused(
        f"You have voted {whose} as {vote.role_title} already; one person counts once. "
        "Withdraw that word first."
    )


def refusal_by_order(
    standing: RuleStanding, rules: Iterable[RuleStanding], choice: Choice = Choice.APPROVE
) -> Refused | None:
    """A later role waits for the earlier ones; to take a word back nobody waits."""
    if choice == Choice.WITHDRAW:
        return None
    for earlier in rules:
        if earlier.rule.order_group < standing.rule.order_group and not earlier.holds:
            return Refused(f"{earlier.rule.role.title} signs first.")
    return None


def refusal_without_reason(choice: Choice) -> Refused:
    return Invalid(needs_reason(choice))


def needs_reason(choice: Choice) -> str:
    return f"Say why: {choice.label.lower()} needs a reason that others can act on."
