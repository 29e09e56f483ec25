"""Questions whether to roll back that wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.models import Deployment
from monitoring.models import Question
from monitoring.policies import is_measured


def open_questions(deployments: Sequence[Deployment]) -> dict[int, Question]:
    """That of each deployment by its id, in one query; none where none is watched."""
    watched = [one.pk for one in deployments if is_measured(one)]
    if not watched:
        return {}
    found = Question.objects.open().filter(deployment__in=watched)
    return {question.deployment_id: question for question in found}
