"""An event waits in the outbox for whoever is to be told of it, and only then."""

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from audit.verification import verify
from deployments import history
from deployments.models import Deployment, Event, Outbox
from deployments.subscriptions import receivers_of
from tests.builders import Team, make_deployment

AWAITED, UNAWAITED = "commented", "gate passed"


def record(pk: int, verb: str) -> Event:
    with transaction.atomic():
        return history.record(Deployment.objects.lock(pk), verb, actor=None)


@pytest.mark.django_db
@pytest.mark.parametrize(("verb", "is_awaited"), [(AWAITED, True), (UNAWAITED, False)])
def test_event_waits_and_is_hinted_at_where_somebody_awaits_it(
    verb: str,
    is_awaited: bool,
    team: Team,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert bool(receivers_of(verb)) is is_awaited
    pk = make_deployment(team).pk
    Outbox.objects.all().delete()
    with django_capture_on_commit_callbacks() as given:
        event = record(pk, verb)
    assert [row.event_id for row in Outbox.objects.all()] == [event.pk] * is_awaited
    # Open pages hear of every event, workers of those that they have something to do with.
    assert len(given) == 1 + is_awaited
    assert verify(f"deployment:{pk}").holds
