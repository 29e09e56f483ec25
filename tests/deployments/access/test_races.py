"""Two administrators at the same instant: one is first, the other is told what is true now."""

from __future__ import annotations

from accounts.models import User
from deployments.access.granting import grant, revoke
from deployments.access.people import create_person, deactivate
from deployments.access.places import create_service
from deployments.enums import Grant
from deployments.exceptions import Forbidden, Overtaken, Refused
from deployments.models import Event, Service
from tests.builders import make_administrator, make_person, make_team
from tests.threads import at_once


def test_two_who_give_the_same_write_one_event(committed: dict[str, str]) -> None:
    team, admins = make_team(), [make_administrator("ada"), make_administrator("bob")]
    ann = make_person("ann")

    answers = at_once(
        *(lambda one=one: grant(team.service, Grant.AUDITOR, ann, actor=one) for one in admins)
    )

    assert sorted(answer is None for answer in answers) == [False, True]
    assert Event.objects.filter(verb="Auditor granted", object_id=str(ann.pk)).count() == 1


def test_of_two_who_revoke_the_same_one_is_told(committed: dict[str, str]) -> None:
    team, admins = make_team(), [make_administrator("ada"), make_administrator("bob")]

    answers = at_once(
        *(
            lambda one=one: revoke(team.service, Grant.MEMBER, team.member, actor=one)
            for one in admins
        )
    )

    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [Overtaken]
    assert Event.objects.filter(verb="Member revoked").count() == 1


def test_two_last_ops_leads_cannot_be_revoked_by_two_who_do_not_know(
    committed: dict[str, str],
) -> None:
    """A right is taken on the page of the service, an account closed on that of the person."""
    team, ada = make_team(), make_administrator("ada")
    bob, ann = make_administrator("bob"), make_person("ann")
    grant(team.service, Grant.OPS_LEAD, ann, actor=ada)

    answers = at_once(
        lambda: revoke(team.service, Grant.OPS_LEAD, team.ops_lead, actor=ada),
        lambda: deactivate(ann, actor=bob),
    )

    [refused] = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(refused, Refused)
    assert refused.sentence.startswith("Nobody would be left as ops lead of Storage layer.")


def test_of_two_who_deactivate_each_other_one_stays(committed: dict[str, str]) -> None:
    ada, bob = make_administrator("ada"), make_administrator("bob")

    answers = at_once(
        lambda: deactivate(ada, actor=bob),
        lambda: deactivate(bob, actor=ada),
    )

    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [Forbidden]
    assert User.objects.filter(is_active=True, is_superuser=True).count() == 1


def test_of_two_who_take_the_same_key_or_username_one_is_told(committed: dict[str, str]) -> None:
    ada = make_administrator("ada")

    services = at_once(*(lambda: create_service("search", "Search", actor=ada) for _ in range(2)))
    people = at_once(
        *(
            lambda name=name: create_person(name, display_name="", email="", zone="UTC", actor=ada)
            for name in ("ann", "ANN")
        )
    )

    assert [str(one) for one in services if isinstance(one, Exception)] == [
        "The key “search” is taken by Search; choose another."
    ]
    assert [type(one) for one in people if isinstance(one, Exception)] == [Refused]
    assert (Service.objects.count(), User.objects.count()) == (1, 2)
