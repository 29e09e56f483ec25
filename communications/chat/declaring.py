"""The verbs of channels: add, edit, switch off and on, try. No event says an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from communications.chat import policies, posting
from communications.chat.payloads import Note
from communications.enums import ChannelKind, Kind
from communications.exceptions import Unsendable
from communications.models import Channel
from communications.sending.handover import Result
from connections.sealing import Unsealable, resealed, sealed
from deployments import clock, history
from deployments.exceptions import Invalid, require
from deployments.models import Service
from deployments.policies import rights_of


@dataclass(frozen=True)
class Told:
    """What a form says of a channel; an empty address keeps the one that is kept."""

    title: str
    connection_key: str = ""
    room: str = ""
    zone: str = "UTC"
    kinds: tuple[str, ...] = ()
    address: str = ""


@transaction.atomic
def add(service: Service, kind: str, told: Told, *, actor: User) -> Channel:
    chain = history.chain(f"service:{service.key}")
    require(policies.refusal_to_manage(rights_of(actor, service)))
    require(policies.refusal_of_one_more(service))
    channel = Channel(service=service, kind=kind, made_by=actor, made_at=clock.now())
    _write(channel, told)
    history.record(chain, "channel added", actor=actor, obj=channel, after=described(channel))
    return channel


@transaction.atomic
def edit(channel: Channel, told: Told, *, actor: User) -> Channel:
    chain = history.chain(f"service:{channel.service.key}")
    channel = Channel.objects.select_related("service").get(pk=channel.pk)
    require(policies.refusal_to_manage(rights_of(actor, channel.service)))
    before = described(channel)
    _write(channel, told)
    after = described(channel) | ({"address": "another one"} if told.address else {})
    if after != before:
        history.record(
            chain, "channel changed", actor=actor, obj=channel, before=before, after=after
        )
    return channel


@transaction.atomic
def switch(channel: Channel, *, on: bool, actor: User) -> None:
    """Switched off nothing is posted there, and it counts as told nothing; the row stays."""
    chain = history.chain(f"service:{channel.service.key}")
    channel = Channel.objects.select_related("service").get(pk=channel.pk)
    require(policies.refusal_to_manage(rights_of(actor, channel.service)))
    if (channel.switched_off_at is None) == on:
        return
    channel.switched_off_by = None if on else actor
    channel.switched_off_at = None if on else clock.now()
    channel.save(update_fields=["switched_off_by", "switched_off_at"])
    verb = "channel switched on" if on else "channel switched off"
    history.record(chain, verb, actor=actor, obj=channel)


def attempt(channel: Channel, *, actor: User) -> str:
    """Post a test into the room now; nothing if it was taken, else why not.

    That it was tried is in the history before it leaves, so that many at once are counted, too.
    """
    _note_try(channel, actor)
    note = Note(
        key=f"trial-{channel.pk}-{clock.now():%Y%m%dT%H%M%S%f}",
        kind=Kind.NOTICE,
        subject=f"{channel.service}: the portal can post here",
        headline=f"{actor} tries this channel. Nothing is planned by it.",
        lead="",
        facts=(("Service", str(channel.service)),),
        act="You need not do anything.",
        words="",
        url="",
        is_test=True,
    )
    try:
        outcome = posting.post(posting.place_of(channel, note.key), channel.kind, note)
    except Unsendable as error:
        return str(error)
    return "" if outcome.result == Result.ACCEPTED else outcome.said


@transaction.atomic
def _note_try(channel: Channel, actor: User) -> None:
    chain, now = history.chain(f"service:{channel.service.key}"), clock.now()
    require(policies.refusal_to_try(rights_of(actor, channel.service), channel.service, now))
    history.record(chain, policies.TRIED, actor=actor, obj=channel, at=now)


def described(channel: Channel) -> dict[str, Any]:
    return {
        "title": channel.title,
        "kind": channel.kind,
        "connection": channel.connection_key or "none",
        "room": channel.room,
        "zone": channel.zone,
        "messages": list(channel.kinds),
    }


def _write(channel: Channel, told: Told) -> None:
    was = channel.connection_key
    channel.title, channel.zone = told.title, told.zone
    channel.connection_key, channel.kinds = told.connection_key, sorted(told.kinds)
    is_matrix = channel.kind == ChannelKind.MATRIX
    channel.room = told.room if is_matrix else ""
    if not is_matrix and not told.address and channel.pk and was != channel.connection_key:
        raise Invalid("Type the address again for another connection.")
    require(policies.refusal_of_title(channel))
    if is_matrix or told.address or not channel.sealed_address:
        require(policies.refusal_of_place(channel, told.address))
    if told.address and not is_matrix:
        channel.sealed_address = sealed(told.address)
    channel.save()


@transaction.atomic
def reseal() -> tuple[int, list[Channel]]:
    """Seal every address with the portal's first key; those that no key opens are told."""
    kept, unreadable = 0, list[Channel]()
    for channel in Channel.objects.select_for_update().exclude(sealed_address=""):
        try:
            channel.sealed_address = resealed(channel.sealed_address)
        except Unsealable:
            unreadable.append(channel)
        else:
            channel.save(update_fields=["sealed_address"])
            kept += 1
    return kept, unreadable
