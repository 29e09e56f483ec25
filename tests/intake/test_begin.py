"""“Make the draft” pressed twice makes one draft."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from deployments.enums import Grant
from deployments.exceptions import Invalid
from deployments.models import Deployment
from deployments.services import grant
from intake.models import Beginning
from intake.services import begin
from tests.builders import Team, make_person, make_team, signed_in
from tests.threads import at_once

PLACE = {"service": "storage-layer", "environment": "production"}


@pytest.mark.django_db
def test_second_click_lands_on_the_same_draft(team: Team) -> None:
    client = signed_in(team.release_manager)
    page = client.get("/deployments/new/").content.decode()
    found = re.search(r'name="token" value="([0-9a-f-]{36})"', page)
    assert found
    body = {**PLACE, "package": "Storage layer 2", "token": found[1]}

    answers = [client.post("/deployments/new/", body) for _ in range(2)]

    made = Deployment.objects.get()
    places = [(answer.status_code, answer["Location"]) for answer in answers]
    assert places == [(302, f"/deployments/{made.pk}/")] * 2
    assert made.events.filter(verb="created").count() == 1
    assert found[1] not in client.get("/deployments/new/").content.decode()


@pytest.mark.django_db
def test_refused_form_keeps_its_token_and_spends_it_on_nothing(team: Team) -> None:
    client = signed_in(team.release_manager)
    token = str(uuid4())
    refused = client.post("/deployments/new/", {**PLACE, "package": " ", "token": token})
    assert (refused.status_code, f'value="{token}"' in refused.content.decode()) == (422, True)
    assert Beginning.objects.count() == 0
    client.post("/deployments/new/", {**PLACE, "package": "Right", "token": token})
    assert Beginning.objects.get().deployment == Deployment.objects.get(package="Right")


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "not-one", "\x00"])
def test_form_without_a_whole_token_is_refused_or_makes_a_draft_of_its_own(
    team: Team, token: str
) -> None:
    client = signed_in(team.release_manager)
    answer = client.post("/deployments/new/", {**PLACE, "package": "Right", "token": token})
    made = Deployment.objects.count()
    assert (answer.status_code, made) == ((302, 1) if token == "" else (422, 0))


@pytest.mark.django_db
def test_token_of_another_person_leads_nowhere(team: Team) -> None:
    token, other = uuid4(), make_person("second")
    grant(team.service, Grant.RELEASE_MANAGER, other, actor=None)
    make(team, token)
    with pytest.raises(Invalid, match="This form was sent by somebody else already"):
        begin(token, service=team.service, environment=team.environment, package="x", actor=other)


def make(team: Team, token: UUID) -> Deployment:
    return begin(
        token,
        service=team.service,
        environment=team.environment,
        package="Storage layer 2",
        actor=team.release_manager,
    )


def test_two_clicks_at_once_make_one_draft(committed: dict[str, str]) -> None:
    team, token = make_team(), uuid4()

    answers = at_once(*(lambda: make(team, token) for _ in range(4)))

    assert answers == [Deployment.objects.get()] * 4
