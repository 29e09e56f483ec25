"""A result by hand of somebody who stands in for a technical lead or a security holder."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.models import User
from deployments.access.absences import end_stand_in
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from deployments.services import grant_role
from gates import services
from gates.models import Gate, Report, Sample
from gates.reports import Result
from gates.runner import execute
from gates.uploads import Upload, hand_in_by_hand
from tests.builders import Team, make_deployment, make_proof, make_role, make_stand_in, signed_in
from tests.gates.makers import make_gate
from tests.gates.test_uploads import PASSED

pytestmark = pytest.mark.django_db
GOOD = Result(outcome="good", value="491/491", evidence="the log, line 9")


@pytest.fixture
def deployment(team: Team) -> Deployment:
    """The member stands in for security for a week."""
    make_stand_in(team.service, team.security, team.member)
    return make_deployment(team)


def report(gate: Gate, reporter: User, absent: User | None = None) -> Sample:
    return services.report_by_hand(
        gate, GOOD, reporter=reporter, proof=make_proof(), on_behalf_of=absent
    )


def refused(gate: Gate, reporter: User, absent: User | None = None) -> str:
    with pytest.raises(Refused) as caught:
        report(gate, reporter, absent)
    assert Sample.objects.count() == 0
    return caught.value.sentence


def test_result_names_both_on_every_page(team: Team, deployment: Deployment) -> None:
    gate = make_gate(deployment)
    sample = report(gate, team.member, team.security)
    assert (sample.voice, sample.by_hand) == ("Member for Security", True)
    event = deployment.events.get(verb="gate passed")
    assert (event.actor, event.on_behalf_of) == (team.member, team.security)
    for page in ("gates/", f"gates/{gate.key}/runs/"):
        said = signed_in(team.auditor).get(f"/deployments/{deployment.pk}/{page}").content.decode()
        assert "reported by Member for Security <strong>by hand</strong>" in said


def test_stand_in_reports_in_nobody_elses_name(team: Team, deployment: Deployment) -> None:
    gate = make_gate(deployment)
    assert refused(gate, team.member).startswith("Only a technical lead or a security holder")
    assert refused(gate, team.member, team.technical_lead) == (
        "You do not stand in for Technical Lead as technical lead or security now."
    )
    end_stand_in(team.security.absences.get(), actor=team.security)
    assert refused(gate, team.member, team.security) == (
        "You do not stand in for Security as technical lead or security now."
    )


def test_neither_of_both_may_have_requested_the_deployment(
    team: Team, deployment: Deployment
) -> None:
    gate = make_gate(deployment)
    make_stand_in(team.service, team.technical_lead, team.release_manager)
    assert refused(gate, team.release_manager, team.technical_lead) == (
        "Whoever requested the deployment may not enter results for it."
    )
    grant_role(team.service, make_role("security"), team.release_manager, actor=None)
    make_stand_in(team.service, team.release_manager, team.member)
    assert refused(gate, team.member, team.release_manager) == (
        "Release Manager requested the deployment; nobody enters results for them."
    )


def test_machine_only_gate_takes_no_word_of_a_stand_in(team: Team, deployment: Deployment) -> None:
    gate = make_gate(deployment, machine_only=True)
    assert refused(gate, team.member, team.security).endswith("takes results from machines only.")


def test_report_file_names_both(team: Team, deployment: Deployment) -> None:
    gate = make_gate(deployment, kind="junit")
    run = hand_in_by_hand(
        gate,
        Upload([PASSED], "a.xml"),
        reporter=team.member,
        proof=make_proof(),
        on_behalf_of=team.security,
    )
    execute(run.pk)
    assert [Report.objects.get().voice, Sample.objects.get().voice] == ["Member for Security"] * 2
    page = signed_in(team.auditor).get(f"/deployments/{deployment.pk}/gates/{gate.key}/runs/")
    assert "handed in by Member for Security <strong>by hand</strong>" in page.content.decode()
    with pytest.raises(Forbidden):
        hand_in_by_hand(gate, Upload([PASSED]), reporter=team.member, proof=make_proof())


def test_pages_offer_it_and_record_both(team: Team, deployment: Deployment) -> None:
    gate, scan = make_gate(deployment), make_gate(deployment, kind="junit", title="Scan")
    member = signed_in(team.member)
    for one, page, told in (
        (gate, "report", {"outcome": "good", "value": "491/491", "evidence": "log"}),
        (scan, "upload", {"report": SimpleUploadedFile("a.xml", PASSED)}),
    ):
        address = f"/deployments/{deployment.pk}/gates/{one.key}/{page}/"
        said = member.get(address).content.decode()
        assert "Security is away until" in said
        assert "recorded as “Member for Security”" in said
        assert member.post(address, told).status_code == 302
    assert Sample.objects.get().voice == Report.objects.get().voice == "Member for Security"


def test_page_asks_for_whom_where_there_are_several(team: Team, deployment: Deployment) -> None:
    make_stand_in(team.service, team.technical_lead, team.member)
    gate = make_gate(deployment)
    address = f"/deployments/{deployment.pk}/gates/{gate.key}/report/"
    told = {"outcome": "good", "value": "491/491", "evidence": "log"}
    member = signed_in(team.member)
    assert member.get(address).content.decode().count('name="voice"') == 2
    lead = f"for-{team.technical_lead.pk}"
    assert member.post(address, {**told, "voice": lead}).status_code == 302
    assert Sample.objects.get().voice == "Member for Technical Lead"


def test_database_names_for_whom_only_beside_a_result_by_hand(
    team: Team, deployment: Deployment
) -> None:
    report(make_gate(deployment), team.member, team.security)
    for change in (
        {"on_behalf_of_name": ""},
        {"on_behalf_of": team.member},
        {"by_hand": False},
        {"on_behalf_of": None},
        {"reporter": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sample.objects.update(**change)
