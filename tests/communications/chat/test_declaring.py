"""Who sets channels up, where they may lead, and that no page, event or row says an address."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from pytest_django import Settings

from communications.chat import declaring, posting
from communications.chat.declaring import Told
from communications.chat.policies import MOST_TRIES_IN_AN_HOUR
from communications.enums import ChannelKind
from communications.models import Channel
from connections.models import Connection
from deployments import clock, history, portal_hold
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Event
from tests.builders import Team, signed_in
from tests.communications.chat.conftest import make_channel, make_connection
from tests.communications.chat.http_witness import Room

SLACK = Told("#releases", address="https://hooks.slack.example/services/T0/s3cr3t-path")


def test_address_is_in_no_row_no_event_and_no_page(team: Team) -> None:
    channel = declaring.add(team.service, "slack", SLACK, actor=team.release_manager)
    kept = [*Channel.objects.values_list(), *Event.objects.values_list()]
    assert "s3cr3t" not in str(kept)
    assert posting.address_of(channel) == SLACK.address
    client = signed_in(team.release_manager)
    for name, rest in (("channels", []), ("channel_edit", [channel.pk])):
        page = client.get(reverse(f"communications:{name}", args=[team.service.key, *rest]))
        assert page.status_code == 200
        assert "s3cr3t" not in page.content.decode()
    assert [event.verb for event in Event.objects.filter(object_kind="channel")] == [
        "channel added"
    ]


@pytest.mark.parametrize(
    ("kind", "told", "sentence"),
    [
        ("slack", Told("a"), "Type the address that the room's webhook has."),
        ("slack", Told("a", address="http://hooks.example/s3cr3t"), "goes by https only"),
        ("slack", Told("a", address="https://hooks.example:8443/s3cr3t"), "Port 8443 needs"),
        ("slack", Told("a", address="ftp://s3cr3t"), "is not a web address"),
        ("slack", Told("a", address="https://me:s3cr3t@hooks.example/"), "name or password"),
        ("webhook", Told("a", connection_key="gone", address="https://a.example/"), "no longer"),
        ("matrix", Told("a", room="!a:example.org"), "Matrix needs a connection"),
    ],
)
def test_channel_is_refused_when_the_portal_may_not_go_there(
    kind: str, told: Told, sentence: str, team: Team
) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        declaring.add(team.service, kind, told, actor=team.release_manager)
    assert "s3cr3t" not in refused.value.sentence
    assert not Channel.objects.exists()


def test_address_outside_its_connection_is_refused(team: Team, room: Room) -> None:
    make_connection(room)
    told = Told("a", connection_key="chat", address="https://elsewhere.example/hook")
    with pytest.raises(Invalid, match="not below the connection's address"):
        declaring.add(team.service, "webhook", told, actor=team.release_manager)


@pytest.mark.parametrize("kind", [ChannelKind.WEBHOOK, ChannelKind.MATRIX])
def test_connection_that_is_for_asking_only_takes_no_channel(
    kind: str, team: Team, room: Room
) -> None:
    make_connection(room, "gate-token")
    Connection.objects.update(may_be_posted_to=False)
    told = Told("a", connection_key="chat", room="!a:example.org", address=f"{room.url}deploy")
    with pytest.raises(Invalid, match="is for asking only"):
        declaring.add(team.service, kind, told, actor=team.release_manager)
    form = reverse("communications:channel_new", args=[team.service.key])
    client = signed_in(team.release_manager)
    choice = '<option value="chat"'
    assert choice not in client.get(form).content.decode()
    Connection.objects.update(may_be_posted_to=True)
    assert choice in client.get(form).content.decode()


def test_room_of_matrix_is_its_identifier(team: Team, room: Room) -> None:
    make_connection(room, "matrix-token")
    told = Told("a", connection_key="chat", room="#releases:example.org")
    with pytest.raises(Invalid, match="begins with !"):
        declaring.add(team.service, ChannelKind.MATRIX, told, actor=team.release_manager)


@pytest.mark.parametrize("name", ["member", "ops_lead", "stakeholder", "outsider"])
def test_only_release_managers_set_up_try_and_switch(name: str, team: Team, room: Room) -> None:
    channel, person = make_channel(team, room), team.people[name]
    acts = (
        lambda: declaring.add(team.service, "slack", SLACK, actor=person),
        lambda: declaring.edit(channel, SLACK, actor=person),
        lambda: declaring.switch(channel, on=False, actor=person),
        lambda: declaring.attempt(channel, actor=person),
    )
    for act in acts:
        with pytest.raises(Forbidden, match="Only release managers"):
            act()
    assert room.taken == []


def test_edit_keeps_the_address_unless_another_is_typed(team: Team, room: Room) -> None:
    channel = make_channel(team, room)
    address, manager = posting.address_of(channel), team.release_manager
    told = Told("#ops", connection_key="chat", zone="Asia/Tokyo", kinds=("notice",))
    channel = declaring.edit(channel, told, actor=manager)
    assert (channel.title, channel.zone, channel.kinds) == ("#ops", "Asia/Tokyo", ["notice"])
    assert posting.address_of(channel) == address
    with pytest.raises(Invalid, match="Type the address again for another connection"):
        declaring.edit(channel, Told("#ops"), actor=manager)
    assert Event.objects.filter(verb="channel changed").count() == 1


def test_title_is_taken_once_in_a_service(team: Team) -> None:
    declaring.add(team.service, "slack", SLACK, actor=team.release_manager)
    with pytest.raises(Invalid, match="There is a channel “#releases” already"):
        declaring.add(team.service, "teams", SLACK, actor=team.release_manager)


def test_try_posts_a_test_at_once_and_says_what_came_of_it(team: Team, room: Room) -> None:
    channel, client = make_channel(team, room), signed_in(team.release_manager)
    address = reverse("communications:channel_try", args=[team.service.key, channel.pk])
    assert "took the test" in client.post(address, follow=True).content.decode()
    [taken] = room.taken
    assert taken.payload["test"] is True
    assert taken.payload["title"].startswith("[Test] ")

    room.answers = [(403, {}, "no /hooks/s3cr3t-path for you")]
    said = client.post(address, follow=True).content.decode()
    assert "The other side answered 403" in said
    assert "s3cr3t" not in said


def test_held_portal_posts_no_test(team: Team, room: Room) -> None:
    channel, client = make_channel(team, room), signed_in(team.release_manager)
    portal_hold.hold("A backup was restored.", None, restored=False, using="default")
    address = reverse("communications:channel_try", args=[team.service.key, channel.pk])
    answer = client.post(address)
    assert answer.status_code == 409
    assert "The portal is held" in answer.content.decode()
    assert room.taken == []
    assert not Event.objects.filter(verb="channel tried").exists()


def test_channels_of_a_service_are_tried_so_often_within_an_hour(team: Team, room: Room) -> None:
    channel, manager = make_channel(team, room), team.release_manager
    with transaction.atomic():
        chain = history.chain(f"service:{team.service.key}")
        for minutes in range(MOST_TRIES_IN_AN_HOUR):
            at = clock.now() - timedelta(minutes=61 if minutes == 0 else minutes)
            history.record(chain, "channel tried", actor=manager, obj=channel, at=at)
    assert declaring.attempt(channel, actor=manager) == ""
    with pytest.raises(Refused, match="tried 20 times within the hour"):
        declaring.attempt(channel, actor=manager)
    assert len(room.taken) == 1


def test_channel_of_another_service_is_not_found(team: Team, room: Room) -> None:
    channel = make_channel(team, room)
    other = signed_in(team.outsider)
    for name in ("channel_edit", "channel_try", "channel_switch"):
        address = reverse(f"communications:{name}", args=[team.service.key, channel.pk])
        assert other.post(address).status_code == 404


def test_switched_off_and_on_again_is_in_the_history_once_each(team: Team, room: Room) -> None:
    channel, manager = make_channel(team, room), team.release_manager
    for on in (False, False, True, True):
        declaring.switch(channel, on=on, actor=manager)
    verbs = Event.objects.filter(object_kind="channel").order_by("sequence")
    assert list(verbs.values_list("verb", flat=True)) == [
        "channel added", "channel switched off", "channel switched on"
    ]  # fmt: skip


def test_address_is_read_after_a_new_key_was_put_first(team: Team, settings: Settings) -> None:
    channel = declaring.add(team.service, "slack", SLACK, actor=team.release_manager)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key of the portal"
    settings.SECRET_KEY_FALLBACKS = [old]
    call_command("reseal_credentials", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    channel.refresh_from_db()
    assert posting.address_of(channel) == SLACK.address


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("", 0), ("12", 12), ("0", 0), ("999999", 3600), ("-5", 0), ("١٢", 0), ("soon", 0),
     ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("9" * 400, 0)],
)  # fmt: skip
def test_patience_that_is_asked_for_is_read_in_seconds_and_has_an_end(
    said: str, seconds: int
) -> None:
    assert posting.asked_wait(said).total_seconds() == seconds
