"""The verb: so many deployments with so many events, a batch in a transaction of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from random import Random

from django.db import connections, models, transaction

from approvals.models import Decision, Rule, Standing, Vote
from checklists.models import Item, Section
from deployments import clock, history
from deployments.backup.programs import owner
from deployments.enums import HOLDS_ENVIRONMENT
from deployments.models import ContentVersion, Deployment, Event
from gates.models import Gate
from intake.seeding.canvas import Canvas, Ids
from intake.seeding.copying import Row, copy_in, reserve
from intake.seeding.fates import Fate, fates
from intake.seeding.pattern import Pattern, pattern
from intake.seeding.places import PREFIX, Place, places
from intake.seeding.portrait import portrait
from intake.seeding.preparing import Predecessor
from monitoring.models import Watch

BATCH = 500
ORDER: tuple[type[models.Model], ...] = (
    Deployment, ContentVersion, Section, Item, Predecessor, Gate, Rule, Vote, Standing, Decision,
    Watch, Event,
)  # fmt: skip


def real_deployments() -> int:
    """Those that no seeding made."""
    return Deployment.objects.exclude(service__key__startswith=PREFIX).count()


def sow(
    deployments: int, events: int, said: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Rows by table; `events` are those of all deployments together."""
    # The same numbers for the same portal, others for one that was seeded before.
    random = Random(Deployment.objects.count())
    made = places(max(2, min(100, deployments // 100)))
    form, now = pattern(made[0]), clock.now()
    course = fates(deployments, len(made), now, random, free=_free_first(made))
    each, written = max(1, events // max(1, deployments)), defaultdict[str, int](int)
    for start in range(0, deployments, BATCH):
        batch = course[start : start + BATCH]
        drawn = _drawn(batch, made, form, random, each)
        with transaction.atomic():
            for model in ORDER:
                written[model._meta.db_table] += copy_in(model, drawn[model])
        said(f"{start + len(batch)} deployments, {written['deployments_event']} events")
    with transaction.atomic():
        chain, what = history.chain("portal"), {"deployments": deployments}
        history.record(chain, "seeded for trying out", actor=None, after=what)
    _analyze()
    return dict(written)


def _free_first(made: list[Place]) -> int:
    """How many places no running deployment holds; they come first from now on."""
    held = set(
        Deployment.objects.filter(state__in=sorted(HOLDS_ENVIRONMENT)).values_list(
            "service_id", "environment_id"
        )
    )
    made.sort(key=lambda one: (one.service.pk, one.environment.pk) in held)
    return sum((one.service.pk, one.environment.pk) not in held for one in made)


def _drawn(
    batch: list[Fate], made: list[Place], form: Pattern, random: Random, events: int
) -> dict[type[models.Model], list[Row]]:
    ids, now = _ids(len(batch), form), clock.now()
    drawn = defaultdict[type[models.Model], list[Row]](list)
    for fate in batch:
        canvas = Canvas(fate, made[fate.place], form, ids, random, now)
        # Some have a long history and most a short one, around the mean that is wanted.
        own = int(events * random.choice((0.4, 0.7, 0.9, 1.0, 1.2, 1.8)))
        for model, rows in portrait(canvas, own).items():
            drawn[model] += rows
    return drawn


def _ids(count: int, form: Pattern) -> Ids:
    """As many as the batch could take."""
    needs: dict[type[models.Model], int] = {
        Deployment: 1, ContentVersion: 1, Section: len(form.sections), Item: len(form.items),
        Gate: len(form.gates), Rule: len(form.rules), Vote: len(form.rules), Decision: 1,
    }  # fmt: skip
    return Ids({model: reserve(model, count * each) for model, each in needs.items()})


def _analyze() -> None:
    """So that the database knows at once what it holds; its own clock would do it in a minute."""
    with connections[owner()].cursor() as cursor:
        for model in ORDER:
            cursor.execute(f"ANALYZE {connections[owner()].ops.quote_name(model._meta.db_table)}")
