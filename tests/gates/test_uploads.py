"""A report file is kept byte for byte, read by a worker as a stream, and the newest one stands."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from gates import storing, uploads
from gates.enums import GateState, RunState
from gates.models import Gate, GateRun, Report, ReportPart
from gates.runner import execute
from gates.uploads import Upload
from tests.builders import make_machine, make_proof, signed_in
from tests.gates.makers import make_gate

PASSED = b"""<testsuite name="a" tests="2"><testcase classname="a" name="b"/>
<testcase classname="a" name="c"/></testsuite>"""
FAILED = PASSED.replace(b'name="c"/>', b'name="c"><failure message="no"/></testcase>')


@pytest.fixture
def gate(deployment) -> Gate:
    return make_gate(deployment, kind="junit")


def test_report_is_kept_byte_for_byte_in_parts(gate):
    body = bytes(range(256)) * 10_000
    run = uploads.hand_in(
        gate, Upload([body[:7], body[7:2_000_000], body[2_000_000:]], "a.xml"),
        reporter=make_machine(),
    )  # fmt: skip
    report = Report.objects.get()
    assert (run.report, report.size, report.name) == (report, len(body), "a.xml")
    assert report.sha256 == hashlib.sha256(body).hexdigest()
    assert [len(bytes(part.body)) for part in ReportPart.objects.all()] == [
        1048576, 1048576, len(body) - 2 * 1048576,
    ]  # fmt: skip
    with storing.opened(report) as stream:
        assert stream is not None and stream.read() == body


@pytest.mark.parametrize(("body", "state"), [(PASSED, "passed"), (FAILED, "failed")])
def test_worker_reads_the_report(gate, body, state):
    machine = make_machine()
    run = uploads.hand_in(gate, Upload([body], "a.xml", "https://ci.example/7"), reporter=machine)
    assert Gate.objects.get().state == GateState.SAMPLING
    execute(run.pk)
    gate.refresh_from_db()
    sample = gate.last_sample
    assert (gate.state, sample.reporter, sample.by_hand) == (state, machine, False)
    assert sample.source_link == "https://ci.example/7"
    assert sample.counts["tests"] == "2"


def test_newer_report_ends_the_run_that_still_read_the_older_one(gate):
    first = uploads.hand_in(gate, Upload([PASSED]), reporter=make_machine())
    second = uploads.hand_in(gate, Upload([FAILED]), reporter=make_machine("other"))
    execute(first.pk)
    execute(second.pk)
    first.refresh_from_db()
    gate.refresh_from_db()
    assert (first.state, first.reason) == (RunState.COMPLETE, "a newer report was handed in")
    assert gate.state == GateState.FAILED


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [
        ([], "The report is empty."),
        ([b""], "The report is empty."),
        ([b"x" * 1024 * 1024] * 65, "The report is larger than 64 MiB"),
    ],
)
def test_refused_report_leaves_nothing(gate, chunks, sentence):
    with pytest.raises(Invalid) as caught:
        uploads.hand_in(gate, Upload(chunks), reporter=make_machine())
    assert caught.value.sentence.startswith(sentence)
    assert (Report.objects.count(), ReportPart.objects.count(), GateRun.objects.count()) == (
        0, 0, 0,
    )  # fmt: skip


def test_report_for_another_kind_or_after_the_start_is_refused(deployment, gate):
    other = make_gate(deployment, title="By value")
    with pytest.raises(Refused) as caught:
        uploads.hand_in(other, Upload([PASSED]), reporter=make_machine())
    assert caught.value.sentence == (
        "“By value” is not answered by a report file: enter its value."
    )
    Deployment.objects.update(state=State.IN_PROGRESS)
    gate = Gate.objects.get(pk=gate.pk)
    with pytest.raises(Refused):
        uploads.hand_in(gate, Upload([PASSED]), reporter=make_machine("other"))


@pytest.mark.parametrize("who", ["member", "release_manager", "stakeholder"])
def test_only_those_who_may_report_hand_in(team, gate, who):
    with pytest.raises(Forbidden):
        uploads.hand_in_by_hand(
            gate, Upload([PASSED]), reporter=getattr(team, who), proof=make_proof()
        )


def test_page_takes_a_file_and_says_by_hand(team, deployment, gate):
    client = signed_in(team.security)
    response = client.post(
        reverse("gates:upload", args=[deployment.pk, gate.key]),
        {"report": SimpleUploadedFile("junit.xml", PASSED), "source_link": ""},
    )
    address = reverse("gates:detail", args=[deployment.pk, gate.key])
    assert response["Location"] == address
    execute(GateRun.objects.get().pk)
    page = client.get(address).content.decode()
    assert "Read from “junit.xml”" in page
    assert "handed in by Security <strong>by hand</strong>" in page
    assert hashlib.sha256(PASSED).hexdigest() in page


def test_missing_file_is_asked_for(team, deployment, gate):
    response = signed_in(team.security).post(
        reverse("gates:upload", args=[deployment.pk, gate.key]), {}
    )
    assert response.status_code == 422
    assert "Choose the file that the tool wrote." in response.content.decode()


def test_foreign_gate_has_no_page(team, deployment, gate):
    for name in ("detail", "upload"):
        where = reverse(f"gates:{name}", args=[deployment.pk, gate.key])
        assert signed_in(team.outsider).get(where).status_code == 404
