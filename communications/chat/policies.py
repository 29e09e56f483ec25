"""Who sets channels up, and why one may not be so."""

from __future__ import annotations

from datetime import datetime, timedelta

from communications.enums import ChannelKind
from communications.models import Channel
from connections.addresses import checked
from connections.exceptions import Blocked
from connections.services import connection_to_post_to
from deployments import portal_hold
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused
from deployments.models import Event, Service
from deployments.policies import Rights, refusal_without

MOST_CHANNELS = 20
MOST_TRIES_IN_AN_HOUR = 20
TRIED = "channel tried"


def refusal_to_manage(rights: Rights) -> Refused | None:
    return refusal_without(rights, Right.EDIT, "set up chat channels")


def refusal_of_one_more(service: Service) -> Refused | None:
    if Channel.objects.filter(service=service).count() < MOST_CHANNELS:
        return None
    return Invalid(f"A service has at most {MOST_CHANNELS} channels; use or edit one of them.")


def refusal_to_try(rights: Rights, service: Service, now: datetime) -> Refused | None:
    """A test is a post that leaves: never from a held portal, nor so often that it floods a room.

    Asked under the lock of the service's chain, whose events are what is counted.
    """
    if refusal := refusal_to_manage(rights):
        return refusal
    if portal_hold.is_on():
        return Refused("The portal is held, so that nothing leaves; try once it is released.")
    tries = Event.objects.filter(chain=f"service:{service.key}", verb=TRIED)
    if tries.filter(at__gt=now - timedelta(hours=1)).count() < MOST_TRIES_IN_AN_HOUR:
        return None
    return Refused(
        f"The channels of this service were tried {MOST_TRIES_IN_AN_HOUR} times within the hour;"
        " wait a while."
    )


def refusal_of_title(channel: Channel) -> Refused | None:
    others = Channel.objects.filter(service=channel.service, title=channel.title)
    if others.exclude(pk=channel.pk).exists():
        return Invalid(f"There is a channel “{channel.title}” already; choose another title.")
    return None


def refusal_of_place(channel: Channel, address: str) -> Refused | None:
    """What its kind needs, and whether the portal may go there; `address` as typed or kept.

    A typed address reaches public ones on port 443 and 80; a connection vouches for others.
    """
    try:
        connection = connection_to_post_to(channel.connection_key, channel.service.key)
        if channel.kind == ChannelKind.MATRIX:
            return _refusal_of_room(channel)
        if not address:
            return Invalid("Type the address that the room's webhook has.")
        target = checked(address, connection.place if connection else None)
    except Blocked as blocked:
        # The sentence may say the address back, which is a secret.
        return Invalid(blocked.sentence.replace(address, "This") if address else blocked.sentence)
    if target.scheme != "https" and connection is None:
        return Invalid("An address that nobody else may read goes by https only.")
    return None


def _refusal_of_room(channel: Channel) -> Refused | None:
    if not channel.connection_key:
        return Invalid("Matrix needs a connection, which has the homeserver and the token.")
    if not channel.room.startswith("!") or not channel.room.isprintable():
        return Invalid("A Matrix room's identifier begins with !, such as !abc:example.org.")
    return None
