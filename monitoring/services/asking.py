"""The question whether to go back: asked once, answered by a person, or by its countdown."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Role, User
from checklists.services.moves import roll_back, roll_back_by_trigger
from deployments import clock, history
from deployments.enums import State
from deployments.exceptions import Refused, require
from deployments.models import Deployment, Event
from deployments.places import later_start
from deployments.policies import Rights, rights_of
from monitoring import policies
from monitoring.enums import Answer, Standing
from monitoring.models import Alert, Question, Trigger

NOBODY = "Nobody answered within the countdown that was signed with the plan."


def ask(
    deployment: Deployment,
    because: str,
    *,
    is_automatic: bool,
    countdown: timedelta,
    now: datetime,
    asked_by: User | None = None,
    decider: Role | None = None,
) -> None:
    """Ask, or add one more reason to what is asked already; the caller holds the lock.

    Without a `decider` the ops leads answer; several reasons may be answered by any that one of
    them names. Once a later deployment has started at the same place, going back by itself would
    undo that one; from then on a trigger only recommends.
    """
    is_automatic = is_automatic and later_start(deployment) is None
    question = Question.objects.open().filter(deployment=deployment).first()
    if question is None:
        question = Question(
            deployment=deployment, asked_at=now, answer_by=now + countdown, asks_ops_leads=False
        )
    elif because in question.because and question.does_ask(decider):
        return
    if is_automatic and not question.is_automatic:
        question.answer, question.answer_by = Answer.ASKED, now + countdown
    question.is_automatic = question.is_automatic or is_automatic
    question.because = list(dict.fromkeys([*question.because, because]))
    question.asked_by = question.asked_by or asked_by
    question.ask_also(decider)
    question.save()
    besides = [one for one in question.because if one != because]
    after = {
        "because": because,
        **({"besides": besides} if besides else {}),
        "automatic": question.is_automatic,
        "answer_by": question.answer_by.isoformat(),
        **_named(question),
    }
    history.record(deployment, "rollback asked", actor=asked_by, obj=question, after=after, at=now)


def _named(question: Question) -> dict[str, str]:
    """Who is asked, where that is somebody else than the ops leads alone."""
    return {"deciders": question.deciders} if question.roles else {}


@transaction.atomic
def raise_by_hand(deployment_id: int, trigger_id: int, *, actor: User, reason: str) -> Event:
    """A person says that a trigger holds: what no machine measures, or sees too late."""
    deployment = Deployment.objects.lock(deployment_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_raise(rights, deployment, reason))
    trigger = deployment.triggers.select_related("decided_by").get(pk=trigger_id)
    because = f"{trigger.text}: {reason.strip()} ({actor})"
    now = clock.now()
    ask(
        deployment,
        because,
        is_automatic=False,
        countdown=timedelta(seconds=trigger.countdown_seconds),
        now=now,
        asked_by=actor,
        decider=trigger.decided_by,
    )
    return deployment.events.latest("sequence")


def follow(deployment: Deployment, triggers: Collection[Trigger], now: datetime) -> None:
    """Bring the question to what still asks it; the caller holds the lock.

    Asked by nobody any more it is withdrawn. Where only what recommends is left, nothing happens by
    itself: that was not signed.
    """
    question = Question.objects.open().filter(deployment=deployment).first()
    if question is None:
        return
    raised = [one for one in triggers if one.standing == Standing.RAISED]
    if question.is_automatic and not any(one.is_automatic for one in raised):
        question.is_automatic = False
        question.save(update_fields=["is_automatic"])
    is_critical = Alert.objects.open().critical_of(deployment).exists()
    if raised or is_critical or question.asked_by_id is not None:
        return
    question.answer, question.answered_at = Answer.WITHDRAWN, now
    question.save(update_fields=["answer", "answered_at"])
    history.record(deployment, "rollback no longer asked", actor=None, obj=question, at=now)


def was_answered(deployment: Deployment, since: datetime) -> bool:
    """Whether a person said that it stays, of something that began then."""
    return deployment.questions.filter(answer=Answer.STAYED, asked_at__gte=since).exists()


@transaction.atomic
def stay(deployment_id: int, *, actor: User, reason: str) -> Event:
    """Answer the open question with no, and why."""
    deployment, question = _open(deployment_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_answer(rights, deployment, question, reason))
    return _answer(
        deployment, question, Answer.STAYED, actor=actor, reason=reason.strip(), now=clock.now(),
        instead_of=_instead_of(rights, deployment, question),
    )  # fmt: skip


@transaction.atomic
def go_back(deployment_id: int, *, actor: User, reason: str) -> Event:
    """Answer the open question with yes: the rollback begins in the same act.

    Whom the signed plan names for it needs no right to operate; ops leads may always.
    """
    deployment, question = _open(deployment_id)
    rights = rights_of(actor, deployment.service)
    said = reason.strip() or "; ".join(question.because)
    if policies.refusal_to_answer(rights, deployment, question, said) is None:
        roll_back_by_trigger(deployment.pk, actor=actor, reason=said)
    else:
        # The page with this answer says what the way back does not bring back.
        roll_back(deployment.pk, actor=actor, reason=said, aware=True)
    deployment = Deployment.objects.lock(deployment_id)
    return _answer(
        deployment, question, Answer.ROLLED_BACK, actor=actor, reason=said, now=clock.now(),
        instead_of=_instead_of(rights, deployment, question),
    )  # fmt: skip


@transaction.atomic
def run_out(deployment_id: int) -> Event | None:
    """What happens when nobody answered: an automatic trigger goes back, all others ask on."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    question = Question.objects.overdue(now).filter(deployment=deployment).first()
    if question is None:
        return None
    if deployment.state != State.WATCHING:
        return _answer(deployment, question, Answer.WITHDRAWN, now=now)
    if question.is_automatic and policies.refusal_to_go_back_by_itself(deployment) is None:
        said = f"{'; '.join(question.because)}. {NOBODY}"
        roll_back_by_trigger(deployment.pk, actor=None, reason=said)
        deployment = Deployment.objects.lock(deployment_id)
        return _answer(deployment, question, Answer.ROLLED_BACK, reason=said, now=now)
    question.answer = Answer.UNANSWERED
    question.save(update_fields=["answer"])
    after = {"because": "; ".join(question.because), **_named(question)}
    return history.record(
        deployment, "rollback unanswered", actor=None, obj=question, after=after, at=now
    )


@transaction.atomic
def rolled_back_otherwise(deployment_id: int) -> Event | None:
    """Somebody went back, stopped or closed without looking at the question, which is over so."""
    deployment = Deployment.objects.lock(deployment_id)
    question = Question.objects.open().filter(deployment=deployment).first()
    if question is None or deployment.state in {State.WATCHING, State.IN_PROGRESS}:
        return None
    is_back = deployment.state in {State.ROLLING_BACK, State.ROLLED_BACK}
    answer = Answer.ROLLED_BACK if is_back else Answer.WITHDRAWN
    return _answer(deployment, question, answer, now=clock.now())


def _open(deployment_id: int) -> tuple[Deployment, Question]:
    deployment = Deployment.objects.lock(deployment_id)
    question = Question.objects.open().filter(deployment=deployment).first()
    if question is None:
        raise Refused("Nobody asks to roll back now; somebody answered, or all is calm again.")
    return deployment, question


def _instead_of(rights: Rights, deployment: Deployment, question: Question) -> User | None:
    """Whose role it was, where somebody answers only because they stand in."""
    return next(iter(policies.voices(rights, deployment, question)), None)


def _answer(
    deployment: Deployment,
    question: Question,
    answer: Answer,
    *,
    now: datetime,
    actor: User | None = None,
    reason: str = "",
    instead_of: User | None = None,
) -> Event:
    question.answer, question.answered_by, question.answered_at = answer, actor, now
    question.reason = reason
    question.save(update_fields=["answer", "answered_by", "answered_at", "reason"])
    after = {"answer": answer.value}
    return history.record(
        deployment, "rollback answered", actor=actor, on_behalf_of=instead_of, obj=question,
        after=after, reason=reason, at=now,
    )  # fmt: skip
