"""A service's deployments, page by page; and what is read of one says the page's own sentence."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.services import issue
from approvals.verdict import outlook
from deployments.models import Deployment
from tests.api.makers import Machine, problem
from tests.builders import make_deployment, make_team
from tests.gates.makers import make_gate


@pytest.fixture
def machine(team) -> Machine:
    return Machine(issue(team.service, title="CI", actor=None)[1])


def ids(answer: Any) -> list[int]:
    return [one["id"] for one in answer.json()["deployments"]]


def follow(machine: Machine, answer: Any) -> Any:
    where = urlsplit(answer.json()["next"])
    return machine.get(f"{where.path.removeprefix('/api/v1')}?{where.query}")


def test_pages_hold_each_deployment_once_also_when_one_is_begun_meanwhile(team, machine):
    made = [make_deployment(team, items=(), roles=()).pk for _ in range(5)]
    first = machine.get("/deployments?limit=2")
    make_deployment(team, items=(), roles=())
    second = follow(machine, first)
    third = follow(machine, second)
    assert ids(first) + ids(second) + ids(third) == made[::-1]
    assert third.json()["next"] is None


def test_page_that_is_just_full_is_the_last(team, machine):
    for _ in range(2):
        make_deployment(team, items=(), roles=())
    assert machine.get("/deployments?limit=2").json()["next"] is None


def test_states_are_filtered_and_stay_filtered(team, machine):
    wanted = [make_deployment(team, submitted=True).pk for _ in range(2)]
    make_deployment(team)
    cancelled = make_deployment(team)
    Deployment.objects.filter(pk=cancelled.pk).update(state="cancelled")
    first = machine.get("/deployments?state=in_review&state=cancelled&limit=1")
    assert ids(first) == [cancelled.pk]
    second = follow(machine, first)
    assert ids(second) + ids(follow(machine, second)) == wanted[::-1]


def test_deployments_of_other_services_are_not_listed(team, machine):
    other = make_team("other-service", prefix="other_")
    make_deployment(other)
    assert machine.get("/deployments").json() == {"deployments": [], "next": None}


@pytest.mark.parametrize(
    "asked", ["state=over", "limit=0", "limit=101", "limit=x", "before=0", f"before={2**63}"]
)
def test_nonsense_is_refused_in_a_sentence(machine, asked):
    status, sentence = problem(machine.get(f"/deployments?{asked}"))
    assert (status, sentence.startswith(f"{asked.partition('=')[0]}")) == (422, True), sentence


def test_mistyped_filter_does_not_find_everything(team, machine):
    make_deployment(team)
    assert problem(machine.get("/deployments?stat=go")) == (
        422, "There is no parameter “stat” here; known are state, before, limit.",
    )  # fmt: skip


def test_listing_needs_the_scope_to_read(team):
    reporter = Machine(issue(team.service, title="W", scopes=["report"], actor=None)[1])
    assert problem(reporter.get("/deployments")) == (403, "This token may report but not read.")


def test_listing_costs_the_same_for_one_and_for_many(team, machine):
    make_deployment(team, submitted=True)
    machine.get("/deployments")  # notes the use of the token
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as spent:
            assert machine.get("/deployments").status_code == 200
        counts.append(len(spent))
        for _ in range(6):
            make_deployment(team, submitted=True)
    assert counts[0] == counts[1] <= 16


def test_every_answer_about_readiness_is_the_pages_sentence(team, machine):
    deployment = make_deployment(team, submitted=True)
    sentence = outlook(deployment).sentence
    ready = machine.get(f"/deployments/{deployment.pk}/readiness")
    whole = machine.get(f"/deployments/{deployment.pk}").json()
    (listed,) = machine.get("/deployments").json()["deployments"]
    assert next(iter(ready.json())) == "sentence"
    assert {ready.json()["sentence"], whole["sentence"], listed["sentence"]} == {sentence}
    assert listed == whole
    assert {key: whole[key] for key in ready.json()} == ready.json()


def test_gates_tell_their_newest_run(team, machine):
    gate = make_gate(make_deployment(team))
    untouched = make_gate(gate.deployment, title="Never run")
    for outcome in ("bad", "good"):
        machine.report(gate, outcome=outcome)
    found = machine.get(f"/deployments/{gate.deployment_id}/gates").json()
    runs = {one["key"]: one["last_run"] for one in found}
    assert (runs[gate.key]["number"], runs[gate.key]["outcome"]) == (2, "passed")
    assert runs[untouched.key] is None
    one = machine.get(f"/deployments/{gate.deployment_id}/gates/{gate.key}").json()
    assert one["last_run"] == runs[gate.key]
