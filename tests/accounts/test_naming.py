"""A name that a query tells is the one that every page says."""

from __future__ import annotations

import pytest

from accounts.models import LONGEST_NAME, User
from accounts.naming import called
from deployments.models import Deployment
from tests.builders import Team, make_deployment


@pytest.mark.parametrize(
    "names",
    [
        {"display_name": "Ann from operations", "first_name": "Ann", "last_name": "Smith"},
        {"display_name": "", "first_name": "Ann", "last_name": "Smith"},
        {"display_name": "", "first_name": "Ann", "last_name": ""},
        {"display_name": "", "first_name": " ", "last_name": "Smith "},
        {"display_name": "", "first_name": "", "last_name": ""},
        {"display_name": "", "first_name": "é" * 150, "last_name": "Smith"},
    ],
)
def test_query_tells_the_name_that_pages_say(names: dict[str, str], team: Team) -> None:
    deployment = make_deployment(team)
    User.objects.filter(pk=deployment.lead_id).update(**names)
    told = Deployment.objects.values_list(called("lead"), flat=True).get()
    name = str(User.objects.get(pk=deployment.lead_id))
    assert told == name
    assert 0 < len(name) <= LONGEST_NAME


def test_nobody_has_no_name(team: Team) -> None:
    make_deployment(team, items=("A",))
    told = Deployment.objects.values_list(called("items__owner"), flat=True)
    assert set(told) == {None}
