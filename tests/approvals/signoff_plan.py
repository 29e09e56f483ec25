"""The deployment of the sign-off machine: its plan, the time that passes, and who holds what."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from approvals import services
from approvals.definitions import RuleDefinition
from approvals.shown import Shown
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock, content
from deployments.access.absences import end_stand_in
from deployments.access.granting import revoke
from deployments.enums import TRANSITIONS, Grant, State
from deployments.exceptions import Refused
from deployments.facts import Facts
from deployments.models import Deployment, StandIn
from deployments.services import edit_facts, grant, grant_role, schedule
from tests.approvals.plain import Plain
from tests.approvals.plain_facts import (
    AUTHOR,
    BREAKER,
    EDITORS,
    HOUR,
    MINUTE,
    OPS_LEAD,
    REQUESTER,
    RULES,
)
from tests.builders import Team, make_deployment, make_role, make_stand_in
from tests.communications.conftest import move_clock

HELD = {
    "product_owner": {"product_owner", "business", "technical_lead"},
    "security": {"security", "business", "technical_lead", REQUESTER, AUTHOR},
    "operations": {"operations", "business", BREAKER},
}
PEOPLE = sorted(set().union(*HELD.values()))
ROLES = st.sampled_from(sorted(RULES))
ANYBODY = st.sampled_from(PEOPLE)
# Who may be away, and who sees the service whatever role they lose; the first hold what they hold.
ABSENT = st.sampled_from(["business", "security", "operations", AUTHOR])
STAND_INS = st.sampled_from([OPS_LEAD, "technical_lead", BREAKER])
CONTENTS = st.sampled_from(["Storage layer 1.4", "Storage layer 1.5", "Storage layer 1.6"])
TIMES = st.sampled_from([50 * MINUTE, 3 * HOUR, 5 * HOUR, 26 * HOUR, timedelta(days=20)])
SPANS = st.sampled_from([5 * MINUTE, 20 * MINUTE, 40 * MINUTE, 2 * HOUR, 20 * HOUR])


def prepare(team: Team) -> None:
    """Who holds what; the requester and the author hold a role too, which must not help them."""
    for role, names in HELD.items():
        for name in names:
            grant_role(team.service, make_role(role), team.people[name], actor=None)
    grant(team.service, Grant.RELEASE_MANAGER, team.technical_lead, actor=None)
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)
    grant(team.service, Grant.BREAK_GLASS, team.people[BREAKER], actor=None)


def make_asked(team: Team) -> Deployment:
    deployment = make_deployment(team, roles=(), t0_in=None)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        asked = [
            RuleDefinition(
                role, make_role(role).title, f"{role} takes responsibility", key=role,
                count=plain.count, order_group=plain.group,
                time_sensitive=plain.is_time_sensitive,
            )
            for role, plain in RULES.items()
        ]  # fmt: skip
        services.define(locked, asked, [])
        content.refresh(locked, team.release_manager)
        locked.authors.add(team.people[AUTHOR])
    return deployment


class Planned(RuleBasedStateMachine):
    """One deployment through the real services, and beside it the plain model of it."""

    def __init__(self, team: Team) -> None:
        super().__init__()
        self.team = team
        self.undo = transaction.atomic()
        self.undo.__enter__()

    @initialize(t0_in=TIMES)
    def make(self, t0_in: timedelta) -> None:
        self.base = clock.now()
        self.pk = make_asked(self.team).pk
        t0 = self.base + t0_in
        schedule(self.pk, t0, actor=self.team.release_manager)
        held = {role: set(names) for role, names in HELD.items()}
        self.deployment = Deployment.objects.get(pk=self.pk)
        self.plain = Plain(t0, self.deployment.package, held)
        self.asked = {one.role.key: one for one in self.deployment.rules.select_related("role")}
        self.proven: list[tuple[str, str]] = []

    def act(self, verbs: Collection[str] | None, service: Callable[..., Any], *given: Any,
            **named: Any) -> Any:  # fmt: skip
        """The service does what the model says, and leaves exactly its events; or refuses."""
        before = Deployment.objects.get(pk=self.pk)
        try:
            answer = service(*given, **named)
        except Refused as refused:
            if verbs is not None:
                raise AssertionError(f"refused: {refused.sentence}") from refused
            answer = None
        else:
            # What acts by itself says by None that nothing was due.
            assert verbs is not None or answer is None, f"{service.__name__} was let through"
        self.deployment = Deployment.objects.get(pk=self.pk)
        events = self.deployment.events.filter(sequence__gt=before.event_count)
        left = list(events.order_by("sequence").values_list("verb", flat=True))
        assert sorted(left) == sorted(verbs or [])
        to = State(self.deployment.state)
        assert to == before.state or to in TRANSITIONS[State(before.state)]
        return answer

    def shown(self, *, is_old: bool = False) -> Shown:
        of = Shown.of(self.deployment)
        return Shown("0" * 64, of.schedule) if is_old else of

    # Plan and time.

    @rule(person=st.sampled_from(EDITORS), package=CONTENTS)
    def edit(self, person: str, package: str) -> None:
        facts = Facts.of(self.deployment)
        wanted = replace(facts, package=package)
        self.act(self.plain.edit(person, package), edit_facts, self.pk, wanted,
                 actor=self.team.people[person], shown=facts.fingerprint)  # fmt: skip

    @rule(t0_in=TIMES)
    def reschedule(self, t0_in: timedelta) -> None:
        t0 = self.base + t0_in
        self.act(self.plain.reschedule(t0, clock.now()), schedule, self.pk, t0,
                 actor=self.team.release_manager)  # fmt: skip

    @rule(span=SPANS)
    def wait(self, span: timedelta) -> None:
        move_clock(span)

    @rule()
    def tick(self) -> None:
        if self.plain.state == State.IN_PROGRESS:
            return
        self.plain.is_ticked = not self.plain.is_ticked
        to = ItemState.DONE if self.plain.is_ticked else ItemState.OPEN
        item = self.deployment.items.get(position=1)
        verb = "item done" if self.plain.is_ticked else "item reopened"
        self.act([verb], checklists.set_state, self.pk, item.pk, to, actor=self.team.member)

    # People.

    @rule(person=ANYBODY, role=ROLES)
    def leave_or_join(self, person: str, role: str) -> None:
        holders, who = self.plain.roles[role], self.team.people[person]
        if person in holders:
            revoke(self.team.service, make_role(role), who, actor=None, aware=True)
        else:
            grant_role(self.team.service, make_role(role), who, actor=None)
        holders ^= {person}

    @rule(absent=ABSENT, stand_in=STAND_INS)
    def leave_to_a_stand_in_or_come_back(self, absent: str, stand_in: str) -> None:
        rows = StandIn.objects.lasting(clock.now()).filter(absent=self.team.people[absent])
        if row := rows.first():
            end_stand_in(row, actor=row.absent)
            del self.plain.away[absent]
        elif absent == "business" or any(absent in held for held in self.plain.roles.values()):
            people = self.team.people
            both = people[absent], people[stand_in]
            lasts = timedelta(days=2)
            row = make_stand_in(self.team.service, *both, starts_in=timedelta(), lasts=lasts)
            self.plain.away[absent] = (stand_in, row.ends_at)
