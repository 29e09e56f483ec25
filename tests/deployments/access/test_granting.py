"""Rights and roles by person and by team: what they bring, what is lost, and what is told."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Role, User
from deployments.access.granting import give, grant, grant_role, losses_of, revoke
from deployments.access.teams import add_to_team, create_team, remove_from_team
from deployments.enums import RIGHTS_OF, Grant, Right
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Event, Granted, Membership, ServiceGroupObjectPermission
from deployments.policies import rights_of
from tests.builders import (
    ROLES,
    Team,
    make_deployment,
    make_machine,
    make_person,
    make_role,
)

pytestmark = pytest.mark.django_db


def verbs(chain: str = "service:storage-layer") -> list[str]:
    return list(Event.objects.filter(chain=chain).values_list("verb", flat=True))


def rights(person: User, team: Team) -> set[str]:
    return set(rights_of(person, team.service).rights)


def test_grant_to_a_person_gives_its_rights_and_is_one_event(team: Team, admin: User) -> None:
    ann, before = make_person("ann"), len(verbs())

    grant(team.service, Grant.OPS_LEAD, ann, actor=admin)
    again = grant(team.service, Grant.OPS_LEAD, ann, actor=admin)

    assert rights(ann, team) == {right.value for right in RIGHTS_OF[Grant.OPS_LEAD]}
    assert again is None
    assert verbs()[before:] == ["Ops lead granted"]
    event = Event.objects.get(chain="service:storage-layer", actor=admin)
    group = "service:storage-layer:ops_lead"
    assert event.after == {"person": "ann", "part": "ops_lead", "group": group}


def test_grant_to_a_team_is_had_by_everybody_in_it(team: Team, admin: User) -> None:
    ann, crew = make_person("ann"), create_team("Night shift", actor=admin)
    grant(team.service, Grant.MEMBER, crew, actor=admin)
    grant_role(team.service, make_role("security"), crew, actor=admin)

    assert rights(ann, team) == set()
    add_to_team(crew, ann, actor=admin)

    held = rights_of(ann, team.service)
    assert held.rights == {Right.SEE.value, Right.TICK.value}
    assert held.roles == {"security"}
    assert verbs()[-2:] == ["Member granted", "role Security given"]
    assert verbs("portal") == ["team created", "joined team"]


def test_revoke_leaves_what_the_team_has_otherwise(team: Team, admin: User) -> None:
    ann, crew = make_person("ann"), create_team("Night shift", actor=admin)
    add_to_team(crew, ann, actor=admin)
    for what in (Grant.MEMBER, Grant.AUDITOR):
        grant(team.service, what, crew, actor=admin)
    grant_role(team.service, make_role("security"), crew, actor=admin)

    revoke(team.service, Grant.MEMBER, crew, actor=admin)
    assert rights(ann, team) == {Right.SEE.value, Right.EXPORT.value}
    revoke(team.service, Grant.AUDITOR, crew, actor=admin)
    assert rights(ann, team) == {Right.SEE.value}
    revoke(team.service, make_role("security"), crew, actor=admin)

    assert rights(ann, team) == set()
    assert not ServiceGroupObjectPermission.objects.filter(group=crew).exists()
    assert verbs()[-3:] == ["Member revoked", "Auditor revoked", "role Security taken"]


def test_revoke_of_a_person_takes_nothing_from_the_others(team: Team, admin: User) -> None:
    ann = make_person("ann")
    grant(team.service, Grant.MEMBER, ann, actor=admin)

    event = revoke(team.service, Grant.MEMBER, ann, actor=admin)

    assert rights(ann, team) == set()
    assert rights(team.member, team) == {Right.SEE.value, Right.TICK.value}
    assert (event.before["person"], event.after) == ("ann", {})


def test_revoke_of_what_nobody_has_is_told_and_changes_nothing(team: Team, admin: User) -> None:
    before = verbs()

    with pytest.raises(Overtaken) as refused:
        revoke(team.service, Grant.OPS_LEAD, team.member, actor=admin)

    assert refused.value.sentence == (
        "Member does not have Ops lead of Storage layer, or no longer."
    )
    assert verbs() == before


@pytest.mark.parametrize(
    ("what", "who", "title"),
    [
        (Grant.RELEASE_MANAGER, "release_manager", "release manager"),
        (Grant.OPS_LEAD, "ops_lead", "ops lead"),
    ],
)
def test_the_last_one_that_a_service_needs_goes_only_knowingly(
    team: Team, admin: User, what: Grant, who: str, title: str
) -> None:
    deployment, before = make_deployment(team), verbs()

    with pytest.raises(Refused) as refused:
        revoke(team.service, what, team.people[who], actor=admin)

    assert refused.value.sentence == (
        f"Nobody would be left as {title} of Storage layer. "
        "Tick that you know it, or find somebody else first."
    )
    assert verbs() == before
    [loss] = losses_of(team.service, what, team.people[who])
    assert loss.deployments == [deployment]
    revoke(team.service, what, team.people[who], actor=admin, aware=True)
    assert rights(team.people[who], team) == set()


def test_the_last_signer_goes_only_knowingly_while_a_deployment_asks(
    team: Team, admin: User
) -> None:
    security = make_role("security")
    assert losses_of(team.service, security, team.security) == []
    deployment = make_deployment(team, roles=("security",), submitted=True)

    [loss] = losses_of(team.service, security, team.security)
    assert (loss.title, loss.deployments) == ("Security", [deployment])
    with pytest.raises(Refused, match="Nobody would be left as Security of Storage layer"):
        revoke(team.service, security, team.security, actor=admin)

    grant_role(team.service, security, make_person("ann"), actor=admin)
    revoke(team.service, security, team.security, actor=admin)
    assert rights_of(team.security, team.service).roles == frozenset()


def test_who_is_deactivated_does_not_count_as_somebody_left(team: Team, admin: User) -> None:
    ann = make_person("ann")
    grant(team.service, Grant.OPS_LEAD, ann, actor=admin)
    User.objects.filter(pk=ann.pk).update(is_active=False)

    assert [one.title for one in losses_of(team.service, Grant.OPS_LEAD, team.ops_lead)] == [
        "ops lead"
    ]


def test_leaving_a_team_that_has_the_last_ops_lead_goes_only_knowingly(
    team: Team, admin: User
) -> None:
    crew = create_team("Night shift", actor=admin)
    add_to_team(crew, team.ops_lead, actor=admin)
    grant(team.service, Grant.OPS_LEAD, crew, actor=admin)
    revoke(team.service, Grant.OPS_LEAD, team.ops_lead, actor=admin)

    with pytest.raises(Refused, match="Nobody would be left as ops lead"):
        remove_from_team(crew, team.ops_lead, actor=admin)
    assert list(crew.user_set.all()) == [team.ops_lead]

    remove_from_team(crew, team.ops_lead, actor=admin, aware=True)
    assert rights(team.ops_lead, team) == set()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_machine, "Ci is a machine, which may report and read only; choose a person."),
        (
            lambda: make_leaver("ann"),
            "Ann is deactivated; reactivate the account first, or choose another.",
        ),
    ],
)
def test_nothing_is_given_to_a_machine_or_to_somebody_who_left(
    team: Team, admin: User, make: Any, sentence: str
) -> None:
    to, before = make(), verbs()

    with pytest.raises(Invalid) as refused:
        give(team.service, Grant.MEMBER, to, actor=admin)

    assert refused.value.sentence == sentence
    assert (verbs(), to.groups.count()) == (before, 0)


def make_leaver(username: str) -> User:
    person = make_person(username)
    person.is_active = False
    person.save()
    return person


@pytest.mark.parametrize("who", ["release_manager", "ops_lead", "product_owner", "outsider"])
def test_only_administrators_give_and_take(team: Team, who: str) -> None:
    person, before = team.people[who], verbs()

    with pytest.raises(Forbidden, match="Only administrators of this portal may give"):
        give(team.service, Grant.MEMBER, person, actor=person)
    with pytest.raises(Forbidden, match="Only administrators of this portal may take"):
        revoke(team.service, Grant.MEMBER, team.member, actor=person)

    assert verbs() == before


def test_a_role_with_a_long_title_is_given_all_the_same(team: Team, admin: User) -> None:
    role = Role.objects.create(key="long", title="L" * 100)

    event = grant_role(team.service, role, team.member, actor=admin)

    assert event is not None
    assert (event.verb, event.after["part"]) == (f"role {'L' * 40} given", "role:long")


def test_the_table_is_filled_from_the_names_of_the_groups(team: Team) -> None:
    before = set(Granted.objects.values_list("service", "grant", "group"))
    assert len(before) == 5
    Granted.objects.all().delete()
    migration = import_module("deployments.migrations.0005_granted")

    with connection.schema_editor() as editor:
        migration.read_from_names(apps, editor)
        migration.read_from_names(apps, editor)

    assert set(Granted.objects.values_list("service", "grant", "group")) == before
    assert Membership.objects.count() == len(ROLES)
