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
    """What the reader does not keep short by itself, as it does limits, charts and role titles."""
    for fact in reading.facts:
        if fact.key in FACTS:
            model, name, what = FACTS[fact.key]
            yield Placed(fact.line, what, fact.value, room(model, name))
    for gate in reading.gates:
        yield Placed(gate.line, "title of the gate", gate.title, room(Gate, "title"))
    signing: list[Approval | Authorization] = [*reading.approvals, *reading.authorization]
    for role in signing:
        yield Placed(role.line, "name of the role", role.role, room(Role, "key"))


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
    parts = [line.title] if line.title != line.text else []
    whole = "\n\n".join(part for part in (*parts, line.text) if part)
    return replace(line, title=cut(line.title, longest), text=whole)
