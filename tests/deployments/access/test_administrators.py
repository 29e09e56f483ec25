"""Administrators make and dismiss others, proven, and never themselves."""

from __future__ import annotations

import pytest

from accounts.models import User
from deployments.access.administrators import change
from deployments.access.people import deactivate
from deployments.exceptions import Forbidden, NeedsFreshAuthentication, Refused
from deployments.models import Event
from tests.builders import make_machine, make_person, make_proof, signed_in
from tests.deployments.access.test_service_views import words

pytestmark = pytest.mark.django_db


def test_somebody_administers_the_portal_and_no_longer_does(admin: User) -> None:
    person, client = make_person("ann"), signed_in(admin)
    address = f"/people/{person.pk}/administrator/"
    assert "Signing and deciding does not come with it" in words(client, address)

    assert client.post(address).status_code == 302
    assert signed_in(person).get("/people/").status_code == 200
    assert client.post(address).status_code == 302

    assert signed_in(person).get("/people/").status_code == 403
    verbs = list(Event.objects.order_by("sequence").values_list("verb", "actor"))
    assert verbs == [("administrator appointed", admin.pk), ("administrator dismissed", admin.pk)]


def test_nobody_dismisses_themselves_nor_raises_a_machine_or_a_leaver(admin: User) -> None:
    leaver = make_person("ann")
    deactivate(leaver, actor=admin)
    for person, to in ((admin, False), (make_machine(), True), (leaver, True)):
        with pytest.raises(Refused):
            change(person, to=to, actor=admin, proof=make_proof())
    assert list(User.objects.filter(is_superuser=True)) == [admin]


def test_it_takes_an_administrator_and_a_fresh_proof(admin: User) -> None:
    person, other = make_person("ann"), make_person("bob")
    with pytest.raises(NeedsFreshAuthentication):
        change(person, to=True, actor=admin, proof=make_proof(minutes_ago=6))
    with pytest.raises(Forbidden, match="Only administrators of this portal may"):
        change(person, to=True, actor=other, proof=make_proof())
    assert not User.objects.filter(pk=person.pk, is_superuser=True).exists()


def test_of_two_who_dismiss_each_other_one_stays(admin: User) -> None:
    other = make_person("ann")
    change(other, to=True, actor=admin, proof=make_proof())
    change(admin, to=False, actor=other, proof=make_proof())
    with pytest.raises(Forbidden):
        change(other, to=False, actor=admin, proof=make_proof())
