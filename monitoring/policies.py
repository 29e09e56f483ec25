"""Who may do what in a watch, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from deployments.enums import Right, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment, ShareLink
from deployments.places import later_start, refusal_while_occupied
from deployments.policies import (
    Rights,
    refusal_to_move,
    refusal_to_operate,
    refusal_without,
)
from monitoring.enums import Channel
from monitoring.models import Alert, Incident, Judgment, Question, Target

MAY_CLOSE = (Right.EDIT, Right.OPERATE)
OWNS_SUCCESS = "product_owner"
TAKES_INCIDENTS = frozenset({State.IN_PROGRESS, State.WATCHING, State.ROLLING_BACK})
LONGEST_INCIDENT = 2000
# More within an hour of one deployment by one channel are no longer users.
MOST_INCIDENTS = 100
# By one stakeholder link, which anybody may have got: within an hour, and as long as it lives.
MOST_BY_LINK = 20
MOST_OF_A_LINK = 200


def refusal_to_close(
    rights: Rights, deployment: Deployment, waiting: list[str], *, is_reviewed: bool
) -> Refused | None:
    """`waiting` are the texts of required items of phase after that nobody has judged.

    `is_reviewed` is False while a break-glass decision still has to be looked into.
    """
    if not any(rights.has(right) for right in MAY_CLOSE):
        return Forbidden("Only release managers and ops leads of this service may close.")
    refusal = refusal_to_move(deployment, State.CLOSED)
    if refusal is None and not is_reviewed:
        return Refused("Not to be closed yet: the review of the break-glass decision is open.")
    if refusal or not waiting:
        return refusal
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return Refused(f"Not to be closed yet: “{waiting[0]}”{more} still to be judged.")


def is_measured(deployment: Deployment) -> bool:
    """Whether values are asked for and taken."""
    return deployment.state == State.WATCHING


def refusal_to_go_back_by_itself(deployment: Deployment) -> Refused | None:
    """Why an automatic trigger only asks: its rollback would undo, or meet, another deployment."""
    if later_start(deployment) is not None:
        return Refused("A later deployment has started at the same place.")
    return refusal_while_occupied(deployment)


def refusal_outside_the_watch(deployment: Deployment) -> Refused | None:
    if is_measured(deployment):
        return None
    return Refused(
        f"This deployment is {deployment.get_state_display().lower()}; only one that is watched "
        "takes values and answers."
    )


def refusal_to_push(rights: Rights, deployment: Deployment) -> Refused | None:
    """Machines come with a token of the service, which the API has looked at."""
    if rights.user.is_person:
        return Forbidden("Only machines send values; a person enters them.")
    return refusal_outside_the_watch(deployment)


def refusal_to_enter(rights: Rights, deployment: Deployment) -> Refused | None:
    refusal = refusal_without(rights, Right.TICK, "enter the value of a metric")
    return refusal or refusal_outside_the_watch(deployment)


def refusal_to_acknowledge(rights: Rights, alert: Alert) -> Refused | None:
    refusal = refusal_without(rights, Right.TICK, "acknowledge an alert")
    if refusal or alert.acknowledged_at is None:
        return refusal
    return Refused(f"{alert.acknowledged_by} has acknowledged it already.")


def refusal_to_raise(rights: Rights, deployment: Deployment, reason: str) -> Refused | None:
    refusal = refusal_without(rights, Right.TICK, "say that a rollback trigger holds")
    refusal = refusal or refusal_outside_the_watch(deployment)
    if refusal or reason.strip():
        return refusal
    return Invalid("Say what you see; whoever decides will read it.")


def voices(rights: Rights, deployment: Deployment, question: Question) -> list[User | None]:
    """For whom somebody may answer under a role: themselves (None), then those who are away."""
    if rights.user.pk == deployment.requester_id:
        return []
    said = rights.voices_as(question.roles)
    return [one for one in said if one is None or one.pk != deployment.requester_id]


def refusal_to_decide(rights: Rights, deployment: Deployment, question: Question) -> Refused | None:
    """Those whom the plan names for what asks, or who stand in for them; never the requester."""
    if voices(rights, deployment, question):
        return None
    if question.asks_ops_leads:
        return refusal_to_operate(rights, deployment, "answer for")
    if rights.user.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; somebody else must answer for it.")
    return Forbidden(f"Whether it stays, this plan leaves to {question.deciders}.")


def refusal_to_answer(
    rights: Rights, deployment: Deployment, question: Question, reason: str
) -> Refused | None:
    """Whether somebody may answer that the deployment stays."""
    refusal = refusal_to_decide(rights, deployment, question)
    refusal = refusal or refusal_outside_the_watch(deployment)
    if refusal or reason.strip():
        return refusal
    return Invalid("Say why it stays; the report says it to everybody.")


def refusal_to_judge(
    rights: Rights, deployment: Deployment, target: Target, reason: str
) -> Refused | None:
    if not any(rights.has(right) for right in MAY_CLOSE):
        return Forbidden("Only release managers and ops leads of this service may judge.")
    refusal = refusal_outside_the_watch(deployment)
    if refusal is None and not target.is_for_people:
        when = "has judged" if target.verdict else "judges"
        refusal = Refused(f"The portal {when} this target by what is measured.")
    if refusal or reason.strip():
        return refusal
    return Invalid("Say by what you judge; the report says it to everybody.")


def refusal_to_judge_criterion(
    rights: Rights, deployment: Deployment, judged: Judgment | None, reason: str
) -> Refused | None:
    """The product owner answers for what was to be achieved, or who stands in for them.

    Those who close may, too: nothing closes before all is judged (docs/adr/0043).

    `judged` is the judgment that stands. What values say nobody says otherwise beside them; opening
    the item again takes that back first, in one's own name.
    """
    if not rights.speaks_as(OWNS_SUCCESS) and not any(rights.has(right) for right in MAY_CLOSE):
        return Forbidden(
            "Only the product owner, release managers and ops leads of this service may judge."
        )
    refusal = refusal_outside_the_watch(deployment)
    if refusal is None and judged is not None and judged.judged_by_id is None:
        refusal = Refused("The portal has judged this criterion by what was measured.")
    if refusal or reason.strip():
        return refusal
    return Invalid("Say by what you judge; the report says it to everybody.")


def judges_for(rights: Rights) -> User | None:
    """For whom somebody judges a criterion who may only because they stand in for them."""
    if OWNS_SUCCESS in rights.roles or any(rights.has(right) for right in MAY_CLOSE):
        return None
    return next((one.person for one in rights.absent_as([OWNS_SUCCESS])), None)


def refusal_to_report(
    deployment: Deployment, text: str, channel: Channel, now: datetime
) -> Refused | None:
    """Counted by channel, so that a machine that goes wrong leaves people theirs."""
    if deployment.state not in TAKES_INCIDENTS:
        return Refused(
            f"This deployment is {deployment.get_state_display().lower()}; incidents are taken "
            "from its start to the end of its watch."
        )
    if not text.strip():
        return Invalid("Say what went wrong.")
    if "\0" in text or len(text) > LONGEST_INCIDENT:
        return Invalid(f"Say it in at most {LONGEST_INCIDENT} characters, without control ones.")
    told = Incident.objects.filter(deployment=deployment, channel=channel)
    if told.filter(at__gt=now - timedelta(hours=1)).count() >= MOST_INCIDENTS:
        return Refused("So much was reported within an hour that no more is taken; call somebody.")
    return None


def refusal_by_link(link: ShareLink, now: datetime) -> Refused | None:
    """Counted by link, so that a new one takes up again what a flood took from the one before."""
    if not link.is_standing(now):
        return Refused("This link leads nowhere any more; ask for a new one.")
    told = link.incidents.all()
    in_an_hour = told.filter(at__gt=now - timedelta(hours=1)).count()
    if in_an_hour < MOST_BY_LINK and told.count() < MOST_OF_A_LINK:
        return None
    return Refused("So much was reported by this link that no more is taken; write or call.")


def refusal_to_dismiss(
    rights: Rights, deployment: Deployment, incident: Incident, reason: str
) -> Refused | None:
    if not any(rights.has(right) for right in MAY_CLOSE):
        return Forbidden(
            "Only release managers and ops leads of this service may say that it does not count."
        )
    refusal = refusal_outside_the_watch(deployment)
    if refusal:
        return refusal
    if incident.dismissed_at is not None:
        return Refused(f"{incident.dismissed_by} has said so already.")
    return None if reason.strip() else Invalid("Say why it does not belong to this deployment.")
