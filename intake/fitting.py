"""What of a reading has no place in the portal: refused with its line, never with a crash."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Model

from accounts.models import Role
from communications.definitions import PlanLine
from communications.models import MessagePlan
from deployments.exceptions import Invalid
from deployments.fitting import cut
from deployments.models import Deployment
from gates.models import Gate
from intake.reading import Approval, Authorization, Reading
from monitoring.models import Target, Widget

LONGEST_WATCH = timedelta(days=366)
FACTS: dict[str, tuple[type[Model], str, str]] = {
    "branch": (Deployment, "branch", "branch"),
    "commit": (Deployment, "commit", "commit"),
    "digest": (Deployment, "digest", "artefact digest"),
}


@dataclass(frozen=True)
class Placed:
    """A text of the document with what it is and how many characters it may have."""

    line: int
    what: str
    text: str
    longest: int


def require_fit(reading: Reading) -> None:
    """Raise `Invalid` for the first text that is longer than its place, with line and limit."""
    for one in placed(reading):
        if len(one.text) > one.longest:
            raise Invalid(
                f"Line {one.line}: the {one.what} has {len(one.text)} characters; "
                f"shorten it to at most {one.longest}."
            )
    for criterion in reading.criteria:
        if criterion.watch and timedelta(seconds=criterion.watch) > LONGEST_WATCH:
            raise Invalid(
                f"Line {criterion.line}: the watch would last longer than "
                f"{LONGEST_WATCH.days} days; name a shorter time."
            )


def placed(reading: Reading) -> Iterator[Placed]:
    for fact in reading.facts:
        if fact.key in FACTS:
            model, name, what = FACTS[fact.key]
            yield Placed(fact.line, what, fact.value, room(model, name))
    for gate in reading.gates:
        yield Placed(gate.line, "title of the gate", gate.title, room(Gate, "title"))
        yield Placed(gate.line, "limit of the gate", gate.expression or "", room(Gate, "condition"))
    signing: list[Approval | Authorization] = [*reading.approvals, *reading.authorization]
    for role in signing:
        yield Placed(role.line, "name of the role", role.role, room(Role, "key"))
        yield Placed(role.line, "name of the role", role.role_title, room(Role, "title"))
    for one in reading.conditions:
        yield Placed(one.line, "limit", one.expression or "", room(Target, "condition"))
    for widget in reading.widgets:
        yield Placed(widget.line, "title of the chart", widget.title, room(Widget, "title"))


def room(model: type[Model], name: str) -> int:
    """How many characters the column holds."""
    field: Any = model._meta.get_field(name)
    return int(field.max_length)


def claim_that_fits(claim: str) -> str:
    """A claim only reminds of its line, where the whole of it stands."""
    return cut(claim, room(Gate, "claim"))


def message_that_fits(line: PlanLine) -> PlanLine:
    """A title is the mail's subject: a longer one is cut there and said in full in the text."""
    longest = room(MessagePlan, "title")
    if len(line.title) <= longest:
        return line
    whole = "\n\n".join(part for part in (line.title, line.text) if part)
    return replace(line, title=cut(line.title, longest), text=whole)
