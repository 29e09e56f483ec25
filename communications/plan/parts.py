"""The lines of the message plan as a part of the plan that is edited: never signed content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet

from communications import policies, services
from communications.definitions import PlanLine
from communications.enums import IN_A_PLAN, TELLS_OF_THE_END, Kind, MessageState
from communications.models import Message, MessagePlan
from deployments.editing import Part, arrange, placed
from deployments.enums import Anchor, Right, State
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_without

LONGEST_TITLE = MessagePlan._meta.get_field("title").max_length or 0
MOST_ADDRESSES = 50
# What a message can be told from: of the end only once it came, before T0 only from what is known.
ANCHORS: dict[str, frozenset[Anchor]] = {
    Kind.NOTICE: frozenset({Anchor.T0, Anchor.DECISION}),
    Kind.GO_NO_GO: frozenset({Anchor.T0, Anchor.DECISION}),
    Kind.START: frozenset({Anchor.T0, Anchor.START}),
    Kind.COMPLETE: frozenset({Anchor.COMPLETE, Anchor.WATCH_END}),
    Kind.SUMMARY: frozenset({Anchor.COMPLETE, Anchor.WATCH_END}),
}
FORESEEN = frozenset({Anchor.T0, Anchor.WATCH_END})


class Lines(Part[MessagePlan, PlanLine]):
    word = "message line"

    def refusal_to_open(self, rights: Rights, deployment: Deployment) -> Refused | None:
        """Nobody signs the message plan, so it may change after GO too."""
        if deployment.state == State.CANCELLED:
            return Refused("The deployment is cancelled; nothing of its message plan leaves.")
        return refusal_without(rights, Right.EDIT, "edit the message plan")

    def rows(self, deployment: Deployment) -> QuerySet[MessagePlan]:
        return deployment.message_plan.order_by("position", "pk")

    def plan_of(self, row: MessagePlan) -> PlanLine:
        return services.said_by(row)

    def refusal(
        self, deployment: Deployment, plan: PlanLine, row: MessagePlan | None
    ) -> Refused | None:
        settled = _settled(deployment, row) if row else None
        if settled is not None:
            state = settled.get_state_display().lower()
            said = "has left" if settled.state == MessageState.LEAVING else f"is {state}"
            return Refused(
                f"“{settled.title}” {said}; its line stays with it. Add another line instead."
            )
        return refusal_of_line(plan)

    def make(self, deployment: Deployment, plans: Sequence[PlanLine]) -> list[MessagePlan]:
        last = MessagePlan.every.filter(deployment=deployment).order_by("-position").first()
        lines = list(enumerate(plans, start=last.position + 1 if last else 1))
        rows = services.write_lines(deployment, lines)
        services.plan_messages(deployment)
        return rows

    def write(
        self, deployment: Deployment, changes: Sequence[tuple[MessagePlan, PlanLine]]
    ) -> None:
        for row, plan in changes:
            row.kind, row.anchor, row.offset = plan.kind, plan.anchor, plan.offset
            row.day, row.at = plan.day, plan.at
            row.title, row.text = plan.title, plan.text
            row.audience, row.addresses = list(plan.audience), list(plan.addresses)
            row.save()
        services.plan_again(deployment, [row for row, _ in changes])

    def put(self, deployment: Deployment, row: MessagePlan, place: str) -> bool:
        rows = list(self.rows(deployment))
        moved = placed(rows, row, place)
        arrange(moved)
        return moved != rows

    def take_out(self, deployment: Deployment, rows: Sequence[MessagePlan]) -> None:
        services.take_out_lines(rows)


LINES = Lines()


def _settled(deployment: Deployment, row: MessagePlan) -> Message | None:
    """The line's message for the present time, if it is no longer only planned."""
    present = row.messages.filter(schedule_revision=deployment.schedule_revision)
    return present.exclude(state=MessageState.PLANNED).first()


def refusal_of_line(plan: PlanLine) -> Refused | None:
    """Why there can be no such line, in a deployment or in a template."""
    return _refusal_of_words(plan) or refusal_of_time(plan)


def _refusal_of_words(plan: PlanLine) -> Refused | None:
    if plan.kind not in IN_A_PLAN:
        return Invalid("This kind of message comes by itself and needs no line.")
    if not plan.title.strip():
        return Invalid("Give the message a title.")
    if "\0" in plan.title:
        return Invalid("The title contains a NUL character; remove it.")
    if len(plan.title) > LONGEST_TITLE:
        return Invalid(f"A title has at most {LONGEST_TITLE} characters; shorten it.")
    if len(plan.addresses) > MOST_ADDRESSES:
        return Invalid(
            f"{len(plan.addresses)} further addresses are too many; {MOST_ADDRESSES} are the "
            "most. Put them on the stakeholder list of the service."
        )
    wrong = filter(None, map(policies.refusal_of_address, plan.addresses))
    return policies.refusal_of_words(plan.text) or next(wrong, None)


def refusal_of_time(plan: PlanLine) -> Refused | None:
    """Why a message of this kind would never leave then, or always too late."""
    kind, nothing = Kind(plan.kind), timedelta(0)
    is_before = plan.day < 0 if plan.day is not None else plan.offset < nothing
    is_after = plan.day > 0 if plan.day is not None else plan.offset >= nothing
    if plan.anchor not in ANCHORS[kind]:
        named = " or ".join(sorted(Anchor(one).label for one in ANCHORS[kind]))
        return Invalid(f"“{kind.label}” is counted from {named}.")
    if is_before and plan.anchor not in FORESEEN:
        return Invalid("Nobody knows this moment before it comes; choose a time after it.")
    if kind in (Kind.NOTICE, Kind.GO_NO_GO) and plan.anchor == Anchor.T0 and is_after:
        return Invalid(f"“{kind.label}” is of use before T0 only; choose a time before it.")
    if kind in TELLS_OF_THE_END | {Kind.START} and plan.anchor == Anchor.T0 and is_before:
        return Invalid(f"“{kind.label}” leaves once it happened; choose a time after it.")
    return None
