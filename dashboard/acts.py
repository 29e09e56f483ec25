"""What one person may do on a deployment now: one list draws the buttons and their reasons."""

from __future__ import annotations

from dataclasses import replace

from approvals.enums import Choice, Verdict
from approvals.matrix import deadline
from approvals.models import Vote
from approvals.policies import breaking, deciding, voting
from approvals.readiness import joined
from approvals.signoff import RuleStanding, asked_since
from approvals.verdict import Outlook
from dashboard import day_acts
from dashboard.act import Act, act_of
from dashboard.enums import Asks
from deployments.addresses import address
from deployments.enums import Right, State
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.policies import (
    Rights,
    refusal_to_cancel,
    refusal_to_edit,
    refusal_to_schedule,
)
from monitoring.models import Question
from monitoring.policies import refusal_to_close, refusal_to_decide

LONGEST_NOTE = 200


def acts_of(
    rights: Rights, deployment: Deployment, outlook: Outlook, question: Question | None
) -> list[Act]:
    """This person's acts in this state, the most urgent first; none for those who only read.

    `question` is the one whether to roll back, as long as it waits for an answer.
    """
    match State(deployment.state):
        case State.DRAFT:
            return [*_in_draft(rights, deployment), *_words(rights, deployment, outlook.rules)]
        case State.IN_REVIEW:
            return [
                *_answer(rights, deployment, outlook),
                *_signatures(rights, deployment, outlook.rules),
                *_decide(rights, deployment),
            ]
        case State.GO:
            return [
                *_start(rights, deployment, outlook),
                *_decide(rights, deployment),
                *_signatures(rights, deployment, outlook.rules),
            ]
        case State.ON_HOLD | State.NO_GO:
            return [*_resume(rights, deployment), *_words(rights, deployment, outlook.rules)]
        case State.IN_PROGRESS | State.ROLLING_BACK:
            return day_acts.acts_of(rights, deployment, outlook)
        case State.WATCHING:
            return [
                *_question(rights, deployment, question),
                *_review(rights, deployment, outlook),
                *_close(rights, deployment, outlook),
                *day_acts.roll_back(rights, deployment),
            ]
        case _:
            return []


def plan_acts(rights: Rights, deployment: Deployment) -> list[Act]:
    """The quieter acts of a release manager: edit the plan, move the time, cancel."""
    if not rights.has(Right.EDIT):
        return []
    found = [
        act_of("Edit the plan", "dashboard:plan_start", deployment,
             refusal_to_edit(rights, deployment)),
        act_of("Set the time" if deployment.t0 is None else "Reschedule", "deployments:schedule",
             deployment, refusal_to_schedule(rights, deployment)),
        act_of("Cancel", "deployments:cancel", deployment, refusal_to_cancel(rights, deployment)),
        act_of("Back to draft", "approvals:reopen", deployment,
             deciding.refusal_to_reopen(rights, deployment)),
    ]  # fmt: skip
    return [act for act in found if not act.refusal]


def _in_draft(rights: Rights, deployment: Deployment) -> list[Act]:
    """Whatever is still missing, the page of submitting says all of it."""
    if not rights.has(Right.EDIT):
        return []
    return [act_of("Submit for sign-off", "approvals:submit", deployment, None)]


def _signatures(rights: Rights, deployment: Deployment, rules: list[RuleStanding]) -> list[Act]:
    votes = [vote for standing in rules for vote in standing.current]
    mine = {vote.rule_id: vote for vote in votes if rights.user.pk in vote.parties}
    found = []
    for standing in rules:
        if not rights.speaks_as(standing.rule.role.key):
            continue
        refusal = voting.refusal_to_speak(
            rights, deployment, standing, votes
        ) or voting.refusal_by_order(standing, rules)
        url = address("approvals:sign", deployment.pk, standing.rule.pk)
        said = mine.get(standing.rule.pk)
        counts = said is not None and said not in standing.again
        label = _label(standing, has_said=counts, is_decided=deployment.state == State.GO)
        note = _note(said, rights) if said and counts else _stands_in(rights, standing)
        asked = not counts and deployment.state != State.GO
        why = refusal.sentence if refusal else ""
        due = deadline(deployment, standing)
        act = Act(label, url, refusal=why, note=note, is_asked=asked)
        since = asked_since(standing, rules, deployment)
        found.append(replace(act, asks=Asks.SIGNATURE, since=since, due=due))
    return sorted(found, key=lambda act: not act.is_asked)


def _words(rights: Rights, deployment: Deployment, rules: list[RuleStanding]) -> list[Act]:
    """What the person said and may take back although nobody is asked to sign now."""
    votes = [vote for standing in rules for vote in standing.current]
    return [
        Act(
            f"Take back my word as {standing.rule.role}",
            address("approvals:sign", deployment.pk, standing.rule.pk),
            note=_note(said, rights),
            is_asked=False,
        )
        for standing in rules
        if (said := voting.word_of(rights.user, standing.rule, votes))
        and not voting.refusal_to_vote(rights, deployment, standing, votes, Choice.WITHDRAW)
    ]


def _note(said: Vote, rights: Rights) -> str:
    by = "You" if said.person_id == rights.user.pk else f"{said.person_name}, who stands in,"
    return f"{by} said: {said}."


def _stands_in(rights: Rights, standing: RuleStanding) -> str:
    away = rights.stands_for.get(standing.rule.role.key, ())
    return f"You stand in for {joined([str(one.person) for one in away])}." if away else ""


def _label(standing: RuleStanding, *, has_said: bool, is_decided: bool) -> str:
    if is_decided:
        return f"Object as {standing.rule.role}"
    return f"{'Change my word' if has_said else 'Sign'} as {standing.rule.role}"


def _answer(rights: Rights, deployment: Deployment, outlook: Outlook) -> list[Act]:
    """The room, for whoever holds a role that the open poll still waits for."""
    closing = [at for role, at in outlook.silent.items() if rights.speaks_as(role)]
    if not closing:
        return []
    url = address("dashboard:room", deployment.pk)
    return [Act("Answer in the poll", url, asks=Asks.ANSWER, due=closing[0])]


def _question(rights: Rights, deployment: Deployment, question: Question | None) -> list[Act]:
    """For whom the plan lets decide; what an ops lead may do otherwise stands beside it."""
    if question is None or refusal_to_decide(rights, deployment, question):
        return []
    act = act_of("Say whether to roll back", "monitoring:question", deployment, None)
    note = cut("; ".join(question.because), LONGEST_NOTE)
    return [
        replace(act, note=note, asks=Asks.ROLLBACK, since=question.asked_at, due=question.answer_by)
    ]


def _review(rights: Rights, deployment: Deployment, outlook: Outlook) -> list[Act]:
    if outlook.review is None or not (rights.has(Right.OPERATE) or rights.has(Right.EDIT)):
        return []
    url = address("approvals:review", deployment.pk, outlook.review.decision_id)
    refusal = breaking.refusal_to_review(rights, outlook.review)
    act = Act("Review the break-glass decision", url, refusal=refusal.sentence if refusal else "")
    return [replace(act, asks=Asks.REVIEW, due=outlook.review.due_at)]


def _decide(rights: Rights, deployment: Deployment) -> list[Act]:
    if not rights.has(Right.OPERATE):
        return []
    refusal = deciding.refusal_to_decide_at_all(rights, deployment)
    decide = act_of("Decide go or no-go", "approvals:decide", deployment, refusal)
    if refusal:
        return [decide]
    decide = replace(decide, asks=Asks.DECISION, due=deployment.t0)
    return [decide, Act("Hold", f"{decide.url}?verdict={Verdict.HOLD}", is_asked=False)]


def _start(rights: Rights, deployment: Deployment, outlook: Outlook) -> list[Act]:
    if not rights.has(Right.OPERATE) or outlook.readiness is None:
        return []
    refusal = deciding.refusal_to_start(
        rights, deployment, outlook.decision, outlook.readiness, outlook.at
    )
    return [act_of("Start the deployment", "approvals:start", deployment, refusal, posts=True)]


def _resume(rights: Rights, deployment: Deployment) -> list[Act]:
    """A time that has passed meanwhile is said on its page, which leads to a new one."""
    if not rights.has(Right.EDIT):
        return []
    return [act_of("Resume the review", "approvals:resume", deployment, None)]


def _close(rights: Rights, deployment: Deployment, outlook: Outlook) -> list[Act]:
    if not (rights.has(Right.OPERATE) or rights.has(Right.EDIT)):
        return []
    refusal = refusal_to_close(
        rights,
        deployment,
        list(outlook.progress.waiting),
        is_reviewed=outlook.review is None,
    )
    return [act_of("Close the deployment", "monitoring:close", deployment, refusal)]
