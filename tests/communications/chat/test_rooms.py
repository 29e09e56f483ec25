"""What rooms are told, and owed, when plans, channels and connections change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from communications.chat import declaring
from communications.definitions import PlanLine
from communications.enums import ChannelKind, DeliveryState, Kind
from communications.models import Channel
from communications.sending import dispatch, leaving
from communications.whom.ledgers import ledger_of
from connections.models import Connection
from deployments import clock, outbox, services
from deployments.enums import Anchor
from tests.builders import Team
from tests.communications.chat.conftest import make_channel
from tests.communications.chat.http_witness import Room
from tests.communications.chat.posts import HOUR, NOW, copy_to, sweep
from tests.communications.conftest import make_planned, move_clock

pytestmark = pytest.mark.usefixtures("witness")


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
