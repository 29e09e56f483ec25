"""Each post is made once, whatever stands at the other end."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from communications.chat import poster
from communications.enums import ChannelKind, DeliveryState
from communications.models import Channel
from communications.sending import dispatch, leaving, settling
from connections.models import Connection
from connections.sealing import sealed
from deployments import clock
from deployments.models import Event
from tests.builders import Team
from tests.communications.chat.conftest import make_channel
from tests.communications.chat.http_witness import Room
from tests.communications.chat.posts import HOUR, NOW, copy_to, sweep
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

pytestmark = pytest.mark.usefixtures("witness")


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
