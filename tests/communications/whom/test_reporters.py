"""Whoever reported a gate is asked by mail to report it again, if it would be stale at T0."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from approvals import runner, services
from communications.enums import Kind
from communications.models import Delivery, Message
from communications.sending import dispatch
from deployments import clock, outbox
from deployments.enums import State
from deployments.models import Deployment
from deployments.services import grant_role, schedule
from gates import services as gates
from gates.enums import GateState
from gates.models import Gate
from gates.reports import Result
from tests.approvals.test_reporting import make_reported
from tests.approvals.test_waivers import ask, sign
from tests.builders import (
    Team,
    make_deployment,
    make_machine,
    make_person,
    make_proof,
    make_role,
    make_stand_in,
    signed_in,
)  # fmt: skip
from tests.communications.mails import letter_to
from tests.gates.makers import make_gate

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def mailed() -> list[str]:
    """Who gets the mail, once the sweep has asked."""
    runner.ask_for_reports()
    outbox.deliver_due()
    copies = Delivery.objects.filter(message__kind=Kind.GATE_REPORT)
    return sorted(copies.values_list("user__username", flat=True))


def report_by_hand(team: Team, reporter: str) -> tuple[Deployment, Gate]:
    deployment = make_deployment(team, t0_in=3 * HOUR)
    gate = make_gate(deployment, title="Scan")
    services.submit(deployment.pk, actor=team.release_manager)
    said = Result("good", "491/491", evidence="the log")
    gates.report_by_hand(gate, said, reporter=team.people[reporter], proof=make_proof())
    Gate.objects.update(freshness=HOUR, stale_at=clock.now() + HOUR)
    return deployment, Gate.objects.get()


def test_last_reporter_is_asked(team: Team) -> None:
    report_by_hand(team, "security")
    assert mailed() == ["security"]


def test_technical_leads_are_asked_where_a_machine_reported(team: Team) -> None:
    second = make_person("second_lead")
    grant_role(team.service, make_role("technical_lead"), second, actor=None)
    make_reported(team)
    assert mailed() == ["second_lead", "technical_lead"]


def test_technical_leads_are_asked_where_the_reporter_left_or_lost_the_role(team: Team) -> None:
    report_by_hand(team, "security")
    team.security.groups.remove(*Group.objects.filter(role_memberships__role__key="security"))
    assert mailed() == ["technical_lead"]


def test_technical_leads_are_asked_where_the_account_is_closed(team: Team) -> None:
    report_by_hand(team, "security")
    team.security.is_active = False
    team.security.save()
    assert mailed() == ["technical_lead"]


def test_lead_is_asked_where_nobody_else_can_be(team: Team) -> None:
    make_reported(team)
    team.technical_lead.is_active = False
    team.technical_lead.save()
    assert mailed() == ["release_manager"]


def test_stand_in_is_asked_beside_who_is_away(team: Team) -> None:
    report_by_hand(team, "security")
    make_stand_in(team.service, team.security, team.member)
    assert mailed() == ["member", "security"]


def claimed() -> Delivery:
    assert mailed() == ["technical_lead"]
    (copy,) = (one for one in dispatch.claim(50) if one.message.kind == Kind.GATE_REPORT)
    return copy


def test_mail_leaves_while_it_is_needed(team: Team) -> None:
    make_reported(team)
    copy = claimed()
    assert dispatch.settle([copy]) == [copy]


@pytest.mark.parametrize("meanwhile", ["reported", "waived", "held", "moved", "taken out"])
def test_mail_does_not_leave_once_nobody_needs_it(team: Team, meanwhile: str) -> None:
    deployment, gate = make_reported(team)
    copy = claimed()
    match meanwhile:
        case "reported":
            Gate.objects.update(freshness=24 * HOUR)
            gates.report(gate, Result("good"), reporter=make_machine("ci_2"))
        case "waived":
            Gate.objects.update(state=GateState.STALE)
            sign(ask(team, gate), team.technical_lead)
        case "held":
            Deployment.objects.update(state=State.ON_HOLD)
        case "moved":
            schedule(deployment.pk, clock.now() + 3.5 * HOUR, actor=team.release_manager)
        case "taken out":
            Gate.objects.update(removed_at=clock.now())
    assert dispatch.settle([copy]) == []
    copy.refresh_from_db()
    assert copy.state == "cancelled"


@pytest.mark.parametrize(
    ("kind", "machine_only", "page", "says"),
    [
        ("reported", False, "report", "Enter a result by hand"),
        ("junit", False, "upload", "Upload a report"),
        ("reported", True, "runs", "What it asks"),
    ],
)
def test_letter_begins_with_the_sentence_and_leads_to_the_page(
    team: Team, kind: str, machine_only: bool, page: str, says: str
) -> None:
    deployment, gate = make_reported(team)
    Gate.objects.update(kind=kind, machine_only=machine_only)
    assert mailed() == ["technical_lead"]
    message = Message.objects.get(kind=Kind.GATE_REPORT)
    letter = letter_to(team.technical_lead, message, deployment)
    assert gate.stale_at is not None and deployment.t0 is not None
    due = f"{deployment.t0:%A %-d %B %Y, %H:%M}"
    assert letter.subject == (
        f"Storage layer → Production: please report “Scan” again before {due} (UTC)"
    )
    first, *_ = letter.text.split("\n")
    assert first.startswith("Not ready: ")
    until = f"{gate.stale_at:%A %-d %B %Y, %H:%M}"
    assert f"“Scan” holds until {until} only; at T0 it would be stale." in letter.text
    path = f"/deployments/{deployment.pk}/gates/scan/{page}/"
    assert path in letter.text and path in letter.html
    assert says in signed_in(team.technical_lead).get(path).content.decode()
