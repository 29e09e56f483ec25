"""Every obstacle of a deployment's page leads to the page that mends it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from approvals.enums import Choice
from deployments.models import Deployment
from tests.approvals.makers import sign
from tests.builders import Team, make_deployment, signed_in
from tests.gates.makers import make_gate

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
