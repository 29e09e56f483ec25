"""Nothing is signed unseen: whatever differs in a content differs in what its signer reads."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis

from approvals.reading import signed_content
from deployments import content, services
from deployments.models import Deployment
from intake import whole
from intake.whole import Whole
from tests.builders import Team
from tests.intake.makers import wholes

# A key only names a definition, so that another place can refer to it.
NAMES = frozenset({"key"})


def leaves(found: Any, within: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value that is no object and no list of objects."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from leaves(value, (*within, name))
    elif isinstance(found, list) and any(isinstance(one, dict) for one in found):
        for place, value in enumerate(found):
            yield from leaves(value, (*within, place))
    elif within[-1] not in NAMES:
        yield within


def other(name: Any, value: Any) -> Any:
    """Another value of the same kind."""
    if name == "kind" and value in {"check", "step", "criterion", "rollback_step"}:
        return "step" if value == "check" else "check"
    if name == "commands":
        return [{"language": "", "text": "make deploy"}]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return [*value, "one more"] if isinstance(value, list) else f"{value or ''} and more"


def changed(whole_content: Any, path: tuple[Any, ...]) -> Any:
    found = deepcopy(whole_content)
    inside = found
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = other(path[-1], inside[path[-1]])
    return found


@pytest.mark.django_db
@hypothesis(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(given=wholes())
def test_every_value_of_a_content_is_before_the_signer_s_eyes(team: Team, given: Whole) -> None:
    deployment = made_of(team, given)
    version = deployment.content_version
    assert version is not None
    signed = version.content
    shown = signed_content(deployment)
    paths = list(leaves(signed))
    assert len(paths) > 5

    for path in paths:
        version.content = changed(signed, path)
        assert signed_content(deployment) != shown, path


def made_of(team: Team, given: Whole) -> Deployment:
    deployment = services.create_deployment(
        team.service, team.environment, package="Storage layer", branch="release", commit="1e5",
        requester=team.release_manager,
    )  # fmt: skip
    whole.write(deployment, given)
    content.refresh(deployment, team.release_manager)
    return deployment
