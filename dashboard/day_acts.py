"""What an ops lead may do while the runbook runs: answer, complete, roll back, stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from approvals.verdict import Outlook
from checklists.day import policies
from checklists.policies import refusal_to_complete
from checklists.progress import Question
from dashboard.act import Act, act_of
from dashboard.enums import Asks
from deployments.addresses import address
from deployments.enums import Right, State
from deployments.exceptions import Refused
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.policies import Rights

SHOWN = 60


def acts_of(rights: Rights, deployment: Deployment, outlook: Outlook) -> list[Act]:
    """What failed is answered for first; the grave ones come last."""
    if not rights.has(Right.OPERATE):
        return []
    return [
        *_answers(rights, deployment, outlook.progress.questions),
        _end(rights, deployment, outlook),
        *(roll_back(rights, deployment) if deployment.state == State.IN_PROGRESS else []),
        _grave("Stop", "checklists:stop", deployment, policies.refusal_to_stop(rights, deployment)),
    ]


def roll_back(rights: Rights, deployment: Deployment) -> list[Act]:
    """While it runs, and as long as it is watched."""
    if not rights.has(Right.OPERATE):
        return []
    refusal = policies.refusal_to_begin_any_rollback(rights, deployment)
    return [_grave("Roll back", "checklists:roll_back", deployment, refusal)]


def _answers(
    rights: Rights, deployment: Deployment, questions: Iterable[Question]
) -> Iterable[Act]:
    """One person is asked by name; any other ops lead may, and is not asked."""
    refusal = policies.refusal_to_say_how(rights, deployment)
    for one in questions:
        url = address("checklists:answer_step", deployment.pk, one.item_pk)
        yield Act(
            f"Say how it goes on: “{cut(one.text, SHOWN)}” failed",
            url,
            refusal=refusal.sentence if refusal else "",
            is_asked=one.asked_pk in {rights.user.pk, None},
            asks=Asks.STEP,
        )


def _end(rights: Rights, deployment: Deployment, outlook: Outlook) -> Act:
    """Complete, or on the way back: rolled back; the sentence beside it says what is missing."""
    still = outlook.progress.still
    if deployment.state == State.ROLLING_BACK:
        refusal = policies.refusal_to_finish_rollback(rights, deployment, still)
        name = "checklists:finish_rollback"
        return act_of("Finish the rollback", name, deployment, refusal, posts=True)
    refusal = refusal_to_complete(rights, deployment, still)
    return act_of("Complete the deployment", "checklists:complete", deployment, refusal, posts=True)


def _grave(label: str, name: str, deployment: Deployment, refusal: Refused | None) -> Act:
    """Nobody is asked for it."""
    return replace(act_of(label, name, deployment, refusal), is_asked=False, is_grave=True)
