"""Results that machines and people report: how they are judged, and whose are not taken."""

from __future__ import annotations

import pytest

from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Refused
from deployments.services import grant_role
from gates import services
from gates.enums import GateState
from gates.reports import Result
from tests.builders import make_machine, make_proof, make_role
from tests.gates.makers import GOOD, make_gate, make_http_gate

NO_NUMBER = "no plain number of at most 30 digits, such as 86.4; hits > 85 % needs one."


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
        (Result(value="-86"), "-86 % is below zero, which a share never is"),
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
