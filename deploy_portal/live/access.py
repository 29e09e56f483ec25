"""Who may hold a stream open, and who no longer may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from deployments.enums import Right
from deployments.models import Deployment, Membership, ServiceGroupObjectPermission
from deployments.policies import Rights, rights_of, roles_stood_in_for

Audience = frozenset[str]
Pair = tuple[int, int]
_DO_MORE = frozenset(Right) - {Right.SEE}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is to a service; when it changes, the page is another one."""

    rights: Audience
    roles: frozenset[str]
    is_superuser: bool

    @property
    def is_involved(self) -> bool:
        """Somebody with a role signs and has a personal part, though the right is only to see."""
        return bool(self.roles or self.rights.intersection(_DO_MORE))


@dataclass(frozen=True, slots=True)
class Ticket:
    """One open stream's reason to be open, as it stood when it was opened."""

    session_key: str
    user_id: int
    service_id: int
    deployment_id: int
    version: int
    standing: Standing


def admit(session_key: str | None, deployment_id: int) -> Ticket | int:
    """A ticket, or the status to answer: 401 without a session, 404 for what one may not know."""
    user = _signed_in(session_key)
    if user is None or session_key is None:
        return 401
    visible = Deployment.objects.visible_to(user).select_related("service")
    found = visible.filter(pk=deployment_id).first()
    if found is None:
        return 404
    rights = rights_of(user, found.service)
    standing = Standing(rights.rights, _speaks_as(rights), user.is_superuser)
    return Ticket(session_key, user.pk, found.service_id, found.pk, found.event_count, standing)


def _speaks_as(rights: Rights) -> frozenset[str]:
    """Own roles, and those of people who are away: the page offers to sign under each."""
    return rights.roles | frozenset(rights.stands_for)


def _signed_in(session_key: str | None) -> User | None:
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return user if isinstance(user, User) else None


def ended(tickets: Collection[Ticket]) -> set[Ticket]:
    """Those whose session ended or whose rights are no longer the same, in four queries for all."""
    users = {
        user.pk: user
        for user in User.objects.filter(pk__in={one.user_id for one in tickets}, is_active=True)
    }
    sessions = _live_sessions({one.session_key for one in tickets}, users)
    standings = _standings({(one.user_id, one.service_id) for one in tickets}, users)
    return {
        one
        for one in tickets
        if sessions.get(one.session_key) != one.user_id
        or standings[one.user_id, one.service_id] != one.standing
    }


def versions(deployment_ids: Iterable[int]) -> dict[int, int]:
    found = Deployment.objects.filter(pk__in=deployment_ids)
    return dict(found.values_list("pk", "event_count"))


def _live_sessions(keys: Collection[str], users: dict[int, User]) -> dict[str, int]:
    """Whose session each key still is; a changed password ends all that were made before."""
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    hashes = {pk: user.get_session_auth_hash() for pk, user in users.items()}
    found = {}
    for key, stored in rows.values_list("session_key", "session_data"):
        data = SessionStore().decode(stored)
        user_id = int(data.get(SESSION_KEY, 0))
        if (
            user_id in users
            and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
            and constant_time_compare(data.get(HASH_SESSION_KEY, ""), hashes[user_id])
        ):
            found[key] = user_id
    return found


def _standings(pairs: Collection[Pair], users: dict[int, User]) -> dict[Pair, Standing]:
    """As `policies.rights_of` says it for one person, for many; a test holds the two together."""
    services = {service_id for _, service_id in pairs}
    rights: dict[Pair, set[str]] = defaultdict(set)
    held = ServiceGroupObjectPermission.objects.filter(
        content_object__in=services, group__user__in=users
    )
    for user_id, service_id, right in held.values_list(
        "group__user", "content_object", "permission__codename"
    ):
        rights[user_id, service_id].add(right)
    roles: dict[Pair, set[str]] = defaultdict(set)
    own = Membership.objects.filter(service__in=services, group__user__in=users)
    rows = own.values_list("group__user", "service", "role__key", Value(value=True)).union(
        roles_stood_in_for(users, services).values_list(
            "group__user__absences__stand_in", "service", "role__key", Value(value=False)
        )
    )
    for user_id, service_id, role, is_own in rows:
        sees = Right.SEE.value in rights[user_id, service_id]
        if is_own or (sees and users[user_id].is_person):
            roles[user_id, service_id].add(role)
    return {
        pair: Standing(
            frozenset(rights[pair]),
            frozenset(roles[pair]),
            pair[0] in users and users[pair[0]].is_superuser,
        )
        for pair in pairs
    }
