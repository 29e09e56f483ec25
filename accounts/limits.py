"""How often somebody may guess: counted in PostgreSQL, so that all processes count together.

A guess is counted before it is judged, or many at once would all be judged; a right one takes
its count back. A count that is lost (the rows are nobody's promise) lets people in, never out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from math import ceil

from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import Attempts, OpenSession

OLD = timedelta(days=2)
# One statement: of many guesses at once each gets a number of its own.
COUNT = """
INSERT INTO accounts_attempts AS row (key, count, began_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN row.began_at <= %s THEN 1 ELSE row.count + 1 END,
    began_at = CASE WHEN row.began_at <= %s THEN excluded.began_at ELSE row.began_at END
RETURNING count, began_at
"""


@dataclass(frozen=True)
class Limit:
    """At most `most` of `what`, from the first one until `within` is over."""

    name: str
    most: int
    within: timedelta

    def of(self, *what: object) -> Guess:
        said = "\0".join([self.name, *(str(one).casefold() for one in what)])
        return Guess(self, sha256(said.encode(errors="replace")).hexdigest())


@dataclass(frozen=True)
class Guess:
    """One thing that is guessed at; the digest keeps names and addresses out of the table."""

    limit: Limit
    key: str

    def count(self, now: datetime) -> timedelta | None:
        """How long to wait; None: this one may still be judged."""
        over = now - self.limit.within
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [self.key, now, over, over])
            count, began_at = cursor.fetchone()
        return None if count <= self.limit.most else began_at + self.limit.within - now


# Guessing at one account from one place, at any from one place, and at one from places where its
# person is not signed in: else anybody could lock somebody out by guessing.
PASSWORD_HERE = Limit("password here", 5, timedelta(minutes=5))
PASSWORDS_FROM = Limit("passwords from", 60, timedelta(minutes=5))
PASSWORD_ELSEWHERE = Limit("password elsewhere", 500, timedelta(days=1))
# A code has six digits and three of them are right, so few guesses are left to whoever has the
# password already.
CODE = Limit("code", 5, timedelta(minutes=15))
RESETS_OF = Limit("resets of", 3, timedelta(hours=1))
RESETS_FROM = Limit("resets from", 20, timedelta(hours=1))
SET_UP_FROM = Limit("set-up from", 10, timedelta(minutes=15))


def place(address: str) -> str:
    """One address, or the network of one IPv6 subscriber, who has more addresses than guesses."""
    try:
        network = ip_network(f"{address}/64", strict=False)
    except ValueError:  # an IPv4 address has no 64 bits, and nothing has no network
        return address
    return str(network)


def for_password(username: str, address: str) -> list[Guess]:
    known = OpenSession.objects.filter(user__username=username, address=address or None)
    here = place(address)
    guesses = [PASSWORD_HERE.of(username, here), PASSWORDS_FROM.of(here)]
    return guesses if known.exists() else [*guesses, PASSWORD_ELSEWHERE.of(username)]


def refusal(guesses: Iterable[Guess]) -> str:
    """Count one more, up to the first that is full; when to try again, or nothing.

    What is not judged any more must not fill the wider counts, by which others would wait.
    """
    now = timezone.now()
    for guess in guesses:
        wait = guess.count(now)
        if wait is not None:
            minutes = ceil(wait.total_seconds() / 60)
            return f"Too many attempts. Try again in {minutes} minute{'' if minutes == 1 else 's'}."
    return ""


def take_back(guesses: Iterable[Guess]) -> None:
    """It was right: what was counted for it was no guess."""
    keys = [guess.key for guess in guesses]
    Attempts.objects.filter(key__in=keys, count__gt=0).update(count=F("count") - 1)
    Attempts.objects.filter(began_at__lt=timezone.now() - OLD).delete()
