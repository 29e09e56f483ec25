from datetime import timedelta

import pytest

from deployments import editing
from deployments.blockers import Blocker
from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Refused
from deployments.models import Deployment
from deployments.services import grant_role
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
from tests.builders import make_deployment, make_machine, make_proof, make_role, make_team
from tests.gates.makers import make_gate, make_http_gate
from tests.servers import answering, serving
from tests.threads import at_once

NO_NUMBER = "no plain number of at most 30 digits, such as 86.4; hits > 85 % needs one."
GOOD = Result(outcome="good", value="491/491", evidence="https://ci.example.org/1")


def verbs(deployment: Deployment) -> list[str]:
    return list(deployment.events.order_by("sequence").values_list("verb", flat=True))


def test_claim_of_the_document_makes_no_gate_green(deployment):
    gate = make_gate(deployment, claim="491/491 tests successful", claimed_done=True, line=27)
    findings = find([deployment])[deployment.pk]
    assert gate.state == GateState.PENDING
    assert findings.blockers == [
        Blocker("gate:tests-passing", "Tests passing has not been reported", "gates", None)
    ]
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


def test_report_of_a_machine_decides_at_once(deployment):
    gate = make_gate(deployment)
    sample = services.report(gate, GOOD, reporter=make_machine())
    gate.refresh_from_db()
    event = deployment.events.order_by("-sequence").first()
    assert (gate.state, gate.last_sample, sample.by_hand) == (GateState.PASSED, sample, False)
    assert (event.verb, event.actor.username, event.before, event.after) == (
        "gate passed",
        "ci",
        {"state": "pending"},
        {"state": "passed", "value": "491/491"},
    )


def test_newest_report_stands_when_it_is_red_and_an_older_one_green(deployment):
    gate, machine = make_gate(deployment), make_machine()
    services.report(gate, GOOD, reporter=machine)
    services.report(gate, Result(outcome="bad", value="490/491"), reporter=machine)
    gate.refresh_from_db()
    assert (gate.state, gate.state_reason) == (GateState.FAILED, "reported 490/491")
    assert [run.outcome for run in gate.runs.order_by("number")] == ["passed", "failed"]


@pytest.mark.parametrize(
    ("report", "state", "reason"),
    [
        (Result(value="86"), "passed", "86 % is more than 85 %"),
        (Result(value="86", unit="%"), "passed", "86 % is more than 85 %"),
        (Result(value="82.1"), "failed", "82.1 %, needs more than 85 %"),
        (Result(value="85"), "failed", "85 %, needs more than 85 %"),
        (Result(outcome="good", value="70"), "failed", "70 %, needs more than 85 %"),
        (Result(outcome="bad", value="99"), "failed", "99 % is more than 85 %"),
        (Result(outcome="warn", value="99"), "warned", "99 % is more than 85 %"),
    ],
)
def test_value_is_judged_by_the_condition_and_never_milder(deployment, report, state, reason):
    gate = make_gate(deployment, condition="cache_hit_rate > 85 %")
    services.report(gate, report, reporter=make_machine())
    gate.refresh_from_db()
    assert (gate.state, gate.state_reason) == (state, reason)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (Result(outcome="good"), "This gate is judged by its value (hits > 85 %); report one."),
        (Result(value="much"), f"“much” is {NO_NUMBER}"),
        (Result(value="1e3000000"), f"“1e3000000” is {NO_NUMBER}"),
        (Result(value="8_6"), f"“8_6” is {NO_NUMBER}"),
        (Result(value="９０"), f"“９０” is {NO_NUMBER}"),
        (Result(value="9" * 31), f"“{'9' * 31}” is {NO_NUMBER}"),
        (Result(value="NaN"), "“NaN” is no measured value; report a number."),
        (Result(value="Infinity"), "“Infinity” is no measured value; report a number."),
        (Result(value="86", unit="ms"), "86 ms is a time and hits is judged as a share"),
        (Result(value="1", source_link="javascript:alert(1)"), "The link to the source starts"),
    ],
)
def test_report_that_leaves_the_question_open_is_refused(deployment, report, sentence):
    gate = make_gate(deployment, condition="hits > 85 %")
    with pytest.raises(Invalid) as caught:
        services.report(gate, report, reporter=make_machine())
    assert caught.value.sentence.startswith(sentence)
    assert gate.runs.count() == 0


@pytest.mark.parametrize("value", ["NaN", "-inf", "Infinity", "sNaN"])
def test_what_is_no_value_passes_nothing_without_a_condition_either(deployment, value):
    with pytest.raises(Invalid, match="is no measured value; report a number"):
        services.report(make_gate(deployment), Result("good", value), reporter=make_machine())


def test_long_decimals_are_judged(deployment):
    gate = make_gate(deployment, condition="hits > 85 %")
    services.report(gate, Result(value="86.39999999999999"), reporter=make_machine())
    gate.refresh_from_db()
    assert gate.state_reason == "86.39999999999999 % is more than 85 %"


def test_report_without_outcome_is_refused_when_nothing_judges_the_value(deployment):
    with pytest.raises(Invalid, match="Report an outcome: good, warn or bad"):
        services.report(make_gate(deployment), Result(value="1"), reporter=make_machine())


def test_nothing_is_reported_for_what_the_portal_measures_itself(deployment, server):
    gate = make_http_gate(deployment, server)
    with pytest.raises(Refused, match="measured by the portal itself"):
        services.report(gate, GOOD, reporter=make_machine())


@pytest.mark.parametrize("who", ["technical_lead", "security"])
def test_result_by_hand_says_so(team, deployment, who):
    gate = make_gate(deployment)
    person = getattr(team, who)
    sample = services.report_by_hand(gate, GOOD, reporter=person, proof=make_proof())
    gate.refresh_from_db()
    assert (sample.by_hand, sample.reporter, sample.evidence) == (True, person, GOOD.evidence)
    assert (gate.state, gate.state_reason) == ("passed", "reported 491/491, by hand")


@pytest.mark.parametrize(
    "who", ["release_manager", "ops_lead", "operations", "member", "auditor", "outsider"]
)
def test_result_by_hand_is_refused_without_the_role(team, deployment, who):
    gate = make_gate(deployment)
    with pytest.raises(Forbidden):
        services.report_by_hand(gate, GOOD, reporter=getattr(team, who), proof=make_proof())


def test_result_by_hand_is_refused_to_the_requester(team, deployment):
    grant_role(team.service, make_role("security"), team.release_manager, actor=None)
    gate = make_gate(deployment)
    with pytest.raises(Forbidden, match="Whoever requested the deployment"):
        services.report_by_hand(gate, GOOD, reporter=team.release_manager, proof=make_proof())


@pytest.mark.parametrize("proof", [None, make_proof(minutes_ago=6)])
def test_result_by_hand_is_refused_without_fresh_authentication(team, deployment, proof):
    gate = make_gate(deployment)
    with pytest.raises(NeedsFreshAuthentication):
        services.report_by_hand(gate, GOOD, reporter=team.security, proof=proof)


@pytest.mark.parametrize(
    "report", [Result(outcome="good", value="1"), Result(outcome="good", evidence="a log")]
)
def test_result_by_hand_is_refused_without_value_or_evidence(team, deployment, report):
    with pytest.raises(Invalid):
        services.report_by_hand(
            make_gate(deployment), report, reporter=team.security, proof=make_proof()
        )


def test_result_by_hand_is_refused_when_only_machines_may_report(team, deployment):
    gate = make_gate(deployment, machine_only=True)
    with pytest.raises(Refused, match="takes results from machines only"):
        services.report_by_hand(gate, GOOD, reporter=team.security, proof=make_proof())


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
