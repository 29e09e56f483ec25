"""S4: a hundred people sign one deployment at once, through the processes and threads of the web.

The promised rate is that of people whose sign-in is fresh: the password check is before the clock.
Beside it stands the rate of people who type their password with the signature, without a goal.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.models import User
from approvals import services
from approvals.enums import Choice
from approvals.models import Standing, Vote
from approvals.shown import Shown
from bench.database import database
from deployments.models import Deployment
from deployments.services import grant_role
from tests import databases
from tests.builders import Team, make_deployment, make_person, make_proof, make_role, make_team

NAME = "bench_signing"
PASSWORD = "seventeen calm herons"
PEOPLE = 100
# A password check is slow on purpose; so many say what it adds without minutes of waiting.
TYPING = 20
PROMISED = 100
LONGEST_ROUND = 120  # seconds; a round that takes longer has failed
PROCESSES, THREADS = 2, 10  # as `make run` starts the web (embedded/portal.py, asgi.py)


@dataclass(frozen=True)
class Round:
    """Everybody signs one deployment; `said` is None for the round that only warms up."""

    deployment: int
    types_password: bool = False
    said: str | None = None

    @property
    def signers(self) -> int:
        return TYPING if self.types_password else PEOPLE


def main() -> None:
    with database(NAME):
        os.environ.update(databases.environment(NAME) | {"DATABASE_POOL": "1"})
        team = make_team()
        people = signers(team)
        made = [
            make_deployment(team, roles=("product_owner",), submitted=True).pk for _ in range(3)
        ]
        rounds = (
            Round(made[0]),
            Round(made[1], said=f"promised: {PROMISED}"),
            Round(made[2], types_password=True, said="with password checks"),
        )
        for one, took in zip(rounds, timed(rounds, people), strict=True):
            if one.said is not None:
                report(one, took)


def signers(team: Team) -> list[User]:
    """Everybody has the same password, hashed once: hashing it a hundred times takes minutes."""
    people = [make_person(f"signer{number}") for number in range(PEOPLE)]
    User.objects.filter(pk__in=[one.pk for one in people]).update(password=make_password(PASSWORD))
    for person in people:
        grant_role(team.service, make_role("product_owner"), person, actor=None)
    return people


def report(one: Round, took: float) -> None:
    votes = Vote.objects.filter(deployment=one.deployment).count()
    counted = Standing.objects.filter(deployment=one.deployment).count()
    rate = one.signers / took
    print(f"people {one.signers}, votes {votes}, counted {counted}, {rate:.0f} votes a second"
          f"   ({one.said})")  # fmt: skip
    if not one.types_password:
        print(f"ratio to what is promised: {rate / PROMISED:.2f}")


def timed(rounds: Sequence[Round], people: list[User]) -> list[float]:
    """For each round the seconds from when all begin until the last of them has signed."""
    spawned = multiprocessing.get_context("spawn")
    start, ends, took = spawned.Barrier(PROCESSES + 1), spawned.Queue(), []
    web = []
    for number in range(PROCESSES):
        share = [person.pk for person in people[number::PROCESSES]]
        # They end with this process, so that one that fails leaves nobody waiting for ever.
        arguments = (rounds, share, start, ends)
        web.append(spawned.Process(target=sign_share, args=arguments, daemon=True))
        web[-1].start()
    for _ in rounds:
        start.wait(LONGEST_ROUND)
        began = time.perf_counter()
        for _ in range(PROCESSES):
            ends.get(timeout=LONGEST_ROUND)
        took.append(time.perf_counter() - began)
    for process in web:
        process.join(LONGEST_ROUND)
    return took


def sign_share(
    rounds: Sequence[Round], share: list[int], start: Barrier, ends: "Queue[None]"
) -> None:
    """One web process: its threads take turns at the people who came to it."""
    people = list(User.objects.filter(pk__in=share))
    with ThreadPoolExecutor(THREADS) as threads:
        for one in rounds:
            deployment = Deployment.objects.get(pk=one.deployment)
            sign = signing(deployment, types_password=one.types_password)
            start.wait(LONGEST_ROUND)
            list(threads.map(sign, people[: one.signers // PROCESSES]))
            ends.put(None)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def signing(deployment: Deployment, *, types_password: bool) -> Callable[[User], None]:
    rule, shown, fresh = deployment.rules.get(), Shown.of(deployment), make_proof()

    def sign(person: User) -> None:
        if types_password:
            assert person.check_password(PASSWORD)
        services.sign(
            deployment.pk, rule.pk, Choice.APPROVE, actor=person, proof=fresh, shown=shown
        )
        connection.close()  # back into the pool, as at the end of a request

    return sign


if __name__ == "__main__":
    main()
