from __future__ import annotations

import pytest
from django.urls import reverse

from communications.models import Message, MessagePlan
from deployments.models import Deployment
from tests.builders import Team, signed_in
from tests.communications.conftest import make_planned


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_planned(team)


def addresses(deployment: Deployment) -> list[str]:
    plan = MessagePlan.objects.filter(deployment=deployment).first()
    assert plan is not None
    return [
        reverse("communications:messages", args=[deployment.pk]),
        reverse("communications:preview", args=[deployment.pk, plan.pk]),
        reverse("communications:preview_page", args=[deployment.pk, plan.pk]),
    ]


def test_pages_are_there_for_members_and_unknown_to_others(
    deployment: Deployment, team: Team
) -> None:
    member, outsider = signed_in(team.member), signed_in(team.outsider)
    for address in addresses(deployment):
        assert (member.get(address).status_code, outsider.get(address).status_code) == (200, 404)


def test_acts_are_unknown_to_outsiders_and_refused_to_members(
    deployment: Deployment, team: Team
) -> None:
    message = Message.objects.filter(deployment=deployment).last()
    assert message is not None
    for act in ("send_now", "skip"):
        address = reverse(f"communications:{act}", args=[deployment.pk, message.pk])
        assert signed_in(team.outsider).post(address).status_code == 404
        assert signed_in(team.member).post(address, {"reason": "x"}).status_code == 403
        assert signed_in(team.ops_lead).get(address).status_code == 405


def test_message_of_another_deployment_is_not_found(deployment: Deployment, team: Team) -> None:
    message = Message.objects.filter(deployment=make_planned(team)).first()
    assert message is not None
    address = reverse("communications:send_now", args=[deployment.pk, message.pk])
    assert signed_in(team.ops_lead).post(address).status_code == 404


def test_skip_by_htmx_and_by_form(deployment: Deployment, team: Team) -> None:
    client = signed_in(team.release_manager)
    first, second = Message.objects.filter(deployment=deployment).order_by("due_at")
    by_htmx = client.post(
        reverse("communications:skip", args=[deployment.pk, first.pk]),
        {"reason": "Told by phone"},
        headers={"HX-Request": "true"},
    )
    assert (by_htmx.status_code, by_htmx["HX-Trigger"]) == (204, "changed")
    by_form = client.post(
        reverse("communications:skip", args=[deployment.pk, second.pk]), {"reason": "Same"}
    )
    assert (by_form.status_code, by_form["Location"]) == (
        302,
        reverse("dashboard:tab", args=[deployment.pk, "messages"]),
    )
    assert set(Message.objects.values_list("state", flat=True)) == {"skipped"}


def test_preview_of_the_mail_runs_nothing_and_only_we_may_frame_it(
    deployment: Deployment, team: Team
) -> None:
    page, frame = (signed_in(team.member).get(address) for address in addresses(deployment)[1:])
    policy = dict(
        part.strip().partition(" ")[::2] for part in frame["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'none'",
        "connect-src": "'none'",
        "font-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "'none'",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "object-src": "'none'",
        "sandbox": "allow-popups",
    }
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]
