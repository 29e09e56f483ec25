"""Whom a comment names: `@username` of somebody who sees the service."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.enums import Kind
from accounts.models import User
from deployments.enums import Right
from deployments.models import Service, ServiceGroupObjectPermission

LONGEST_USERNAME = 150
MOST_LISTED = 10
NOBODY = "nobody of that name sees this service"
ENDS_A_SENTENCE = ".+-@_"
# An @ after a letter, a digit or another sign of an address stands inside an address.
NAME = re.compile(rf"(?<![\w.+\-@/])@([\w.+\-@]{{1,{LONGEST_USERNAME + 1}}})")


@dataclass(frozen=True)
class Part:
    """A piece of a comment; `person` where it names somebody."""

    text: str
    person: User | None = None


@dataclass
class Named:
    """Who is mailed, and for each other name why not."""

    people: list[User] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def sentences(self) -> str:
        """What the author is told after posting; nothing if nobody was named."""
        said = []
        if self.people:
            said.append(f"A mail goes to {_listed([str(person) for person in self.people])}.")
        if self.reasons:
            why = [f"{name} ({reason})" for name, reason in self.reasons.items()]
            said.append(f"No mail goes to {_listed(why)}.")
        return " ".join(said)


def who_sees(service: Service) -> QuerySet[User]:
    """Every active account that may read a comment of this service."""
    held = ServiceGroupObjectPermission.objects.filter(
        content_object=service, permission__codename=Right.SEE
    )
    members = User.groups.through.objects.filter(group__in=held.values("group"))
    sees = Q(pk__in=members.values("user")) | Q(is_superuser=True)
    return User.objects.filter(sees, is_active=True).order_by("username")


def people_of(service: Service) -> QuerySet[User]:
    """Who can be named: people, since a machine reads no mail."""
    return who_sees(service).filter(kind=Kind.PERSON)


def by_username(users: Collection[User]) -> dict[str, User]:
    """Names as they are typed, whatever the case; an exact one wins (see `called`)."""
    return {user.username.casefold(): user for user in users} | {
        user.username: user for user in users
    }


def called(name: str, known: Mapping[str, User]) -> User | None:
    """Whose username this is, in whichever case and encoding it was typed."""
    normal = unicodedata.normalize("NFKC", name)
    return known.get(normal) or known.get(normal.casefold())


def parts(text: str, known: Mapping[str, User]) -> Iterator[Part]:
    """The text in pieces; joined they are the text again."""
    done = 0
    for match in NAME.finditer(text):
        found = _find(match[1], known)
        if found is not None:
            name, person = found
            end = match.start() + 1 + len(name)
            yield Part(text[done : match.start()])
            yield Part(text[match.start() : end], person)
            done = end
    yield Part(text[done:])


def named(text: str, service: Service, *, author: User | None) -> Named:
    """Each person once, in the order named; the author is not told what they wrote themselves."""
    result = Named()
    names = [match[1] for match in NAME.finditer(text)]
    if not names:
        return result
    known = by_username(who_sees(service))
    for name in names:
        found = _find(name, known)
        if found is None:
            result.reasons[f"@{name.rstrip(ENDS_A_SENTENCE) or name}"] = NOBODY
        elif why := _why_not(found[1], author):
            result.reasons[f"@{found[0]}"] = why
        elif found[1] not in result.people:
            result.people.append(found[1])
    return result


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _why_not(person: User, author: User | None) -> str:
    if person == author:
        return "that is you"
    if not person.is_person:
        return "a machine reads no mail"
    return "" if person.email.strip() else "no mail address is known"


def _find(name: str, known: Mapping[str, User]) -> tuple[str, User] | None:
    """The longest known name that this begins with; what is left over only ends a sentence."""
    while name:
        person = called(name, known)
        if person is not None:
            return name, person
        if name[-1] not in ENDS_A_SENTENCE:
            return None
        name = name[:-1]
    return None
