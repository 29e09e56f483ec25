"""What a gate is before it has a row: the shape in which intake and forms hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from deployments.described import Described
from gates.enums import Kind
from gates.kinds import KINDS
from gates.probes.documents import worded
from gates.schedules import Schedule

SCHEDULES: Mapping[str, Schedule] = {kind: declared.schedule for kind, declared in KINDS.items()}


@dataclass(frozen=True)
class GateDefinition(Described):
    """`schedule` None takes the kind's; `claim` is what the document says, never a sample."""

    title: str
    kind: str = Kind.REPORTED.value
    settings: Mapping[str, Any] = field(default_factory=dict)
    condition: str = ""
    required: bool = True
    machine_only: bool = False
    claim: str = ""
    claimed_done: bool = False
    line: int | None = None
    key: str | None = None
    schedule: Schedule | None = None
    unwaivable: bool = False

    @property
    def question(self) -> GateDefinition:
        """What of it is asked: without its key, and without what only reminds of the document."""
        return replace(
            self,
            title=self.title.strip(),
            kind=str(self.kind),
            settings=dict(self.settings),
            schedule=self.schedule or SCHEDULES[self.kind],
            key=None,
            claim="",
            claimed_done=False,
            line=None,
        )

    @property
    def told(self) -> Mapping[str, Any]:
        """Every setting of the kind, those that were left as usual too."""
        usual = KINDS[self.kind].settings.model_fields
        return {name: self.settings.get(name, one.default) for name, one in usual.items()}

    def plain(self) -> dict[str, str]:
        asked = self.question
        schedule = asked.schedule or SCHEDULES[asked.kind]
        times = {name: str(said) for name, said in asdict(schedule).items() if name != "limits"}
        limits = {name: str(said) for name, said in asdict(schedule.limits).items()}
        return {
            "title": asked.title,
            "kind": Kind(asked.kind).label,
            **{name: worded(value) for name, value in asked.told.items()},
            "condition": asked.condition,
            "required": "yes" if asked.required else "no",
            "machine_only": "yes" if asked.machine_only else "no",
            "unwaivable": "yes" if asked.unwaivable else "no",
            **times,
            **limits,
        }
