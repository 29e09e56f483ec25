"""The second signature of a waiver by somebody who stands in for a holder of the role."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from approvals import services
from approvals.dossier import freeze
from approvals.models import Waiver
from approvals.rollcall import roll_call
from approvals.verdict import readiness
from approvals.waivers import question_of
from dashboard.decisions import inbox_of
from dashboard.lately import lately_of
from deployments import clock
from deployments.access.absences import end_stand_in
from deployments.exceptions import Forbidden
from deployments.models import Deployment
from deployments.services import grant_role
from gates.enums import GateState
from gates.models import Gate
from tests.approvals.makers import make_waiver
from tests.builders import (
    Team,
    make_deployment,
    make_person,
    make_proof,
    make_role,
    make_stand_in,
    signed_in,
)  # fmt: skip
from tests.gates.makers import make_gate

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiver(team: Team) -> Waiver:
    """Asked for by the ops lead, while the member stands in for the technical lead."""
    deployment = make_deployment(team, submitted=True)
    gate = make_gate(deployment, title="Coverage")
    Gate.objects.filter(pk=gate.pk).update(state=GateState.FAILED, state_at=clock.now())
    make_stand_in(team.service, team.technical_lead, team.member)
    return make_waiver(Gate.objects.get(pk=gate.pk), asked_by=team.ops_lead)


def sign(waiver: Waiver, actor: User, absent: User | None = None) -> Waiver:
    return services.sign_waiver(waiver, actor=actor, proof=make_proof(), on_behalf_of=absent)


def refused(waiver: Waiver, actor: User, absent: User | None = None) -> str:
    with pytest.raises(Forbidden) as caught:
        sign(waiver, actor, absent)
    assert Waiver.objects.get(pk=waiver.pk).signed_at is None
    return caught.value.sentence


def test_signature_names_both(team: Team, waiver: Waiver) -> None:
    signed = sign(waiver, team.member, team.technical_lead)
    assert (signed.signature, signed.signed_role) == (
        "Member for Technical Lead", "technical_lead",
    )  # fmt: skip
    deployment = Deployment.objects.get(pk=waiver.deployment_id)
    event = deployment.events.get(verb="gate waived")
    assert (event.actor, event.on_behalf_of) == (team.member, team.technical_lead)
    dossier = freeze(deployment, readiness(deployment), roll_call(deployment, clock.now()))
    assert dossier["waivers"][0]["signed_by"] == "Member for Technical Lead"
    page = signed_in(team.auditor).get(f"/deployments/{deployment.pk}/gates/").content.decode()
    assert "signed by Member for Technical Lead: The scanner is down" in page


def test_signature_stays_when_the_absence_ends(team: Team, waiver: Waiver) -> None:
    sign(waiver, team.member, team.technical_lead)
    end_stand_in(team.technical_lead.absences.get(), actor=team.technical_lead)
    assert Waiver.objects.get().signature == "Member for Technical Lead"


def test_stand_in_signs_in_nobody_elses_name(team: Team, waiver: Waiver) -> None:
    assert refused(waiver, team.member) == (
        "This waiver needs the signature of a technical lead of this service."
    )
    assert refused(waiver, team.member, team.security) == (
        "You do not stand in for Security as a technical lead now."
    )
    assert refused(waiver, team.stakeholder, team.technical_lead) == (
        "You do not stand in for Technical Lead as a technical lead now."
    )
    end_stand_in(team.technical_lead.absences.get(), actor=team.technical_lead)
    assert refused(waiver, team.member, team.technical_lead) == (
        "You do not stand in for Technical Lead as a technical lead now."
    )


def test_neither_of_both_may_have_asked_for_it(team: Team, waiver: Waiver) -> None:
    Waiver.objects.update(asked_by=team.member)
    assert refused(waiver, team.member, team.technical_lead) == (
        "Whoever asked for the waiver may not sign it; another person does."
    )
    Waiver.objects.update(asked_by=team.technical_lead)
    assert refused(waiver, team.member, team.technical_lead) == (
        "Technical Lead asked for the waiver; nobody signs it for them."
    )


def test_neither_of_both_may_have_requested_the_deployment(team: Team, waiver: Waiver) -> None:
    end_stand_in(team.technical_lead.absences.get(), actor=team.technical_lead)
    make_stand_in(team.service, team.technical_lead, team.release_manager)
    assert refused(waiver, team.release_manager, team.technical_lead) == (
        "Whoever requested the deployment may not sign a waiver for it."
    )
    grant_role(team.service, make_role("technical_lead"), team.release_manager, actor=None)
    make_stand_in(team.service, team.release_manager, team.member)
    assert refused(waiver, team.member, team.release_manager) == (
        "Release Manager requested the deployment; nobody signs it for them."
    )


def test_security_gate_needs_whoever_stands_in_for_security(team: Team, waiver: Waiver) -> None:
    Gate.objects.update(kind="trivy")
    gate = Gate.objects.get()
    Waiver.objects.update(question=question_of(gate, gate.deployment))
    assert refused(waiver, team.member, team.technical_lead) == (
        "You do not stand in for Technical Lead as a security holder now."
    )
    make_stand_in(team.service, team.security, team.member)
    assert sign(waiver, team.member, team.security).signature == "Member for Security"


def test_page_offers_it_and_records_it_in_both_names(team: Team, waiver: Waiver) -> None:
    address = reverse("approvals:waiver", args=[waiver.deployment_id, waiver.gate.key])
    where = reverse("approvals:sign_waiver", args=[waiver.deployment_id, waiver.pk])
    member = signed_in(team.member)
    page = member.get(address).content.decode()
    assert "Technical Lead is away until" in page
    assert "recorded as “Member for Technical Lead”" in page
    assert member.post(where)["Location"] == address
    assert Waiver.objects.get().signature == "Member for Technical Lead"
    assert "<dd>Member for Technical Lead, " in member.get(address).content.decode()


def test_page_asks_for_whom_where_there_are_several(team: Team, waiver: Waiver) -> None:
    second = make_person("second_lead")
    grant_role(team.service, make_role("technical_lead"), second, actor=None)
    make_stand_in(team.service, second, team.member)
    address = reverse("approvals:waiver", args=[waiver.deployment_id, waiver.gate.key])
    where = reverse("approvals:sign_waiver", args=[waiver.deployment_id, waiver.pk])
    member = signed_in(team.member)
    page = member.get(address).content.decode()
    assert page.count('name="voice"') == 2
    assert member.post(where, {"voice": "for-0"}).status_code == 422
    member.post(where, {"voice": f"for-{second.pk}"})
    assert Waiver.objects.get().signature == "Member for Second Lead"


def test_absent_person_and_stand_in_find_it_among_their_decisions(
    team: Team, waiver: Waiver
) -> None:
    for person, found in ((team.member, 1), (team.technical_lead, 1), (team.security, 0)):
        labels = [row.label for row in inbox_of(person).rows]
        assert labels.count("Sign the waiver of “Coverage”") == found


def test_both_read_lately_what_was_signed(team: Team, waiver: Waiver) -> None:
    sign(waiver, team.member, team.technical_lead)
    said = [lately_of(person, clock.now()) for person in (team.member, team.technical_lead)]
    assert [[one.said for one in rows] for rows in said] == [
        ["You signed the waiver of Coverage"],
        ["Member, who stands in for you, signed the waiver of Coverage"],
    ]


def test_database_refuses_what_the_service_refuses(team: Team, waiver: Waiver) -> None:
    """Signed for oneself, for whoever asked, without a name, for nobody away, by the requester."""
    signed = {"signed_by": team.member, "signed_at": clock.now(), "signed_for_name": "Somebody"}
    for change in (
        {"signed_for": team.member},
        {"signed_for": team.ops_lead},
        {"signed_for": team.technical_lead, "signed_for_name": ""},
        {"signed_for": team.security},
        {"signed_by": team.release_manager, "signed_for_name": ""},
        {"signed_for": None},
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            Waiver.objects.update(**{**signed, **change})
    Waiver.objects.update(**signed, signed_for=team.technical_lead)
    assert Waiver.objects.get().signature == "Member for Somebody"
