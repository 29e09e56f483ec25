"""Rooms are told what people are told, once each, whatever stands at the other end."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from communications import dispatch, leaving, sender, settling
from communications.chat import declaring, poster
from communications.definitions import PlanLine
from communications.enums import ChannelKind, DeliveryState, Kind
from communications.ledgers import ledger_of
from communications.models import Channel, Delivery
from connections.models import Connection
from connections.sealing import sealed
from deployments import clock, outbox, services
from deployments.enums import Anchor
from deployments.models import Event
from tests.builders import Team
from tests.communications.chat.conftest import make_channel
from tests.communications.chat.http_witness import Room
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

pytestmark = pytest.mark.usefixtures("witness")
HOUR = timedelta(hours=1)
NOW = PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "Notice")


def sweep() -> None:
    sender.sweep()
    poster.sweep()


def copy_to(channel: Channel) -> Delivery:
    return Delivery.objects.get(channel=channel)


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_due_message_is_posted_once(
    kind: str, real_team: Team, room: Room, witness: Witness
) -> None:
    channel = make_channel(real_team, room, kind)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    sweep()
    sweep()
    [taken] = room.taken
    assert (taken.method, taken.path) == ("POST", "/hooks/s3cr3t-path")
    assert taken.headers["content-type"] == "application/json"
    assert "Europe/Vienna" in str(taken.payload)
    assert copy_to(channel).state == DeliveryState.SENT
    assert channel.name not in witness.recipients()
    assert Event.objects.filter(verb="message sent").count() == 1


def test_matrix_is_told_under_a_key_that_stays_the_same(real_team: Team, room: Room) -> None:
    channel = make_channel(real_team, room, ChannelKind.MATRIX)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    room.answers = ["swallow"]
    sweep()
    assert copy_to(channel).state == DeliveryState.RETRY
    move_clock(timedelta(minutes=1))
    sweep()
    first, second = room.taken
    assert copy_to(channel).state == DeliveryState.SENT
    assert (first.method, first.path) == (second.method, second.path)
    key = poster.key_of(copy_to(channel))
    assert first.path == (
        f"/_matrix/client/v3/rooms/%21abc%3Aexample.org/send/m.room.message/{key}"
    )
    assert first.headers["authorization"] == "Bearer matrix-token"


def test_post_whose_answer_is_lost_is_unknown_and_not_repeated_by_itself(
    real_team: Team, room: Room
) -> None:
    channel = make_channel(real_team, room)
    deployment = make_planned(real_team, NOW, t0_in=20 * HOUR)
    room.answers = ["swallow"]
    sweep()
    move_clock(timedelta(minutes=2))
    sweep()
    assert len(room.taken) == 1
    assert copy_to(channel).state == DeliveryState.UNKNOWN
    assert "s3cr3t" not in copy_to(channel).last_error

    settling.send_again(deployment.pk, copy_to(channel).pk, actor=real_team.release_manager)
    sweep()

    assert [one.payload["id"] for one in room.taken] == [poster.key_of(copy_to(channel))] * 2
    assert copy_to(channel).state == DeliveryState.SENT


def test_worker_that_ends_between_post_and_note_leaves_it_unknown(
    real_team: Team, room: Room
) -> None:
    channel = make_channel(real_team, room)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    dispatch.expand_due()
    [copy] = dispatch.claim(5, chat=True)
    assert leaving.begin([copy]).copies
    move_clock(timedelta(minutes=5))
    sweep()
    assert copy_to(channel).state == DeliveryState.UNKNOWN
    assert room.taken == []


def test_room_that_asks_for_patience_is_left_alone_for_so_long(real_team: Team, room: Room) -> None:
    channel = make_channel(real_team, room)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    room.answers = [(429, {"Retry-After": "600"}, "slow down")]
    sweep()
    copy = copy_to(channel)
    assert (copy.state, copy.last_error) == (
        DeliveryState.RETRY, "The other side answered 429: slow down"
    )  # fmt: skip
    assert copy.due_at > clock.now() + timedelta(seconds=500)
    move_clock(timedelta(minutes=5))
    sweep()
    assert room.taken == []
    move_clock(timedelta(minutes=6))
    sweep()
    assert (len(room.taken), copy_to(channel).state) == (1, DeliveryState.SENT)


@pytest.mark.parametrize(
    ("status", "headers", "state"),
    [
        (500, {}, DeliveryState.RETRY),
        (503, {}, DeliveryState.RETRY),
        (400, {}, DeliveryState.FAILED),
        (404, {}, DeliveryState.FAILED),
        (410, {}, DeliveryState.FAILED),
        (302, {"Location": "/elsewhere"}, DeliveryState.FAILED),
        (307, {"Location": "http://127.0.0.1:9/"}, DeliveryState.FAILED),
    ],
)
def test_answer_decides_whether_it_is_tried_again(
    status: int, headers: dict[str, str], state: str, real_team: Team, room: Room
) -> None:
    channel = make_channel(real_team, room)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    room.answers = [(status, headers, "no hooks/s3cr3t-path here")]
    sweep()
    copy = copy_to(channel)
    assert (copy.state, room.taken) == (state, [])
    assert f"answered {status}" in copy.last_error
    assert "s3cr3t" not in copy.last_error


@pytest.mark.parametrize(
    ("address", "echo"),
    [
        ("services/T0123456/B0123456/s3cr3tTok", "no such hook s3cr3tTok of T0123456"),
        ("hook?code=s3cr3t-code&v=1", "the code s3cr3t-code has ended"),
        ("hook/s3cr3t%2Fpart%3D", "unknown: s3cr3t/part="),
        ("webhookb2/s3cr3t-one@s3cr3t-two/IncomingWebhook", "tenant s3cr3t-two is unknown"),
        ("hook?key=s3cr3t+with+words", "not s3cr3t with words"),
    ],
)
def test_part_of_an_address_that_is_said_back_is_hidden(
    address: str, echo: str, real_team: Team, room: Room
) -> None:
    channel = make_channel(real_team, room)
    Channel.objects.update(sealed_address=sealed(f"{room.url}{address}"))
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    room.answers = [(403, {}, echo)]
    sweep()
    said = copy_to(channel).last_error
    assert said.startswith("The other side answered 403: ")
    assert "[secret]" in said
    assert "s3cr3t" not in said
    assert "T0123456" not in said


def test_answer_that_no_table_could_keep_is_said_on_one_line(real_team: Team, room: Room) -> None:
    channel = make_channel(real_team, room)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    room.answers = [(400, {}, "no\x00\r\n\x1b[31m such room" + "!" * 400)]
    sweep()
    copy = copy_to(channel)
    assert copy.state == DeliveryState.FAILED
    assert copy.last_error.startswith("The other side answered 400: no [31m such room!!!")
    assert copy.last_error.endswith("!…")


def test_room_that_cannot_be_reached_waits_while_mails_leave(
    real_team: Team, room: Room, witness: Witness
) -> None:
    channel = make_channel(real_team, room)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    Connection.objects.update(base_url=f"http://127.0.0.1:{port}/")
    Channel.objects.update(sealed_address=sealed(f"http://127.0.0.1:{port}/hooks/s3cr3t-path"))
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    sweep()
    copy = copy_to(channel)
    assert copy.state == DeliveryState.RETRY
    assert copy.last_error.startswith(f"127.0.0.1:{port} could not be reached")
    assert len(witness.recipients()) == 10


def test_channel_whose_connection_is_gone_fails_with_the_reason_and_nothing_is_sent(
    real_team: Team, room: Room
) -> None:
    channel = make_channel(real_team, room)
    Connection.objects.all().delete()
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    sweep()
    copy = copy_to(channel)
    assert (copy.state, room.taken) == (DeliveryState.FAILED, [])
    assert copy.last_error == ("The connection “chat” is no longer declared; ask an administrator.")


@pytest.mark.parametrize("kind", [ChannelKind.WEBHOOK, ChannelKind.MATRIX])
def test_connection_that_was_closed_to_posts_is_posted_to_no_more(
    kind: str, real_team: Team, room: Room
) -> None:
    channel = make_channel(real_team, room, kind)
    Connection.objects.update(may_be_posted_to=False)
    make_planned(real_team, NOW, t0_in=20 * HOUR)
    sweep()
    copy = copy_to(channel)
    assert (copy.state, room.taken) == (DeliveryState.FAILED, [])
    assert "“chat” is for asking only" in copy.last_error


def test_told_room_gets_the_correction_once_as_people_do(real_team: Team, room: Room) -> None:
    make_channel(real_team, room)
    deployment = make_planned(real_team, NOW, t0_in=20 * HOUR)
    sweep()
    services.schedule(deployment.pk, clock.now() + 10 * HOUR, actor=real_team.release_manager)
    outbox.deliver_due()
    move_clock(timedelta(minutes=6))
    sweep()
    sweep()
    told, corrected = room.taken
    assert (told.payload["kind"], corrected.payload["kind"]) == ("notice", "correction")
    assert corrected.payload["facts"]["Moved from"] != ""
    assert [told.payload["schedule_revision"], corrected.payload["schedule_revision"]] == [1, 2]


def test_moved_deployment_is_not_posted_with_its_old_time(real_team: Team, room: Room) -> None:
    channel = make_channel(real_team, room)
    deployment = make_planned(real_team, NOW, t0_in=20 * HOUR)
    dispatch.expand_due()
    [copy] = dispatch.claim(5, chat=True)
    services.schedule(deployment.pk, clock.now() + 30 * HOUR, actor=real_team.release_manager)
    assert not leaving.begin([copy]).copies
    assert copy_to(channel).state == DeliveryState.SUPERSEDED


def test_switched_off_room_is_told_nothing_and_owed_nothing(real_team: Team, room: Room) -> None:
    channel = make_channel(real_team, room)
    deployment = make_planned(real_team, NOW, t0_in=20 * HOUR)
    sweep()
    declaring.switch(channel, on=False, actor=real_team.release_manager)
    services.schedule(deployment.pk, clock.now() + 10 * HOUR, actor=real_team.release_manager)
    outbox.deliver_due()
    move_clock(timedelta(minutes=6))
    sweep()
    assert len(room.taken) == 1
    assert channel.name not in [one.address for one in ledger_of(deployment).promises]


@pytest.mark.parametrize(
    ("audience", "kinds", "posts"),
    [
        ((), [], 1),
        (("chat",), [], 1),
        (("ops_lead",), [], 0),
        ((), ["notice"], 1),
        ((), ["complete"], 0),
        (("chat",), ["complete"], 0),
    ],
)
def test_line_and_channel_say_together_what_is_posted(
    audience: tuple[str, ...], kinds: list[str], posts: int, real_team: Team, room: Room
) -> None:
    make_channel(real_team, room)
    Channel.objects.update(kinds=kinds)
    line = PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "Notice", audience=audience)
    make_planned(real_team, line, t0_in=20 * HOUR)
    sweep()
    assert len(room.taken) == posts
