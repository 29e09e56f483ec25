"""The poll and the go/no-go room: what everybody sees live, and what one person may say there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Role, User
from approvals.asking import voices_of
from approvals.models import Round
from approvals.policies import breaking, deciding, polling
from approvals.poll_forms import AnswerForm, VoiceForm
from approvals.rollcall import asked_roles, counting_round, due_at, roll_call
from approvals.verdict import Outlook
from deployments import clock
from deployments.enums import Right, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights
from gates.models import Gate


def poll_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """A tile for each polled role, the rounds before this one, and until when it is open."""
    poll = roll_call(deployment, outlook.at)
    return {"poll": poll, "decision_due": due_at(deployment, poll.round)}


def room_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """Everything that a call needs before its eyes: sentence, tiles, gate values, decision."""
    gates = Gate.objects.as_of_now().filter(deployment=deployment)
    is_open = deployment.state in {State.DRAFT, State.IN_REVIEW}
    return {
        **poll_panel(deployment, outlook),
        "outlook": outlook,
        "gates": list(gates.select_related("last_sample").order_by("position")),
        "decision": None if is_open else outlook.decision,
    }


@dataclass(frozen=True)
class Seat:
    """One polled role as one person sees it: their own form, and the ops lead's for the call."""

    role: Role
    answer: AnswerForm | None
    voice: VoiceForm | None


def room(deployment: Deployment, outlook: Outlook, rights: Rights) -> dict[str, Any]:
    """What this person may say and do in the room, each with its sentence if not."""
    found = counting_round(deployment)
    closed = polling.refusal_by_round(deployment, found, outlook.at)
    return {
        "seats": [] if closed else _seats(deployment, rights),
        "writes": not (closed or polling.refusal_to_write(rights, deployment)),
        "again_refusal": _again(rights, deployment, found),
        "operates": rights.has(Right.OPERATE),
        "decide_refusal": deciding.refusal_to_decide_at_all(rights, deployment),
        "may_break": breaking.refusal_to_break(rights, deployment) is None,
    }


def _again(rights: Rights, deployment: Deployment, found: Round | None) -> Refused | None:
    return polling.refusal_to_open_again(rights, deployment, found, clock.now())


def _seats(deployment: Deployment, rights: Rights) -> list[Seat]:
    roles = [role for role, _ in asked_roles(deployment)]
    writes = polling.refusal_to_write(rights, deployment) is None
    voices = voices_of(deployment, roles) if writes else {}
    seats = [seat(role, rights, voices.get(role.pk, [])) for role in roles]
    return [one for one in seats if one.answer or one.voice]


def seat(role: Role, rights: Rights, voices: Sequence[User]) -> Seat:
    """`voices` are those whose answer the person may write down, if any."""
    may_answer = polling.refusal_to_answer(rights, role) is None
    others = [one for one in voices if one != rights.user]
    return Seat(
        role,
        AnswerForm(auto_id=f"answer-{role.key}-%s") if may_answer else None,
        VoiceForm(others) if others else None,
    )
