"""The Markdown that says what defines a deployment, as far as Markdown can say it.

Written so that the reader takes every line for what it was: by the words of its headings, which
stand above the sections of the plan and decide what their lines are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from checklists.definitions import ItemDefinition
from checklists.enums import Kind, Phase
from communications.definitions import PlanLine
from deployments.conditions import length
from intake.deciders import split_decider
from intake.whole import Whole
from monitoring.definitions import LimitDefinition, TriggerDefinition

FACTS = {
    "service": "Service",
    "environment": "Target Environment",
    "branch": "Branch",
    "commit": "Commit",
    "digest": "Artefact Digest",
}
# What the reader goes by: the phase and the kind of an item → the label of its list.
LABELS: dict[tuple[str, str], str] = {
    (Kind.CHECK, Phase.BEFORE): "Checklist before deployment",
    (Kind.CHECK, Phase.DURING): "Checklist during",
    (Kind.CHECK, Phase.AFTER): "Checklist after deployment",
    (Kind.STEP, Phase.BEFORE): "Steps before deployment",
    (Kind.STEP, Phase.DURING): "Steps",
    (Kind.STEP, Phase.AFTER): "Steps after deployment",
    (Kind.ROLLBACK_STEP, Phase.ROLLBACK): "Rollback",
    (Kind.CRITERION, Phase.AFTER): "Success criteria",
}
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def markdown(whole: Whole) -> str:
    """Owners, due times, choices and what gates are made of need YAML or JSON."""
    parts = [_head(whole), *_sections(whole), *_others(whole)]
    return "\n\n".join(part for part in parts if part) + "\n"


def line(text: str) -> str:
    """One line that Markdown reads as these words and nothing else."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _head(whole: Whole) -> str:
    said = [f"**{title}**: {whole.facts[key]}" for key, title in FACTS.items()
            if whole.facts.get(key)]  # fmt: skip
    return "\n\n".join([f"# {line(whole.facts.get('package', 'Deployment'))}", *said])


def _sections(whole: Whole) -> Iterator[str]:
    for at, section in enumerate(whole.sections):
        items = [one for one in whole.items if one.section == at]
        if not items:
            continue
        yield f"## {line(' › '.join(section.path)) or 'Checklist'}"
        label = ""
        for item in items:
            own = LABELS.get((item.kind, item.phase), "Checklist")
            if own != label:
                yield f"### {own}"
                label = own
            yield "\n".join(_item(item))


def _item(item: ItemDefinition) -> Iterator[str]:
    optional = "" if item.required else " (optional)"
    yield f"- [ ] {line(item.text)}{optional}"
    for command in item.commands:
        yield ""
        yield f"  ```{command.get('language') or 'sh'}"
        yield from (f"  {one}" for one in command["text"].splitlines())
        yield "  ```"


def _others(whole: Whole) -> Iterator[str]:
    yield from _listed("Quality gates", [
        f"- [ ] {line(one.title)}: {line(one.condition) or 'passes'}" for one in whole.gates
    ])  # fmt: skip
    yield from _listed("Approvals", [
        f"- [ ] {line(one.role_title)}: {line(one.statement)}" for one in whole.rules
    ])  # fmt: skip
    yield from _listed("Final authorization", [
        f"- {line(one.role_title)} for {line(one.purpose) or 'the final word'}"
        for one in whole.polled
    ])  # fmt: skip
    yield from _listed("Targets", [f"- [ ] {_limit(one)}" for one in whole.targets])
    yield from _listed("Alerts", [
        f"- {_limit(one)}: {str(one.severity).upper()}" for one in whole.alerts
    ])  # fmt: skip
    yield from _listed("Rollback triggers", [_trigger(one) for one in whole.triggers])
    yield from _listed("Communication", [
        _message(one) for one in whole.messages
    ])  # fmt: skip
    yield from _listed("Dashboard widgets", [
        f"- {line(one.title)}: {', '.join(map(line, one.series))}" for one in whole.widgets
    ])  # fmt: skip


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}"
        yield "\n".join(lines)


def _limit(one: LimitDefinition) -> str:
    return line(one.text)


def _trigger(one: TriggerDefinition) -> str:
    """With who decides, unless its own words say so."""
    says = split_decider(one.text)[1]
    is_said = one.decided_by is None or (says is not None and says.key == one.decided_by.key)
    decider = "" if is_said else f" (decided by {line(str(one.decided_by))})"
    return f"- {_limit(one)}{decider}"


def _message(one: PlanLine) -> str:
    """A reader of Markdown knows no calendar time: it gets the nearest days, and the words."""
    offset = one.offset if one.day is None else timedelta(days=one.day)
    words = f" ({one.when})" if one.day is not None else ""
    return f"- {_moment(one.anchor, int(offset.total_seconds()))}: {line(one.title)}{words}"


def _moment(anchor: str, offset: int) -> str:
    if not offset:
        return {"start": "Deployment start", "complete": "Deployment complete"}.get(anchor, "T-0h")
    side = "before" if offset < 0 else "after"
    return f"{length(abs(offset))} {side}"
