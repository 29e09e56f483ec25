"""Submission for review: everything that is missing is said at once."""

from __future__ import annotations

import pytest

from approvals import services
from deployments.exceptions import (
    Refused,
)
from tests.builders import (
    Team,
    make_deployment,
    make_role,
)

pytestmark = pytest.mark.django_db


def test_submit_says_everything_that_is_missing_at_once(team: Team) -> None:
    deployment = make_deployment(team, roles=(), t0_in=None)

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: the time T0 is not set and no role is asked to sign."
    )


def test_submit_is_refused_when_nobody_holds_an_asked_role(team: Team) -> None:
    make_role("legal")
    deployment = make_deployment(team, roles=("security", "legal"))

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: nobody holds the role Legal of this service."
    )
