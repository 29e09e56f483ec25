"""Limits in lists: health targets, metrics to watch, rollback triggers, alert thresholds."""

import re
from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, Box, plain, slug
from intake.context import Context
from intake.deciders import split_decider
from intake.limits import metric_keys, understand
from intake.reading import Condition
from intake.recognisers.claims import Finding, by_topic, split_name
from intake.topics import Topic

_KINDS = {
    Topic.TARGETS: "target",
    Topic.METRICS: "metric",
    Topic.TRIGGERS: "trigger",
    Topic.ALERTS: "alert",
}
_SEVERITY = re.compile(
    r"[\s:,(\[—-]+(?:(?P<warning>warn(?:ing)?)|(?P<critical>crit(?:ical)?))\W*$", re.IGNORECASE
)
LONGEST = 300


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        kind = _KINDS.get(place.topic) if place.topic else None
        if block.kind is not BlockKind.ENTRY or kind is None or not block.text:
            continue
        condition = _condition(block, kind, context)
        # A box under metrics or alerts is work to do (“Alerts set up”) unless it states a limit.
        is_work = block.box is not None and kind in ("metric", "alert")
        if condition.parsed or not is_work:
            yield by_topic(block, place, condition)


def _condition(block: Block, kind: str, context: Context) -> Condition:
    text, severity = _split_severity(block.text) if kind == "alert" else (block.text, None)
    if kind == "trigger":
        text, _ = split_decider(text)
    name, rest = split_name(text)
    named = metric_keys([f"{name}:"]) or (kind == "metric" and name and slug(name))
    metric = slug(name) if named else None
    found = understand(rest if metric else text, metric=metric, keys=context.metric_keys)
    return Condition(
        text=block.text, line=block.line, kind=kind, title=plain(name if named else text),
        metric=found.metric, expression=found.expression, parsed=found.parsed,
        severity=severity, section=block.section, done=block.box is Box.DONE, bounds=found.bounds,
    )  # fmt: skip


def _split_severity(text: str) -> tuple[str, str | None]:
    """Part “error_rate > 1%: CRITICAL” into its limit and its severity."""
    start = max(0, len(text) - LONGEST)
    found = _SEVERITY.search(text, start)
    if found is None:
        return text, None
    return text[: found.start()].rstrip(), "warning" if found["warning"] else "critical"
