"""The difference is shown before it is applied, on the page and by the command."""

from __future__ import annotations

import re
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from checklists.enums import ItemState
from deployments import services as planning
from intake.models import SourceDocument
from tests.builders import Team, signed_in
from tests.intake.reimport.makers import brought, changed, confirm, draft, item


@pytest.mark.django_db
def test_page_shows_difference_and_cost_and_then_changes_the_plan(team: Team) -> None:
    deployment = draft(team)
    confirm(team, deployment, "Tell the support")
    browser = signed_in(team.release_manager)
    sent = SimpleUploadedFile("new.md", changed(("Tell the", "Ring the")).encode())
    address = f"{reverse('intake:upload')}?onto={deployment.pk}"
    assert "It changes the plan of" in browser.get(address).content.decode()
    taken = browser.post(address, {"service": team.service.key, "document": sent})
    document = SourceDocument.objects.latest("pk")
    assert taken["Location"] == document.get_absolute_url()
    onto = reverse("intake:onto", args=[document.pk, deployment.pk])
    assert onto in browser.get(document.get_absolute_url()).content.decode()
    said = unescape(browser.get(onto).content.decode())
    assert "1 changed." in said and "“Tell the support team” has to be confirmed again." in said
    assert deployment.events.filter(verb="document imported").count() == 1
    fields = {name: field_of(said, name) for name in ("seen", "sure")}
    unsure = browser.post(onto, {**fields, "sure": ""})
    assert unsure.status_code == 409
    assert item(deployment, "Tell the support").state == ItemState.DONE
    assert browser.post(onto, fields)["Location"] == deployment.get_absolute_url()
    assert item(deployment, "Ring the support").state == ItemState.OPEN
    assert browser.post(onto, fields).status_code == 409


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: value="([^"]*)")?', page)
    assert found is not None
    return found[1] or ""


@pytest.mark.django_db
def test_page_says_why_a_plan_cannot_change(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("release-8", "release-9")))
    planning.cancel(deployment.pk, reason="not this week", actor=team.release_manager)
    onto = reverse("intake:onto", args=[document.pk, deployment.pk])
    said = signed_in(team.release_manager).get(onto).content.decode()
    assert "The content is fixed while it is “Cancelled”" in said and "disabled" in said
    listed = signed_in(team.release_manager).get(document.get_absolute_url()).content.decode()
    assert onto not in listed


@pytest.mark.django_db
def test_command_says_what_would_change_and_changes_it(team: Team, tmp_path: Path) -> None:
    deployment = draft(team)
    path = tmp_path / "new.md"
    path.write_text(changed(("Tell the", "Ring the")))
    said = StringIO()
    options = {"onto": deployment.pk, "username": "release_manager", "stdout": said}
    call_command("intake", path, dry_run=True, **options)
    assert said.getvalue().splitlines() == [
        "1 changed.", "changed  Checklist: Ring the support team",
    ]  # fmt: skip
    assert deployment.source_documents.count() == 1
    call_command("intake", path, **options)
    assert item(deployment, "Ring the").state == ItemState.OPEN
    with pytest.raises(CommandError, match="Outsider sees no deployment"):
        call_command("intake", path, **{**options, "username": "outsider"})
    with pytest.raises(CommandError, match="edit this deployment"):
        call_command("intake", path, **{**options, "username": "member"})
