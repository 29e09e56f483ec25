"""Exports are asked for by those who may, made by a worker, and taken along by whoever asked."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from pytest_django import DjangoCaptureOnCommitCallbacks

from audit import exports, keys, runner, services
from audit.models import Export
from audit.policies import MOST_WAITING
from audit.population import Criteria
from audit.verifier import main
from deployments import clock
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Event
from tests.builders import Team, make_administrator, make_deployment, make_team, signed_in


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["auditor", "release_manager"])
def test_pack_is_asked_for_made_and_downloaded(who: str, team: Team, tmp_path: Path) -> None:
    deployment = make_deployment(team)
    client = signed_in(team.people[who])

    asked = client.post(f"/deployments/{deployment.pk}/audit/evidence/")
    page = client.get(asked["Location"]).content.decode()
    assert "It is being made: 0 %." in page
    assert client.get(f"{asked['Location']}file/").status_code == 404
    runner.make_waiting(Export.objects.get().pk)

    page = client.get(asked["Location"]).content.decode()
    assert "Download the ZIP" in page and next(iter(keys.known())) in page
    answer = client.get(f"{asked['Location']}file/")
    assert answer["Content-Type"] == "application/zip"
    assert f'filename="evidence-deployment-{deployment.pk}-' in answer["Content-Disposition"]
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(tmp_path / "out")
    assert main(["--folder", str(tmp_path / "out")]) == 0
    deployment.refresh_from_db()
    last = deployment.events.order_by("-sequence")[0]
    assert (last.verb, last.actor) == ("evidence asked for", team.people[who])


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["member", "ops_lead", "stakeholder", "product_owner"])
def test_pack_is_refused_with_the_sentence_of_the_button(who: str, team: Team) -> None:
    deployment = make_deployment(team)
    client, sentence = signed_in(team.people[who]), "Only auditors and release managers"

    assert sentence in client.get(f"/deployments/{deployment.pk}/audit/").content.decode()
    answer = client.post(f"/deployments/{deployment.pk}/audit/evidence/")
    assert answer.status_code == 403 and sentence in answer.content.decode()
    assert Export.objects.count() == 0


@pytest.mark.django_db
def test_second_click_leads_to_the_same_export(team: Team) -> None:
    deployment = make_deployment(team)
    first = services.ask_for_evidence(deployment.pk, actor=team.auditor)

    assert services.ask_for_evidence(deployment.pk, actor=team.auditor) == first
    assert services.ask_for_evidence(deployment.pk, actor=team.release_manager) != first
    assert deployment.events.filter(verb="evidence asked for").count() == 2


@pytest.mark.django_db
def test_export_is_nobody_else_s_and_gone_with_the_right(team: Team) -> None:
    deployment = make_deployment(team)
    export = services.ask_for_evidence(deployment.pk, actor=team.auditor)
    runner.make_waiting(export.pk)

    for other in (team.release_manager, make_administrator()):
        assert signed_in(other).get(export.get_absolute_url()).status_code == 404
    client = signed_in(team.auditor)
    assert client.get(export.get_absolute_url()).status_code == 200
    team.auditor.groups.clear()
    assert client.get(export.get_absolute_url()).status_code == 404
    assert client.get(f"{export.get_absolute_url()}file/").status_code == 404


@pytest.mark.django_db
def test_hint_names_the_export_and_the_sweep_finds_it_without(
    team: Team, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    deployment = make_deployment(team)
    with django_capture_on_commit_callbacks() as hints:
        export = services.ask_for_evidence(deployment.pk, actor=team.auditor)
    assert hints

    runner.sweep()

    export.refresh_from_db()
    assert export.is_made and export.percent == 100
    assert exports.file_of(export) is not None


@pytest.mark.django_db
def test_export_of_a_dead_worker_is_made_again_and_given_up_in_the_end(team: Team) -> None:
    deployment = make_deployment(team)
    export = services.ask_for_evidence(deployment.pk, actor=team.auditor)
    row = Export.objects.filter(pk=export.pk)
    row.update(claimed_until=clock.now() + timedelta(minutes=1), attempts=1)
    runner.sweep()
    assert not row.get().is_made

    row.update(claimed_until=clock.now() - timedelta(seconds=1))
    runner.sweep()
    assert row.get().is_made

    row.update(made_at=None, file="", attempts=runner.MOST_ATTEMPTS, claimed_until=None)
    runner.sweep()
    assert "three times" in row.get().problem


@pytest.mark.django_db
def test_export_that_was_taken_over_leaves_no_file(team: Team) -> None:
    deployment = make_deployment(team)
    export = services.ask_for_evidence(deployment.pk, actor=team.auditor)
    until = clock.now() + timedelta(minutes=3)
    Export.objects.filter(pk=export.pk).update(claimed_until=until)
    export.refresh_from_db()
    Export.objects.filter(pk=export.pk).update(claimed_until=F("claimed_until") + timedelta(1))

    with pytest.raises(runner.Lost):
        runner._make(export)

    assert list(exports.folder().iterdir()) == []


@pytest.mark.django_db
def test_old_exports_and_their_files_are_removed(team: Team) -> None:
    deployment = make_deployment(team)
    export = services.ask_for_evidence(deployment.pk, actor=team.auditor)
    runner.make_waiting(export.pk)
    Export.objects.update(asked_at=clock.now() - timedelta(days=8))

    runner.sweep()

    assert Export.objects.count() == 0
    assert list(exports.folder().iterdir()) == []


@pytest.mark.django_db
def test_what_goes_wrong_is_said(team: Team, audit_folder: Path) -> None:
    deployment = make_deployment(team)
    export = services.ask_for_evidence(deployment.pk, actor=team.auditor)
    (audit_folder / "audit").mkdir()
    (audit_folder / "audit" / "exports").write_text("in the way")

    runner.make_waiting(export.pk)

    page = signed_in(team.auditor).get(export.get_absolute_url()).content.decode()
    assert "It could not be made: " in page


@pytest.mark.django_db
def test_nobody_fills_the_queue_with_packs_or_asks_twice_for_one(team: Team) -> None:
    today = clock.now().date()

    def ask(seed: str) -> Export:
        criteria = Criteria(today, today, (team.service.pk,), seed, 1)
        return services.ask_for_sample(criteria, actor=team.auditor)

    first = ask("0")
    assert ask("0") == first
    assert len({ask(str(number)).pk for number in range(MOST_WAITING)}) == MOST_WAITING
    for more in (
        lambda: ask("more"),
        lambda: services.ask_for_evidence(make_deployment(team).pk, actor=team.auditor),
    ):
        with pytest.raises(Refused, match="You wait for 5 packs already"):
            more()
    runner.make_waiting(first.pk)
    assert ask("more")
    assert Event.objects.filter(verb="population list asked for").count() == MOST_WAITING + 1


@pytest.mark.django_db
def test_sample_is_only_of_services_that_one_audits(team: Team) -> None:
    other, today = make_team("search", prefix="other_"), clock.now().date()

    def ask(services_asked: tuple[int, ...] | None, **more) -> Export:
        criteria = Criteria(today, today, services_asked, "1", more.get("size", 1))
        return services.ask_for_sample(criteria, actor=more.get("actor", team.auditor))

    assert ask((team.service.pk,))
    for foreign in ((other.service.pk,), (team.service.pk, other.service.pk), None):
        with pytest.raises(Forbidden):
            ask(foreign)
    with pytest.raises(Forbidden):
        ask((team.service.pk,), actor=team.release_manager)
    with pytest.raises(Invalid):
        ask((team.service.pk,), size=100_000)
    assert ask(None, actor=make_administrator())
    assert json.dumps(Export.objects.first().criteria)
