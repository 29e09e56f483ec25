"""Random wholes of definitions, with everything that a plan can say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from accounts.models import Role
from approvals.definitions import PolledDefinition, RuleDefinition
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import DEFAULT_PHASE, Kind, Phase
from communications.definitions import PlanLine
from communications.enums import IN_A_PLAN
from communications.plan.parts import ANCHORS, refusal_of_time
from deployments.enums import Anchor
from gates.definitions import GateDefinition
from gates.schedules import Schedule
from gates.streaks import Limits
from intake.whole import Whole
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from monitoring.enums import Severity, TriggerMode

# All that PostgreSQL keeps, ends of lines and right-to-left letters among it.
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, min_size=1, max_size=30).filter(str.strip)
ANY = st.text(CHARACTERS, max_size=20)
KEYS = st.text("abcXYZ019_-", min_size=1, max_size=20)
SECONDS = st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds))
OFFSETS = st.integers(-(10**6), 10**6).map(lambda seconds: timedelta(seconds=seconds))
CONDITIONS = st.sampled_from(["", "hit_rate > 85 %", "errors < 1 % for 5 min"])
ROLES = {"security": "Security", "operations": "Operations", "legal_team": "Legal: “team”"}


@st.composite
def items(draw: Any, sections: int) -> list[ItemDefinition]:
    made: list[ItemDefinition] = []
    for key in draw(st.lists(KEYS, max_size=5, unique=True)) if sections else []:
        kind = draw(st.sampled_from(Kind))
        usual = DEFAULT_PHASE[kind].value
        others = [phase.value for phase in Phase if phase != Phase.ROLLBACK]
        role = draw(st.sampled_from([None, *ROLES]))
        due = draw(st.none() | st.tuples(st.sampled_from(Anchor.values), OFFSETS))
        choices = draw(st.lists(TEXT, max_size=3, unique_by=str.casefold))
        made.append(
            ItemDefinition(
                section=draw(st.integers(0, sections - 1)),
                key=key,
                kind=kind.value,
                phase=usual if kind == Kind.ROLLBACK_STEP else draw(st.sampled_from(others)),
                text=draw(TEXT),
                required=draw(st.booleans()),
                commands=[
                    {"language": draw(ANY), "text": text}
                    for text in draw(st.lists(ANY, max_size=2))
                ],
                after=sorted(draw(st.sets(st.integers(0, len(made) - 1)))) if made else [],
                evidence_demanded=draw(st.booleans()),
                irreversible=draw(st.booleans()),
                planned_minutes=draw(st.none() | st.integers(1, 600)),
                choices=choices if len(choices) > 1 else [],
                owner_role=Role(key=role, title=ROLES[role]) if role else None,
                due_anchor=due[0] if due else "",
                due_offset=due[1] if due else None,
            )
        )
    return made


ASKED = st.fixed_dictionaries(
    {"url": st.just("https://example.org/health")},
    optional={
        "contains": ANY,
        "status": st.integers(100, 599),
        "p95_ms": st.none() | st.integers(1, 20_000),
    },
)
# A time is judged as a time; whoever reports says what it is.
TIMES = st.sampled_from(["", "response_time < 500 ms", "response_time < 2 s for 5 min"])
GATES = st.builds(
    lambda asked, **said: GateDefinition(
        kind=asked[0], settings=asked[1], condition=asked[2], **said
    ),
    st.tuples(st.just("reported"), st.just({}), CONDITIONS)
    | st.tuples(st.just("http"), ASKED, TIMES),
    title=TEXT.map(str.strip),
    key=KEYS,
    required=st.booleans(),
    machine_only=st.booleans(),
    unwaivable=st.booleans(),
    schedule=st.builds(
        Schedule,
        st.builds(
            Limits,
            st.integers(1, 9),
            *[st.integers(0, 9)] * 3,
            st.sampled_from(["wait", "bad", "end"]),
        ),
        freshness=SECONDS,
        interval=SECONDS,
        settle=SECONDS,
        # Longer than any condition that is to hold for a while.
        timeout=SECONDS.map(lambda time: time + timedelta(minutes=6)),
    ),
)


LIMIT: dict[str, Any] = {"text": TEXT, "condition": CONDITIONS, "key": KEYS, "line": st.none()}
TARGETS = st.builds(TargetDefinition, **LIMIT)
ALERTS = st.builds(AlertDefinition, **LIMIT, severity=st.sampled_from(Severity.values))
TRIGGERS = st.builds(
    TriggerDefinition,
    **LIMIT,
    mode=st.sampled_from(TriggerMode.values),
    decided_by=st.sampled_from(
        [None, *(Role(key=key, title=title) for key, title in ROLES.items())]
    ),
)
WIDGETS = st.builds(WidgetDefinition, title=TEXT, series=st.lists(ANY, max_size=2))
PLANNED = [(kind.value, anchor.value) for kind in IN_A_PLAN for anchor in sorted(ANCHORS[kind])]
AUDIENCES = st.lists(st.sampled_from(["stakeholders", "ops_lead", "role:dba"]), unique=True)


def messages(kind: str, anchor: str) -> st.SearchStrategy[PlanLine]:
    """Lines of a kind, counted from where it may be, that could leave."""
    elapsed = st.builds(
        PlanLine,
        st.just(kind),
        st.just(anchor),
        OFFSETS,
        TEXT,
        ANY,
        audience=AUDIENCES.map(tuple),
        addresses=st.lists(st.emails(), max_size=2, unique=True).map(tuple),
    )
    on_a_day = st.builds(
        PlanLine,
        st.just(kind),
        st.just(anchor),
        st.just(timedelta(0)),
        TEXT,
        ANY,
        day=st.integers(-366, 366),
        at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    )
    return (elapsed | on_a_day).filter(lambda line: refusal_of_time(line) is None)


MESSAGES = st.sampled_from(PLANNED).flatmap(lambda one: messages(*one))


@st.composite
def wholes(draw: Any) -> Whole:
    sections = draw(st.lists(st.lists(ANY, max_size=3), max_size=3))
    once: dict[str, Any] = {"max_size": 3, "unique_by": lambda one: one.key}
    roles = st.sampled_from(sorted(ROLES))
    few = st.integers(1, 9)
    return Whole(
        sections=[SectionDefinition(path) for path in sections],
        items=draw(items(len(sections))),
        gates=draw(st.lists(GATES, **once)),
        rules=[
            RuleDefinition(role, ROLES[role], draw(ANY), None, key, draw(few), draw(few))
            for key, role in draw(st.dictionaries(KEYS, roles, max_size=3)).items()
        ],
        polled=[
            PolledDefinition(role, ROLES[role], draw(ANY))
            for role in draw(st.lists(roles, unique=True))
        ],
        targets=draw(st.lists(TARGETS, **once)),
        alerts=draw(st.lists(ALERTS, **once)),
        triggers=draw(st.lists(TRIGGERS, **once)),
        widgets=draw(st.lists(WIDGETS, max_size=2)),
        watch=timedelta(seconds=draw(st.integers(1, 10**6))),
        messages=draw(st.lists(MESSAGES, min_size=1, max_size=3)),
    )
