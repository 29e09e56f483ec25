"""Whatever people do in whatever order, sign-off stands as the plain rules say, after every act.

PORTAL_AUDIT=1 tries many more orders.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from approvals import services
from approvals.definitions import RuleDefinition
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Standing, Vote
from approvals.rollcall import counting_round, roll_call
from approvals.shown import Shown
from approvals.signoff import standings
from approvals.verdict import readiness
from audit.verification import verify
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
from tests.approvals.plain import (
    AUTHOR,
    BREAKER,
    EDITORS,
    HOUR,
    MINUTE,
    OPS_LEAD,
    REQUESTER,
    RULES,
    Plain,
)
from tests.builders import (
    Team,
    make_deployment,
    make_proof,
    make_role,
    make_stand_in,
    make_team,
)

MANY = bool(os.environ.get("PORTAL_AUDIT"))
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
FLAWS = st.sampled_from(["requester", "old", "page", "why"])
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


class SignOff(RuleBasedStateMachine):
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

    def teardown(self) -> None:
        try:
            if hasattr(self, "pk"):
                assert verify(f"deployment:{self.pk}").faults == []
                connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            with connections["owner"].cursor() as cursor:
                cursor.execute("UPDATE deployments_clock SET \"offset\" = interval '0'")

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
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                'UPDATE deployments_clock SET "offset" = "offset" + make_interval(secs => %s)',
                [span.total_seconds()],
            )

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

    # Signatures.

    @rule()
    def submit(self) -> None:
        self.act(self.plain.submit(clock.now()), services.submit, self.pk,
                 actor=self.team.release_manager)  # fmt: skip

    @rule(person=ANYBODY, role=ROLES, choice=st.sampled_from(Choice))
    def sign(self, person: str, role: str, choice: Choice) -> None:
        verbs = self.plain.sign(person, role, choice, clock.now())
        self.act(verbs, services.sign, self.pk, self.asked[role].pk, choice, proof=make_proof(),
                 actor=self.team.people[person], shown=self.shown(), reason="so")  # fmt: skip

    @rule(person=STAND_INS, absent=ABSENT, role=ROLES, choice=st.sampled_from(Choice))
    def sign_for(self, person: str, absent: str, role: str, choice: Choice) -> None:
        """One who stands in says it for the absent, and counts once for both."""
        person = self.plain.away.get(absent, (person,))[0]
        verbs = self.plain.sign(person, role, choice, clock.now(), absent)
        self.act(verbs, services.sign, self.pk, self.asked[role].pk, choice, proof=make_proof(),
                 actor=self.team.people[person], on_behalf_of=self.team.people[absent],
                 shown=self.shown(), reason="so")  # fmt: skip

    @rule(person=ANYBODY, role=ROLES, proof=st.sampled_from(["none", "old", "other page"]))
    def sign_without_standing_for_it(self, person: str, role: str, proof: str) -> None:
        given = {"none": None, "old": make_proof(6), "other page": make_proof()}[proof]
        self.act(None, services.sign, self.pk, self.asked[role].pk, Choice.APPROVE, proof=given,
                 actor=self.team.people[person],
                 shown=self.shown(is_old=proof == "other page"))  # fmt: skip

    @rule()
    def everybody_signs(self) -> None:
        """Only so do long runs reach a GO often enough; each act is judged like any other."""
        if not self.plain.is_ticked:
            self.tick()
        for role in sorted(RULES, key=lambda one: RULES[one].group):
            for person in sorted(self.plain.roles[role]):
                self.sign(person, role, Choice.APPROVE)

    # The poll.

    @rule(person=ANYBODY | STAND_INS, role=ROLES, word=st.sampled_from(Verdict),
          is_voice=st.booleans())  # fmt: skip
    def answer(self, person: str, role: str, word: Verdict, *, is_voice: bool) -> None:
        is_taken = self.plain.answer(person, role, word, clock.now(), is_voice=is_voice)
        said = {"role_id": self.asked[role].role_id, "word": word, "remark": "so"}
        who = self.team.people[person]
        if is_voice:
            self.act(["answered by voice"] if is_taken else None, services.write_down, self.pk,
                     person=who, actor=self.team.ops_lead, **said)  # fmt: skip
        else:
            self.act(["answered"] if is_taken else None, services.answer, self.pk, actor=who,
                     **said)  # fmt: skip

    @rule()
    def everybody_says_go(self) -> None:
        for role in RULES:
            for person in sorted(self.plain.roles[role]):
                self.answer(person, role, Verdict.GO, is_voice=False)

    @rule()
    def open_again(self) -> None:
        self.act(self.plain.open_again(clock.now()), services.open_again, self.pk,
                 actor=self.team.ops_lead)  # fmt: skip

    @rule()
    def tend(self) -> None:
        self.act(self.plain.tend(clock.now()), services.tend, self.pk)

    # Decisions.

    @rule(verdict=st.sampled_from(Verdict))
    def decide(self, verdict: Verdict) -> None:
        before = self.obstacles()
        verbs = self.plain.decide(verdict, clock.now())
        taken = self.act(verbs, services.decide, self.pk, verdict, actor=self.team.ops_lead,
                         proof=make_proof(), reason="so", shown=self.shown())  # fmt: skip
        if taken and verdict == Verdict.GO:
            assert before == set()
        self.prove(taken)

    @rule(
        verdict=st.sampled_from(Verdict), how=st.sampled_from(["requester", "old", "page", "why"])
    )
    def decide_without_standing_for_it(self, verdict: Verdict, how: str) -> None:
        who = REQUESTER if how == "requester" else OPS_LEAD
        self.act(None, services.decide, self.pk, verdict, actor=self.team.people[who],
                 proof=make_proof(6 if how == "old" else 0),
                 reason=" " if how == "why" else "so",
                 shown=self.shown(is_old=how == "page"))  # fmt: skip

    @rule()
    def go_together(self) -> None:
        """The straight way, as far as the model lets it go."""
        self.everybody_signs()
        self.tend()
        self.everybody_says_go()
        self.decide(Verdict.GO)

    @rule()
    def break_glass(self) -> None:
        before = self.obstacles()
        taken = self.act(
            self.plain.break_glass(clock.now()), services.break_glass, self.pk,
            actor=self.team.people[BREAKER], second_person=self.team.ops_lead,
            proof=make_proof(), reason="so", shown=self.shown(),
        )  # fmt: skip
        if taken:
            assert set(taken.overridden) == before
        self.prove(taken)

    @rule()
    def hold_undecided(self) -> None:
        verbs = self.plain.hold_undecided(clock.now())
        self.prove(self.act(verbs, services.hold_undecided, self.pk))

    @rule()
    def hold_missed_start(self) -> None:
        verbs = self.plain.hold_missed_start(clock.now())
        self.prove(self.act(verbs, services.hold_missed_start, self.pk))

    @rule()
    def recall(self) -> None:
        self.act(self.plain.recall(clock.now()), services.recall_if_broken, self.pk)

    @rule()
    def resume(self) -> None:
        self.act(self.plain.resume(clock.now()), services.resume, self.pk,
                 actor=self.team.release_manager)  # fmt: skip

    @rule()
    def reopen(self) -> None:
        self.act(self.plain.reopen(), services.reopen, self.pk, reason="so",
                 actor=self.team.release_manager)  # fmt: skip

    @rule()
    def start(self) -> None:
        self.act(self.plain.start(clock.now()), services.start, self.pk, actor=self.team.ops_lead)

    # What must hold after every act.

    def obstacles(self) -> set[str]:
        found = {one.key for one in readiness(self.deployment).blockers}
        lacking = roll_call(self.deployment, clock.now()).lacking
        return found | ({"poll"} if lacking else set())

    def prove(self, taken: Decision | None) -> None:
        """A decision freezes the hashes of its instant and names the one before it."""
        if taken is None:
            return
        hashes = (self.deployment.content_hash, self.deployment.schedule_hash)
        dossier = taken.dossier
        assert (taken.content_hash, taken.schedule_hash) == hashes
        assert (dossier["content_hash"], dossier["schedule_hash"]) == hashes
        assert dossier["t0"] == self.plain.t0.isoformat()
        self.proven.append(hashes)

    @invariant()
    def stands_as_the_model_says(self) -> None:
        now, plain = clock.now(), self.plain
        assert self.deployment.state == plain.state
        assert self.deployment.package == plain.content
        if plain.state != State.IN_PROGRESS:
            found = {one.key for one in readiness(self.deployment).blockers}
            assert found == plain.blockers(now)
            self._words_count_as_the_model_says(now)
        self._poll_is_for_this_time_and_review()
        self._decisions_are_a_chain()

    def _words_count_as_the_model_says(self, now: datetime) -> None:
        counted: list[Vote] = []
        barred = {self.team.people[name].pk for name in self.plain.barred}
        for one in standings(self.deployment):
            role = one.rule.role.key
            named = {vote.person.username for vote in one.approvals}
            assert named == self.plain.approvers(role, now)
            named = {vote.person.username for vote in one.objections}
            assert named == self.plain.objectors(role)
            counted += one.approvals
        people = [pk for vote in counted for pk in vote.parties]
        assert len(people) == len(set(people)), "somebody counts twice"
        assert barred.isdisjoint(people)
        assert {vote.content_hash for vote in counted} <= {self.deployment.content_hash}
        rows = Standing.objects.filter(deployment=self.pk).values_list("vote", flat=True)
        assert {vote.pk for vote in counted} <= set(rows)

    def _poll_is_for_this_time_and_review(self) -> None:
        found, plain = counting_round(self.deployment), self.plain.counting()
        assert (found.number if found else None) == (len(self.plain.rounds) if plain else None)
        poll = roll_call(self.deployment, clock.now())
        words = {role: self.plain.word_of(role) for role in RULES}
        assert {call.key: call.word for call in poll.calls} == words

    def _decisions_are_a_chain(self) -> None:
        taken = list(self.deployment.decisions.defer("dossier").order_by("pk"))
        verdicts = [one.verdict for one in self.plain.decisions]
        assert [one.verdict for one in taken] == verdicts
        earlier = [None, *(one.pk for one in taken)]
        assert [one.replaces_id for one in taken] == earlier[: len(taken)]
        assert [(one.content_hash, one.schedule_hash) for one in taken] == self.proven


@pytest.mark.timeout(3600 if MANY else 120)
def test_sign_off_stands_as_the_rules_say_in_whatever_order_people_act(
    committed: dict[str, str],
) -> None:
    team = make_team()
    prepare(team)
    machine: Any = partial(SignOff, team)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=150 if MANY else 8,
            stateful_step_count=50 if MANY else 25,
            deadline=None,
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if MANY else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
