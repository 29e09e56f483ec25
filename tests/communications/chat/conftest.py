from __future__ import annotations

from collections.abc import Iterator

import pytest

from communications.chat import declaring
from communications.chat.declaring import Told
from communications.enums import ChannelKind
from communications.models import Channel
from connections.credentials import Credential
from connections.enums import CredentialKind
from connections.models import Connection
from tests.builders import Team
from tests.communications.chat.http_witness import Room, room_open


@pytest.fixture
def room() -> Iterator[Room]:
    with room_open() as found:
        yield found


def make_connection(room: Room, token: str = "") -> Connection:
    """What lets a test reach this machine; with a token as Matrix wants one."""
    connection = Connection(
        key="chat",
        title="Chat",
        base_url=room.url,
        permitted_ranges=["127.0.0.0/8"],
        may_be_posted_to=True,
    )
    if token:
        connection.credential_kind = CredentialKind.BEARER
        credential = Credential(CredentialKind.BEARER, token)
        connection.sealed_credential = credential.sealed_for(connection.origin)
    connection.save()
    return connection


def make_channel(team: Team, room: Room, kind: str = ChannelKind.WEBHOOK) -> Channel:
    connection = make_connection(room, "matrix-token" if kind == ChannelKind.MATRIX else "")
    told = Told(
        title="#releases",
        connection_key=connection.key,
        room="!abc:example.org" if kind == ChannelKind.MATRIX else "",
        address="" if kind == ChannelKind.MATRIX else f"{room.url}hooks/s3cr3t-path",
        zone="Europe/Vienna",
    )
    return declaring.add(team.service, kind, told, actor=team.release_manager)
