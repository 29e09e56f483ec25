"""Every obstacle of a deployment's page leads to the page that mends it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import User
from approvals.enums import Choice
from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from gates.enums import GateState
from gates.models import Gate
from gates.reports import Result
from gates.services import report
from tests.approvals.makers import make_waiver, sign
from tests.builders import Team, make_deployment, make_machine, signed_in
from tests.deployments.freezes.makers import make_freeze
from tests.gates.makers import make_gate
from tests.monitoring.metrics.makers import make_metric, make_planned

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<li>.*?<a href="([^"]+)">([^<]+)</a>', re.DOTALL)


def links(team: Team, deployment: Deployment) -> dict[str, str]:
    """What stands in the way, with where it leads; every one of these pages answers."""
    client = signed_in(team.release_manager)
    page = unescape(client.get(deployment.get_absolute_url()).content.decode())
    panel = page.split('id="readiness-panel"')[1].split("</section>")[0]
    found = {said: address for address, said in LINK.findall(panel)}
    assert len(found) == panel.count("<li>")
    for address in found.values():
        assert client.get(address).status_code == 200, address
    return found


def test_what_is_missing_leads_to_item_gate_and_signature(team: Team) -> None:
    other = make_deployment(team)
    deployment = make_deployment(team, submitted=True)
    gate = make_gate(deployment, title="Coverage")
    sign(team, deployment, "operations", Choice.REJECT, reason="not on a Friday")

    found = links(team, deployment)

    at = f"/deployments/{deployment.pk}"
    item = deployment.items.get(phase="before")
    rules = {one.role.key: one.pk for one in deployment.rules.select_related("role")}
    assert found["“Back up the database” is not ticked"] == f"{at}/items/{item.pk}/"
    assert found["Coverage has not been reported"] == f"{at}/gates/{gate.key}/runs/"
    assert found["Security has not signed"] == f"{at}/sign/{rules['security']}/"
    objection = "Operations said reject: “not on a Friday”"
    assert found[objection] == f"{at}/sign-off/#rule-{rules['operations']}"
    conflict = f"Deployment #{other.pk} is planned for the same place and time"
    assert found[conflict] == other.get_absolute_url()


def test_what_a_plan_lacks_leads_to_where_it_is_said(team: Team) -> None:
    deployment = make_deployment(team, roles=(), t0_in=None)
    Deployment.objects.filter(pk=deployment.pk).update(commit="")

    found = links(team, deployment)

    assert found["No time T0 is set"] == reverse("deployments:schedule", args=[deployment.pk])
    assert found["No role is asked to sign"] == f"/deployments/{deployment.pk}/plan/sign-off/"
    assert found["No commit is named"] == reverse("approvals:facts", args=[deployment.pk])


def test_warnings_and_freezes_lead_to_where_they_are_mended(team: Team) -> None:
    stopped = make_deployment(team)
    left = {"state": State.STOPPED, "stopped_note": "Half of it is there", "ended_at": clock.now()}
    Deployment.objects.filter(pk=stopped.pk).update(**left)
    make_metric(team, "errors", source="pushed", unit="s")
    deployment = make_planned(
        team, alerts=("errors > 5 %", "latency > 1"), roles=("security",),
        t0_in=timedelta(hours=30),
    )  # fmt: skip
    Deployment.objects.filter(pk=deployment.pk).update(state=State.IN_REVIEW)
    User.objects.filter(pk=team.security.pk).update(is_active=False)
    scan = make_gate(deployment, title="Scan")
    report(scan, Result(outcome="good"), reporter=make_machine())
    waived = make_gate(deployment, title="Coverage")
    Gate.objects.filter(pk=waived.pk).update(state=GateState.FAILED, state_at=clock.now())
    make_waiver(
        waived, asked_by=team.release_manager, signed_by=team.ops_lead, signed_at=clock.now()
    )
    freeze = make_freeze(team.service, by=team.release_manager, lasts=timedelta(days=9))

    found = links(team, deployment)

    at = f"/deployments/{deployment.pk}"
    metrics = reverse("monitoring:metrics", args=[team.service.key])
    service = reverse("deployments:service", args=[team.service.key])
    places = {
        "Scan holds until": f"{at}/gates/scan/runs/",
        "Coverage failed (waived until": f"{at}/gates/coverage/runs/",
        "A freeze of": reverse("deployments:exemption", args=[deployment.pk, freeze.pk]),
        f"Deployment #{stopped.pk} was stopped": stopped.get_absolute_url(),
        "Nothing measures latency": metrics,
        "“errors > 5 %” judges a share": f"{at}/plan/limits/",
        "Nobody holds the role Security": service,
        "Security has not signed": f"{at}/sign/{deployment.rules.get().pk}/",
    }
    assert {
        next((begin for begin in places if said.startswith(begin)), said): link
        for said, link in found.items()
    } == places
