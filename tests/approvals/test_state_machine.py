"""Whatever people do in whatever order, sign-off stands as the plain rules say, after every act.

PORTAL_AUDIT=1 tries many more orders.
"""

from __future__ import annotations

import os
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from approvals.models import Standing, Vote
from approvals.rollcall import counting_round, roll_call
from approvals.signoff import standings
from approvals.verdict import readiness
from audit.verification import verify
from deployments import clock
from deployments.enums import State
from tests.approvals.plain_facts import RULES
from tests.approvals.signoff_people import People
from tests.approvals.signoff_plan import prepare
from tests.builders import make_team

MANY = bool(os.environ.get("PORTAL_AUDIT"))


class SignOff(People):
    """What must be so of one deployment after every act, and in the end."""

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
