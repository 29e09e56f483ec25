"""Two people save the facts at the same instant."""

from __future__ import annotations

from dataclasses import replace

from audit.verification import verify
from deployments.enums import Grant
from deployments.exceptions import Overtaken
from deployments.facts import Facts
from deployments.models import Deployment, Event
from deployments.services import edit_facts, grant
from tests.builders import make_deployment, make_person, make_team
from tests.threads import at_once


def test_one_edit_is_saved_and_the_other_is_told_by_whom(committed: dict[str, str]) -> None:
    team = make_team()
    second = make_person("second")
    grant(team.service, Grant.RELEASE_MANAGER, second, actor=None)
    deployment = make_deployment(team)
    shown = Facts.of(deployment)
    edits = {team.release_manager: "1111", second: "2222"}

    answers = at_once(
        *(
            lambda who=who, commit=commit: edit_facts(
                deployment.pk,
                replace(shown, commit=commit),
                actor=who,
                shown=shown.fingerprint,
            )
            for who, commit in edits.items()
        )
    )

    saved = [answer for answer in answers if isinstance(answer, Event)]
    refused = [answer for answer in answers if isinstance(answer, Overtaken)]
    assert (len(saved), len(refused)) == (1, 1)
    assert saved[0].actor is not None
    assert refused[0].sentence.startswith(f"{saved[0].actor} changed the facts;")
    deployment = Deployment.objects.get(pk=deployment.pk)
    assert deployment.commit == edits[saved[0].actor]
    assert deployment.versions.count() == 2
    assert verify().faults == []
