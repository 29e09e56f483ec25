"""Report files over the API: taken raw, read by a worker, told by their run."""

from __future__ import annotations

import pytest

from api.services import issue
from gates.models import Gate, GateRun, Report
from gates.runner import execute
from tests.api.makers import Machine, problem
from tests.gates.makers import make_gate

BODY = b'<testsuite tests="1"><testcase name="a"/></testsuite>'


@pytest.fixture
def gate(deployment) -> Gate:
    return make_gate(deployment, kind="junit", title="Unit tests")


@pytest.fixture
def machine(team) -> Machine:
    return Machine(issue(team.service, title="CI", actor=None)[1])


def where(gate: Gate) -> str:
    return f"/deployments/{gate.deployment_id}/gates/{gate.key}"


def test_file_is_taken_as_it_is_and_its_run_tells_what_came_of_it(gate, machine):
    link = "https://ci.example/7"
    taken = machine.call("POST", f"{where(gate)}/report?name=j.xml&source_link={link}", BODY)
    assert (taken.status_code, taken.json()["state"]) == (202, "queued")
    report = Report.objects.get()
    assert (report.name, report.source_link, report.size) == ("j.xml", link, len(BODY))
    execute(GateRun.objects.get().pk)
    told = machine.get(f"{where(gate)}/runs/{taken.json()['number']}").json()
    assert (told["state"], told["outcome"], told["reason"]) == (
        "complete", "passed", "1 of 1 tests passed",
    )  # fmt: skip
    found = machine.get(where(gate)).json()
    assert (found["state"], found["last_sample"]["counts"]["tests"]) == ("passed", "1")


def test_json_result_for_a_gate_that_reads_files_is_read_as_a_file_and_never_passes(gate, machine):
    machine.report(gate, outcome="good")
    execute(GateRun.objects.get().pk)
    gate.refresh_from_db()
    assert (gate.state, gate.state_reason[:28]) == ("errored", "The report is no whole XML: ")


@pytest.mark.parametrize(
    ("path", "status"), [("?source_link=ftp://x", 422), ("?name=" + "a" * 300, 422)]
)
def test_bad_facts_about_a_file_are_refused(gate, machine, path, status):
    assert problem(machine.call("POST", f"{where(gate)}/report{path}", BODY))[0] == status
    assert (Report.objects.count(), GateRun.objects.count()) == (0, 0)


def test_empty_file_is_refused(gate, machine):
    answer = machine.call("POST", f"{where(gate)}/report", b"")
    assert problem(answer) == (422, "The report is empty.")


def test_run_that_is_not_there_is_not_found(gate, machine):
    assert problem(machine.get(f"{where(gate)}/runs/9"))[0] == 404
