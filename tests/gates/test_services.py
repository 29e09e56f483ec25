"""Gates as they are added, run and asked anew, and what their states stand in the way of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deployments import editing
from deployments.blockers import Blocker, Page, Waits
from deployments.exceptions import Forbidden, Invalid
from deployments.models import Deployment
from gates import services
from gates.claims import claim
from gates.definitions import GateDefinition
from gates.enums import GateState, RunState
from gates.exceptions import NotRunnable
from gates.models import GateRun
from gates.obstacles import find
from gates.parts import GATES
from gates.reports import Result
from gates.standing import mark_stale
from tests.builders import make_deployment, make_machine, make_team
from tests.gates.makers import GOOD, make_gate, make_http_gate
from tests.servers import answering, serving
from tests.threads import at_once


def verbs(deployment: Deployment) -> list[str]:
    return list(deployment.events.order_by("sequence").values_list("verb", flat=True))


def test_claim_of_the_document_makes_no_gate_green(deployment):
    gate = make_gate(deployment, claim="491/491 tests successful", claimed_done=True, line=27)
    findings = find([deployment])[deployment.pk]
    assert gate.state == GateState.PENDING
    reporters = ["a machine, or by hand a technical lead or security holder"]
    assert findings.blockers == [
        Blocker(
            "gate:tests-passing", "Tests passing has not been reported", "gates", None,
            waits=Waits("Answered by", reporters, None, ""),
            page=Page("gates:detail", (deployment.pk, "tests-passing")),
        )
    ]  # fmt: skip
    assert (findings.done, findings.total) == (0, 1)


def test_keys_are_readable_and_numbered_when_titles_repeat(deployment):
    wanted = [GateDefinition(title) for title in ("Security scan", "Security scan", "安全")]
    made = services.define_gates(deployment, wanted)
    again = services.define_gates(deployment, [GateDefinition("Security scan")])
    assert [gate.key for gate in made] == ["security-scan", "security-scan-2", "unnamed"]
    assert [(gate.key, gate.position) for gate in again] == [("security-scan-3", 4)]


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (GateDefinition(" "), "Give the gate a title that says what must be true."),
        (
            GateDefinition("A", kind="magic"),
            "“magic” is no kind of gate; use one of http, ",
        ),
        (GateDefinition("A", kind="http"), "An HTTP gate needs “Address” (url)."),
        (GateDefinition("A", condition="fast"), "“fast” has no comparison"),
        (
            GateDefinition("A", kind="junit", condition="pass_rate > 95 % for 5 min"),
            "A report is one measurement, so that its condition has no “for”.",
        ),
        (
            GateDefinition("A", kind="junit", condition="pass_rate > 95 % within 1 h of start"),
            "A gate is judged before the start, so that its condition has no “within”",
        ),
        (
            GateDefinition("A", kind="junit", condition="pass_rate > 95"),
            "What it finds is a share and pass_rate is judged as a count",
        ),
    ],
)
def test_gate_that_nobody_could_answer_is_refused(deployment, definition, sentence):
    with pytest.raises(Invalid) as caught:
        services.define_gates(deployment, [definition])
    assert caught.value.sentence.startswith(sentence)


def test_added_gate_changes_the_content_and_is_recorded(team, deployment):
    before = deployment.content_hash
    editing.add(GATES, deployment.pk, [GateDefinition("Scan")], actor=team.release_manager)
    deployment.refresh_from_db()
    assert deployment.content_hash != before
    assert verbs(deployment)[-2:] == ["gate added", "content changed"]


def test_gate_is_added_by_release_managers_only(team, deployment):
    with pytest.raises(Forbidden):
        editing.add(GATES, deployment.pk, [GateDefinition("Scan")], actor=team.member)


def test_running_twice_gives_the_same_run(team, deployment, server):
    gate = make_http_gate(deployment, server)
    first = services.request_run(gate, actor=team.member)
    second = services.request_run(gate, actor=team.ops_lead)
    assert first == second
    assert GateRun.objects.count() == 1
    assert verbs(deployment)[-1] == "gate run requested"


def test_run_all_is_one_event_and_leaves_reported_gates_alone(team, deployment, server):
    make_gate(deployment)
    for n in range(3):
        make_http_gate(deployment, server, title=f"Health {n}")
    runs = services.request_all(deployment, actor=team.member)
    assert [run.gate.key for run in runs] == ["health-0", "health-1", "health-2"]
    assert verbs(deployment)[-1] == "gate runs requested"
    assert services.request_all(deployment, actor=team.member) == []


def test_reported_gate_cannot_be_run(team, deployment):
    with pytest.raises(NotRunnable) as caught:
        services.request_run(make_gate(deployment), actor=team.member)
    assert caught.value.sentence == "“Tests passing” cannot be run: its result is reported."


@pytest.mark.parametrize("who", ["stakeholder", "auditor", "outsider", "security"])
def test_gate_is_not_run_by_those_who_only_read(team, deployment, server, who):
    gate = make_http_gate(deployment, server)
    with pytest.raises(Forbidden):
        services.request_run(gate, actor=getattr(team, who))


def test_changed_question_makes_a_green_gate_stale(deployment):
    gate = make_gate(deployment)
    services.report(gate, GOOD, reporter=make_machine())
    gate.refresh_from_db()
    deployment.refresh_from_db()
    mark_stale(deployment, gate, reason="the commit changed")
    (blocker,) = find([deployment])[deployment.pk].blockers
    assert blocker.clause == "Tests passing is stale: the commit changed"


def test_changed_question_ends_the_run_under_way(team, deployment, server):
    gate = make_http_gate(deployment, server)
    run = services.request_run(gate, actor=team.member)
    gate.refresh_from_db()
    deployment.refresh_from_db()
    mark_stale(deployment, gate, reason="the address changed")
    run.refresh_from_db()
    assert (run.state, run.outcome, gate.state) == (RunState.COMPLETE, "stale", "stale")


def test_warned_and_red_advisory_gates_warn_and_do_not_block(deployment):
    machine = make_machine()
    warned = make_gate(deployment)
    advisory = make_gate(deployment, title="Lint", required=False)
    services.report(warned, Result(outcome="warn", value="3"), reporter=machine)
    services.report(advisory, Result(outcome="bad", value="9"), reporter=machine)
    findings = find([deployment])[deployment.pk]
    assert findings.blockers == []
    assert [warning.clause for warning in findings.warnings] == [
        "Tests passing passed with a warning: reported 3",
        "Lint failed: reported 9",
    ]
    assert (findings.done, findings.total) == (1, 1)


def test_green_gate_stays_green_while_it_is_run_again(team, deployment, server):
    gate = make_http_gate(deployment, server)
    gate.state, gate.state_at = GateState.PASSED, deployment.created_at
    gate.stale_at = deployment.created_at + timedelta(minutes=5)
    gate.save()
    services.request_run(gate, actor=team.member)
    gate.refresh_from_db()
    assert gate.state == GateState.PASSED


def test_one_run_is_written_when_four_ask_at_once(committed):
    team = make_team()
    with serving(answering()) as server:
        gate = make_http_gate(make_deployment(team), server)
        asked = [lambda: services.request_run(gate, actor=team.member)] * 4
        answers = at_once(*asked)
    assert len({run.pk for run in answers}) == 1
    assert GateRun.objects.count() == 1


def test_one_of_two_workers_gets_the_run_when_both_ask_at_once(committed):
    team = make_team()
    with serving(answering()) as server:
        gate = make_http_gate(make_deployment(team), server)
        run = services.request_run(gate, actor=team.member)
        for _ in range(10):
            held = [one for one in at_once(*[lambda: claim(run.pk)] * 4) if one]
            assert len(held) == 1
            GateRun.objects.update(lease_until=None, starts=0)
