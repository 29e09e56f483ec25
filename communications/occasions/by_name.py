"""Mails that an event causes to a few people by name."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from approvals.asking import speaking_as, still_asked
from checklists.asked import ops_leads
from communications import schedule
from communications.enums import Kind, MessageState
from communications.models import Message
from communications.occasions.saving import save
from communications.sending import copies, in_vain
from communications.whom.audience import involved, recipient_for, wanted
from communications.whom.reporters import reporters
from deployments import clock
from deployments.fitting import cut
from deployments.mentions import named, people_of
from deployments.models import Deployment, Event
from monitoring.enums import Severity
from monitoring.models import Question

LONGEST_TITLE = Message._meta.get_field("title").max_length
ASKS: dict[str, Kind] = {
    "signature asked": Kind.SIGN,
    "signature reminded": Kind.SIGN_REMINDER,
    "signature overdue": Kind.SIGN_OVERDUE,
}


def ask_how_to_go_on(deployment: Deployment, event: Event) -> Message | None:
    """A mail to the one person who is asked after a step failed."""
    if in_vain.goes_on(deployment, event):
        return None
    people = people_of(deployment.service).filter(username=event.after["asks"])
    title = f"Failed: {event.object_text}"
    return _write_to(deployment, event, Kind.STEP_FAILED, title, people)


def tell_overrun(deployment: Deployment, event: Event) -> Message | None:
    """A mail to the lead and those who may operate it, who can still do something about it."""
    people = [deployment.lead, *ops_leads(deployment)]
    return _write_to(deployment, event, Kind.OVERRUN, Kind.OVERRUN.label, people)


def tell_alert(deployment: Deployment, event: Event) -> Message | None:
    """A mail to the release lead, and of a critical one to those who may operate it, too."""
    if in_vain.is_over(deployment, event):
        return None
    people = _lead_of(deployment)
    if event.after["severity"] == Severity.CRITICAL:
        people += ops_leads(deployment)
    return _write_to(deployment, event, Kind.ALERT, event.object_text, people)


def ask_whether_to_go_back(deployment: Deployment, event: Event) -> Message | None:
    """A mail to the lead, to those who may operate it, and to whom the plan lets decide.

    It goes once more when nobody answered. Of what asks at once there is one, with all of it.
    """
    question = Question.objects.open().filter(pk=event.object_id).first()
    if question is None or in_vain.is_decided(deployment, event):
        return None
    people = [deployment.lead, *ops_leads(deployment), *speaking_as(deployment, question.roles)]
    kind = Kind.ROLLBACK_ASKED
    return _write_to(deployment, event, kind, kind.label, people)


def tell_unwritten(deployment: Deployment, event: Event) -> Message | None:
    """A mail to the release lead that others got none; not of itself, which could have no end."""
    failed = deployment.messages.filter(pk=event.object_id).first()
    if failed is None or failed.kind == Kind.UNWRITTEN:
        return None
    title = f"Not written: {failed.title}"
    return _write_to(deployment, event, Kind.UNWRITTEN, title, _lead_of(deployment))


def mention(deployment: Deployment, event: Event) -> Message | None:
    """A mail to each person whom a comment names."""
    people = named(event.after["text"], deployment.service, author=event.actor).people
    title = f"Comment by {event.actor_name}"
    return _write_to(deployment, event, Kind.MENTION, title, people)


def remind(deployment: Deployment, event: Event) -> Message | None:
    """A mail to the owner of an item that falls due, or to every holder of the role."""
    if in_vain.is_needless(deployment, event):
        return None
    title = f"Reminder: {event.object_text}"
    return _write_to(deployment, event, Kind.REMINDER, title, _owners(deployment, event))


def ask_to_sign(deployment: Deployment, event: Event) -> Message | None:
    """A mail to everybody who may still sign under a rule; overdue ones go to the lead instead."""
    kind = ASKS[event.verb]
    rule = deployment.rules.select_related("role").filter(pk=event.object_id).first()
    if rule is None:
        return None
    people = _lead_of(deployment) if kind == Kind.SIGN_OVERDUE else still_asked(rule)
    title = f"{kind.label}: {rule.role}"
    return _write_to(deployment, event, kind, title, people)


def ask_to_report(deployment: Deployment, event: Event) -> Message | None:
    """A mail to whoever reported the gate last, else to those who answer for it."""
    if in_vain.is_reported(deployment, event):
        return None
    title = f"{Kind.GATE_REPORT.label}: {event.object_text}"
    people = reporters(deployment, event.object_id)
    return _write_to(deployment, event, Kind.GATE_REPORT, title, people)


def tell_out_of_reach(deployment: Deployment, event: Event) -> Message | None:
    """A mail to whoever asked for the deployment and to the lead, as far as they are still here."""
    if in_vain.is_within_reach(deployment, event):
        return None
    here = {deployment.requester_id, deployment.lead_id}
    people = User.objects.filter(pk__in=here)
    return _write_to(deployment, event, Kind.OUT_OF_REACH, Kind.OUT_OF_REACH.label, people)


def tell_broken_glass(deployment: Deployment, event: Event) -> Message | None:
    """A mail to everybody who sees the service by a grant or signs there."""
    people = involved(deployment.service)
    return _write_to(deployment, event, Kind.BREAK_GLASS, Kind.BREAK_GLASS.label, people)


def _owners(deployment: Deployment, event: Event) -> Iterable[User]:
    people = people_of(deployment.service)
    if event.after.get("owner"):
        return people.filter(username=event.after["owner"])
    held = deployment.service.memberships.filter(role__key=event.after.get("role", ""))
    return people.filter(groups__in=held.values("group")).distinct()


def _lead_of(deployment: Deployment) -> list[User]:
    """The release lead; the ops leads where the lead is no longer here, since somebody has to."""
    return wanted([deployment.lead], deployment.service) or ops_leads(deployment)


def _write_to(
    deployment: Deployment, event: Event, kind: Kind, title: str, people: Iterable[User]
) -> Message | None:
    """One that is for these people only, whatever becomes of the time."""
    now = clock.now()
    once = {one.email.strip().lower(): one for one in wanted(people, deployment.service)}
    message = Message(
        deployment=deployment,
        event=event,
        kind=kind,
        title=cut(title, LONGEST_TITLE),
        written_at=now,
        due_at=now,
        useful_until=schedule.useful_until(kind, now, None),
        state=MessageState.LEAVING,
        expanded_at=now,
    )
    if not once or save(message) is None:
        return None
    copies.write(message, [recipient_for(one) for one in once.values()])
    return message
