"""Who answers in the go/no-go poll, who writes an answer down, who opens it again."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Role
from approvals.enums import Verdict
from approvals.models import Round
from approvals.polling import opening
from approvals.readiness import joined
from approvals.rollcall import takes_answers
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_operate

LONGEST_REMARK = 300


def refusal_to_answer(rights: Rights, role: Role) -> Refused | None:
    if not rights.user.is_person:
        return Forbidden("A machine never answers for a role.")
    if rights.speaks_as(role.key):
        return None
    return Forbidden(f"Only holders of the role {role.title} of this service answer for it.")


def voice_of(rights: Rights, role: Role) -> str:
    """Whose answer it is, as pages show it: that of a stand-in names the absent, too."""
    away = rights.stands_for.get(role.key, ())
    if role.key in rights.roles or not away:
        return str(rights.user)
    return f"{rights.user} for {joined([str(one.person) for one in away])}"


def refusal_to_write(rights: Rights, deployment: Deployment) -> Refused | None:
    return refusal_to_operate(rights, deployment, "write down answers for")


def refusal_to_write_down(
    rights: Rights, deployment: Deployment, role: Role, said_by: Rights
) -> Refused | None:
    """An answer given on the call is written down by an ops lead, in the name of who gave it.

    Whoever stands in for a holder answers on the call, too.
    """
    refusal = refusal_to_write(rights, deployment)
    if refusal:
        return refusal
    if said_by.user == rights.user:
        return Invalid("Your own answer is not given by voice; answer for your role yourself.")
    if said_by.user.is_person and said_by.speaks_as(role.key):
        return None
    return Invalid(f"{said_by.user} does not hold the role {role.title} of this service.")


def refusal_by_round(deployment: Deployment, found: Round | None, now: datetime) -> Refused | None:
    if takes_answers(deployment, found, now):
        return None
    if deployment.state != State.IN_REVIEW:
        state = deployment.get_state_display().lower()
        return Refused(f"The poll is held during the review; the deployment is {state}.")
    if found is None and deployment.t0 and now < opening(deployment.t0):
        return Refused(f"The poll opens at {opening(deployment.t0):%Y-%m-%d %H:%M} UTC.")
    if found is None:
        return Refused("The poll opens in a moment; reload the page.")
    closed = found.closed_at or found.closes_at
    return Refused(
        f"The poll closed at {closed:%Y-%m-%d %H:%M} UTC; the ops lead may open it again."
    )


def refusal_of_answer(word: Verdict, remark: str) -> Refused | None:
    if "\0" in remark or len(remark) > LONGEST_REMARK:
        return Invalid(f"The line is plain text of at most {LONGEST_REMARK} characters.")
    if word != Verdict.GO and not remark.strip():
        return Invalid(f"Say in one line why it is {word.label}; everybody on the call reads it.")
    return None


def refusal_to_open_again(
    rights: Rights, deployment: Deployment, found: Round | None, now: datetime
) -> Refused | None:
    refusal = refusal_to_operate(rights, deployment, "open the poll again for")
    if refusal:
        return refusal
    if takes_answers(deployment, found, now):
        return Refused("The poll is open; its answers can still be changed.")
    if found is None or deployment.state != State.IN_REVIEW:
        return refusal_by_round(deployment, found, now)
    return None
