"""Mails about accounts: an invitation and a way to a new password, each good once and not long."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from deployments import portal_hold
from deployments.access.people import deactivate
from deployments.letters import sender
from deployments.letters.tokens import reset_tokens
from deployments.models import AccountLetter, Event, PortalHold
from tests.builders import PASSWORD, make_administrator, make_machine, make_person, signed_in
from tests.deployments.access.test_people_views import NEW, set_password
from tests.deployments.access.test_service_views import words
from tests.e2e.conftest import free_port

pytestmark = pytest.mark.django_db
OTHER = "another battery staple"


@pytest.fixture
def admin(db: None) -> User:
    return make_administrator()


def link_in(sent: mail.EmailMessage) -> str:
    """The path of the one link in the text; the HTML part has the same one."""
    assert isinstance(sent, mail.EmailMultiAlternatives)
    [link] = set(re.findall(r"http://127\.0\.0\.1:8000(/\S+/)\s", str(sent.body)))
    assert f'href="http://127.0.0.1:8000{link}"' in sent.alternatives[0][0]
    return link


def asks(address: str, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post("/sign-in/forgotten/", {"email": address})
    assert answer["Location"] == "/sign-in/forgotten/sent/"
    return client


def test_an_invited_person_sets_a_password_and_finds_their_name_typed(admin: User) -> None:
    answer = signed_in(admin).post("/people/new/", {**NEW, "invite": "on"})
    person = User.objects.get(username="ann")
    assert answer["Location"] == f"/people/{person.pk}/"
    assert not mail.outbox, "a worker sends, not the page"

    assert (sender.send_due(), sender.send_due()) == (1, 0)

    [sent] = mail.outbox
    assert sent.to == ["ann@example.org"]
    assert "administrator invites you to Deploy Portal" in sent.body
    client, link = Client(), link_in(sent)
    assert set_password(client, link, PASSWORD) == 302
    assert 'value="ann"' in client.get("/sign-in/").content.decode()
    assert "no longer valid" in words(Client(), link)
    assert Client().login(username="ann", password=PASSWORD)
    assert link not in str(list(AccountLetter.objects.values()))
    verbs = list(Event.objects.order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["person created", "person invited", "password set"]
    assert "Invited" in words(signed_in(admin), f"/people/{person.pk}/")


def test_an_invitation_ends_after_three_days(admin: User, settings: Settings) -> None:
    signed_in(admin).post("/people/new/", {**NEW, "invite": "on"})
    sender.send_due()
    assert settings.PASSWORD_RESET_TIMEOUT == 72 * 3600
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "no longer valid" in words(Client(), link_in(mail.outbox[0]))


def test_without_an_address_nobody_is_invited(admin: User) -> None:
    client = signed_in(admin)
    answer = client.post("/people/new/", {**NEW, "email": "", "invite": "on"})
    assert answer.status_code == 422
    assert "An invitation needs an address" in answer.content.decode()
    assert User.objects.count() == 1
    machine, leaver = make_machine(), make_person("leaver")
    deactivate(leaver, actor=admin)
    for one, status in ((machine, 422), (leaver, 409)):
        assert client.post(f"/people/{one.pk}/invite/").status_code == status
    assert not AccountLetter.objects.exists()


def test_who_left_or_moved_before_the_mail_went_gets_none(admin: User) -> None:
    client = signed_in(admin)
    people = [make_person(name) for name in ("ann", "bob")]
    for one in people:
        client.post(f"/people/{one.pk}/invite/")
    deactivate(people[0], actor=admin)
    User.objects.filter(pk=people[1].pk).update(email="bob@example.com")

    sender.send_due()

    assert not mail.outbox


def test_the_page_says_the_same_whether_or_not_an_address_is_known(admin: User) -> None:
    make_person("ann", password=PASSWORD)
    known = words(asks("ANN@example.org"), "/sign-in/forgotten/sent/")
    unknown = words(asks("nobody@example.org"), "/sign-in/forgotten/sent/")
    assert known == unknown
    assert AccountLetter.objects.count() == 2

    sender.send_due()

    [sent] = mail.outbox
    assert sent.to == ["ann@example.org"]
    assert not AccountLetter.objects.exists(), "nobody reads later who asked"


def test_a_forgotten_password_is_set_anew_once_and_ends_every_session() -> None:
    make_person("ann", password=PASSWORD)
    elsewhere = Client()
    assert elsewhere.login(username="ann", password=PASSWORD)
    asks("ann@example.org")
    sender.send_due()
    link = link_in(mail.outbox[0])

    assert set_password(Client(), link, OTHER) == 302

    assert Client().login(username="ann", password=OTHER)
    assert elsewhere.get("/").status_code == 302
    assert "older than an hour" in words(Client(), link)


def test_the_way_to_a_new_password_is_open_for_an_hour() -> None:
    person = make_person("ann", password=PASSWORD)
    for age, holds in ((timedelta(minutes=59), True), (timedelta(minutes=61), False)):
        made = reset_tokens._now() - age
        token = reset_tokens._make_token_with_timestamp(
            person, reset_tokens._num_seconds(made), reset_tokens.secret
        )
        assert reset_tokens.check_token(person, token) is holds


def test_machines_and_leavers_get_no_way_in(admin: User) -> None:
    make_machine()
    deactivate(make_person("ann"), actor=admin)
    for address in ("ci@example.org", "ann@example.org"):
        asks(address)

    sender.send_due()

    assert not mail.outbox


def test_mails_asked_for_are_few() -> None:
    for _ in range(3):
        asks("ann@example.org")

    answer = Client().post("/sign-in/forgotten/", {"email": "Ann@Example.org"})

    assert answer.status_code == 429
    assert "Too many attempts. Try again in 60 minutes." in answer.content.decode()
    asks("bob@example.org")


def test_a_mail_server_that_is_away_is_asked_again(admin: User, settings: Settings) -> None:
    person = make_person("ann")
    signed_in(admin).post(f"/people/{person.pk}/invite/")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    sender.send_due()

    letter = AccountLetter.objects.get()
    assert "The mail server did not take it" in letter.trouble
    assert letter.due_at > timezone.now()
    assert "mail waits" in words(signed_in(admin), f"/people/{person.pk}/")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    AccountLetter.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    sender.send_due()
    assert (len(mail.outbox), AccountLetter.objects.get().due_at) == (1, None)


def test_nothing_leaves_a_portal_that_is_held_and_nothing_late_once_it_is_released(
    admin: User,
) -> None:
    person = make_person("ann")
    asks(person.email)
    signed_in(admin).post(f"/people/{person.pk}/invite/")
    portal_hold.hold("restored", None, restored=False, using="default")
    assert sender.send_due() == 0

    PortalHold.objects.all().delete()
    for kind, hours in (("reset", 2), ("invitation", 73)):
        asked = timezone.now() - timedelta(hours=hours)
        AccountLetter.objects.filter(kind=kind).update(asked_at=asked)
    assert sender.send_due() == 2

    assert not mail.outbox
    assert AccountLetter.objects.get().trouble == "It was not sent in time."
