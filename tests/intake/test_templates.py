"""Templates: saved in versions, compared, begun with, and nothing for who does not see them."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.parts import Rules
from deployments import content, editing
from deployments.exceptions import Forbidden, Invalid
from deployments.models import Deployment
from intake.models import Origin, TemplateVersion
from intake.services import create
from intake.templates import compared, save_as_template
from tests.builders import Team, make_administrator, make_deployment, make_team, signed_in
from tests.threads import at_once

REFUSED = "permission denied for table intake_templateversion"


def saved(team: Team, deployment: Deployment, **said: Any) -> TemplateVersion:
    return save_as_template(deployment.pk, "Backend release", actor=team.release_manager, **said)


def changed(team: Team, deployment: Deployment) -> None:
    """One rule less."""
    gone = deployment.rules.get(role__key="business")
    editing.take_out(Rules(), deployment.pk, [gone.pk], actor=team.release_manager)


def begun(team: Team, version: TemplateVersion | None, **said: Any) -> Deployment:
    return create(
        team.service, team.environment, package="Next", template=version,
        actor=team.release_manager, **said,
    )  # fmt: skip


def page_of(person: User, deployment: Deployment) -> str:
    url = f"{deployment.get_absolute_url()}document/"
    return unescape(signed_in(person).get(url).content.decode())


@pytest.mark.django_db
def test_template_keeps_the_plan_and_nothing_of_what_is_shipped(team: Team) -> None:
    deployment = make_deployment(team)
    version = saved(team, deployment, note="the first")
    assert (version.key, version.number, version.service) == ("backend-release", 1, team.service)
    assert version.document["deployment"] == {}
    draft = begun(team, version)
    old, new = content.collect(deployment), content.collect(draft)
    assert {part for part in old if old[part] != new[part]} == {"deployment"}
    assert Origin.objects.get().version == version
    assert draft.events.get(verb="made from template").object_text == "Backend release, version 1"


@pytest.mark.django_db
def test_changed_plan_is_the_next_version_and_an_equal_one_is_none(team: Team) -> None:
    deployment = make_deployment(team)
    saved(team, deployment)
    with pytest.raises(Invalid, match="Nothing differs from version 1; no new one is made"):
        saved(team, deployment)
    changed(team, deployment)
    assert saved(team, deployment).number == 2
    assert list(TemplateVersion.objects.newest().values_list("number", flat=True)) == [2]


@pytest.mark.django_db
def test_database_refuses_to_change_a_version(team: Team) -> None:
    version = saved(team, make_deployment(team))
    for act in (version.save, version.delete):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            act()
    assert TemplateVersion.objects.count() == 1


@pytest.mark.django_db
def test_template_of_the_whole_portal_is_made_by_administrators(team: Team) -> None:
    deployment, other = make_deployment(team), make_team("search", "s_")
    with pytest.raises(Forbidden, match="Only administrators save templates for every service"):
        saved(team, deployment, everywhere=True)
    boss = make_administrator()
    version = save_as_template(deployment.pk, "All", everywhere=True, actor=boss)
    assert (version.service, version.number) == (None, 1)
    assert begun(other, version).rules.count() == 5
    page = signed_in(other.stakeholder).get("/templates/").content.decode()
    assert "All</strong></a> for every service, version 1" in page


@pytest.mark.django_db
def test_template_of_another_service_is_not_there(team: Team) -> None:
    other = make_team("search", "s_")
    version = saved(team, make_deployment(team))
    client = signed_in(other.release_manager)
    assert client.get(f"/templates/{version.pk}/").status_code == 404
    assert "Backend release" not in client.get("/templates/").content.decode()
    assert "Backend release" not in client.get("/deployments/new/").content.decode()
    body = {"service": "search", "environment": "production", "package": "P"}
    answer = client.post("/deployments/new/", {**body, "template": version.pk})
    assert answer.status_code == 422
    assert "Choose one of the templates that you see." in answer.content.decode()
    with pytest.raises(Invalid, match="Choose a template of Search"):
        begun(other, version)


@pytest.mark.django_db
def test_new_deployment_begins_with_a_template_or_with_a_copy(team: Team) -> None:
    deployment = make_deployment(team)
    version = saved(team, deployment)
    client = signed_in(team.release_manager)
    assert "Storage layer: Backend release, version 1" in (
        client.get("/deployments/new/").content.decode()
    )
    body = {
        "service": "storage-layer", "environment": "production", "package": "P",
        "template": version.pk, "token": str(uuid4()),
    }  # fmt: skip
    both = client.post("/deployments/new/", {**body, "copy_of": deployment.pk})
    assert both.status_code == 422
    assert "Choose a template or an earlier deployment to copy, not both." in (
        both.content.decode()
    )
    answers = [client.post("/deployments/new/", body) for _ in range(2)]
    made = Origin.objects.get().deployment
    assert [answer["Location"] for answer in answers] == [made.get_absolute_url()] * 2


@pytest.mark.django_db
def test_pages_say_which_version_it_was_and_what_is_newer(team: Team) -> None:
    deployment = make_deployment(team)
    first = saved(team, deployment)
    draft = begun(team, first)
    client = signed_in(team.stakeholder)
    assert (
        "There is no newer version."
        in client.get(f"{draft.get_absolute_url()}document/").content.decode()
    )
    changed(team, deployment)
    second = saved(team, deployment, note="business signs no more")
    page = page_of(team.stakeholder, draft)
    assert "Version 2 is newer; what it changed stands below." in page
    assert "business takes responsibility" in page
    page = unescape(client.get(f"/templates/{first.pk}/?from=1&to=2").content.decode())
    assert "From version 1 to version 2" in page
    assert "business signs no more" in page
    assert (
        client.get(f"/templates/{second.pk}/?to=9").content.decode().count("no such version") == 1
    )


@pytest.mark.django_db
def test_difference_names_parts_and_roles_in_words_and_no_keys(team: Team) -> None:
    deployment = make_deployment(team)
    first = saved(team, deployment)
    changed(team, deployment)
    (group,) = compared(first.document, saved(team, deployment).document)
    (edit,) = group.edits
    assert (group.title, edit.change.kind, edit.change.title) == (
        "Approval rules", "removed", "business takes responsibility",
    )  # fmt: skip
    assert [(name, field.before) for name, field in edit.fields] == [
        ("Role", "Business stakeholder"),
        ("People who sign", "1"),
        ("Place in the order of signing", "1"),
    ]


@pytest.mark.django_db
def test_save_page_says_why_not_and_keeps_what_was_typed(team: Team) -> None:
    deployment = make_deployment(team)
    url = f"{deployment.get_absolute_url()}template/"
    sentence = "Only release managers of this service may save templates."
    assert sentence in signed_in(team.member).get(url).content.decode()
    assert (
        sentence
        in signed_in(team.member).get(f"{deployment.get_absolute_url()}document/").content.decode()
    )
    client = signed_in(team.release_manager)
    answer = client.post(url, {"title": "☃", "note": "winter"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Give the template a name with letters or digits in it." in page
    assert 'value="winter"' in page
    assert client.post(url, {"title": "Winter"})["Location"] == (
        f"/templates/{TemplateVersion.objects.get().pk}/"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "kind", "end"),
    [("yaml", "application/yaml", "yaml"), ("json", "application/json", "json"),
     ("markdown", "text/markdown", "md")],
)  # fmt: skip
def test_download_is_a_file_and_never_a_page(team: Team, form: str, kind: str, end: str) -> None:
    deployment = make_deployment(team, items=("<script>alert(1)</script>",))
    answer = signed_in(team.stakeholder).get(f"{deployment.get_absolute_url()}document/{form}/")
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="deployment-{deployment.pk}-1.{end}"'
    )


@pytest.mark.django_db
def test_queries_of_the_lists_do_not_grow(team: Team) -> None:
    client, deployment = signed_in(team.release_manager), make_deployment(team)
    costs = []
    for titles in (["One"], [f"Other {number}" for number in range(20)]):
        for title in titles:
            version = save_as_template(deployment.pk, title, actor=team.release_manager)
        with CaptureQueriesContext(connection) as asked:
            for url in ("/templates/", f"/templates/{version.pk}/", "/deployments/new/"):
                assert client.get(url).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_two_at_once_get_two_numbers(committed: dict[str, str]) -> None:
    team = make_team()
    one, other = make_deployment(team), make_deployment(team, items=("Something else",))

    answers = at_once(lambda: saved(team, one), lambda: saved(team, other))

    assert sorted(answer.number for answer in answers) == [1, 2]
