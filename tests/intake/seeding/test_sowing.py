"""A seeded portal holds what a real one would: whole chains, signed content, pages that open."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.verification import verify
from dashboard.panels import TABS
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


def test_seeded_portal_has_whole_chains_and_what_was_signed(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    monkeypatch.setattr(sowing, "BATCH", 40)
    with django_capture_on_commit_callbacks():
        written = sow(110, 110 * 40)

    found = verify()
    assert found.faults == []
    assert written["deployments_event"] == Event.objects.filter(means="seed").count()
    assert 35 < written["deployments_event"] / 110 < 50
    assert len(seeded()) == written["deployments_deployment"] == 110
    for one in seeded():
        assert digest(collect(one)) == one.content_hash, one.state
    # Nobody is told anything of what never happened.
    assert not Outbox.objects.filter(event__means="seed").exists()
    states = Counter(one.state for one in seeded())
    assert states[State.CLOSED] > 70
    assert states[State.IN_PROGRESS] == 4  # as many as there are places
    assert all(one.event_count and one.t0 for one in seeded() if one.state != State.DRAFT)


def test_pages_of_every_seeded_state_open(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks():
        sow(400, 400 * 12)
    client = signed_in(make_administrator())
    examples = {one.state: one for one in seeded()}
    assert set(examples) == set(State) - {State.ROLLING_BACK}
    for one in examples.values():
        for tab in TABS:
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
