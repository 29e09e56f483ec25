"""A seeded portal holds what a real one would: whole chains, signed content, pages that open."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.verification import verify
from deployments.canonical import digest
from deployments.content import collect
from deployments.enums import State
from deployments.models import Deployment, Event, Outbox
from intake.seeding import sowing
from intake.seeding.sowing import sow
from tests.builders import Team, make_administrator, make_deployment, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def seeded() -> list[Deployment]:
    return list(Deployment.objects.exclude(branch="main").select_related("content_version"))


def test_seeded_portal_holds_what_a_real_one_would(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    monkeypatch.setattr(sowing, "BATCH", 120)
    with django_capture_on_commit_callbacks():
        written = sow(200, 200 * 16)

    assert verify().faults == []
    assert written["deployments_event"] == Event.objects.filter(means="seed").count()
    assert 15 < written["deployments_event"] / 200 < 30
    assert len(seeded()) == written["deployments_deployment"] == 200
    # Nobody is told anything of what never happened.
    assert not Outbox.objects.filter(event__means="seed").exists()
    states = Counter(one.state for one in seeded())
    assert states[State.CLOSED] > 120
    assert states[State.IN_PROGRESS] == 4  # as many as there are places
    assert set(states) == set(State) - {State.ROLLING_BACK}
    client = signed_in(make_administrator())
    for one in {one.state: one for one in seeded()}.values():
        assert digest(collect(one)) == one.content_hash, one.state
        for tab in ("sign-off", "watch", "history"):
            page = reverse("dashboard:tab", args=[one.pk, tab])
            assert client.get(page).status_code == 200, (one.state, tab)
    for page in ("/", "/deployments/", "/decisions/"):
        assert client.get(page).status_code == 200


def test_real_deployments_are_left_alone_unless_told_otherwise(team: Team, capsys) -> None:
    make_deployment(team)
    with pytest.raises(CommandError, match="This portal has 1 real deployments"):
        call_command("seed", deployments=1)
    assert Deployment.objects.count() == 1
    call_command("seed", deployments=3, events=60, beside=True)
    call_command("seed", deployments=2, beside=True)
    # With the pattern of each seeding.
    assert Deployment.objects.count() == 1 + 4 + 3
    assert verify().holds
    assert "verify_history checks them" in capsys.readouterr().out
