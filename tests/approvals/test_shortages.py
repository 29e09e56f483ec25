"""Signatures that nobody can give before T0 are told by mail, once as long as that lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from approvals import runner, services
from approvals.models import Shortage
from communications.enums import Kind
from communications.models import Delivery, Message
from communications.sending import dispatch
from deployments import clock, outbox
from deployments.access.absences import end_stand_in
from deployments.access.granting import revoke
from deployments.enums import State
from deployments.models import Deployment
from deployments.services import schedule
from tests.approvals.makers import sign
from tests.builders import Team, make_deployment, make_person, make_role, make_stand_in, signed_in
from tests.communications.mails import letter_to

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def deployment(team: Team) -> Deployment:
    """In review; everybody has been asked and everything told, and nobody is away yet."""
    found = make_deployment(team, t0_in=5 * DAY, submitted=True)
    outbox.deliver_due()
    assert runner.tell_shortages() == 0
    return found


def mailed() -> list[str]:
    """Who has been told by now, once for each mail."""
    outbox.deliver_due()
    copies = Delivery.objects.filter(message__kind=Kind.OUT_OF_REACH)
    return sorted(copies.values_list("user__username", flat=True))


def test_requester_and_lead_are_told_once(team: Team, deployment: Deployment) -> None:
    lead = make_person("lead")
    lead.groups.set(team.release_manager.groups.all())
    Deployment.objects.update(lead=lead)
    make_stand_in(team.service, team.security, None, lasts=6 * DAY)

    assert [runner.tell_shortages(), runner.tell_shortages()] == [1, 0]

    assert mailed() == ["lead", "release_manager"]
    event = deployment.events.get(verb="signatures out of reach")
    assert deployment.t0 is not None
    assert event.after["what"] == [f"reach:away:{deployment.t0:%Y%m%dT%H%M}:security"]
    assert event.after["text"].startswith("Security cannot be reached until ")
    assert event.after["text"].endswith(": Security is away and nobody stands in.")


def test_absence_that_begins_later_and_lasts_until_t0_is_told_ahead(
    team: Team, deployment: Deployment
) -> None:
    make_stand_in(team.service, team.security, None, starts_in=2 * DAY, lasts=4 * DAY)
    assert runner.tell_shortages() == 1


@pytest.mark.parametrize("why", ["back before T0", "somebody stands in", "signed already"])
def test_nobody_is_told_where_it_can_still_be_signed(
    team: Team, deployment: Deployment, why: str
) -> None:
    stand_in, lasts = None, 6 * DAY
    match why:
        case "back before T0":
            lasts = 2 * DAY
        case "somebody stands in":
            stand_in = team.member
        case "signed already":
            sign(team, deployment, "security")
    make_stand_in(team.service, team.security, stand_in, lasts=lasts)
    assert runner.tell_shortages() == 0
    assert mailed() == []


def test_role_without_any_holder_left_is_told(team: Team, deployment: Deployment) -> None:
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)
    assert runner.tell_shortages() == 1
    event = deployment.events.get(verb="signatures out of reach")
    assert event.after["what"] == ["reach:short:security"]


def test_second_role_is_told_of_and_the_first_not_again(team: Team, deployment: Deployment) -> None:
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)
    assert runner.tell_shortages() == 1
    revoke(team.service, make_role("operations"), team.operations, actor=None, aware=True)
    assert [runner.tell_shortages(), runner.tell_shortages()] == [1, 0]
    last = deployment.events.filter(verb="signatures out of reach").latest("sequence")
    assert last.after["what"] == ["reach:short:operations"]
    assert mailed() == ["release_manager"] * 2


def test_shortage_that_ended_and_comes_back_is_told_again(
    team: Team, deployment: Deployment
) -> None:
    row = make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    assert runner.tell_shortages() == 1
    end_stand_in(row, actor=team.security)
    assert runner.tell_shortages() == 0
    assert Shortage.objects.get().settled_at is not None
    make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    assert runner.tell_shortages() == 1


@pytest.mark.parametrize("state", [State.DRAFT, State.ON_HOLD, State.GO, State.CANCELLED])
def test_only_a_review_waits_for_signatures(
    team: Team, deployment: Deployment, state: State
) -> None:
    make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    Deployment.objects.update(state=state)
    assert runner.tell_shortages() == 0
    assert services.tell_shortages(deployment.pk) is None


def test_mail_does_not_leave_once_it_is_no_longer_so(team: Team, deployment: Deployment) -> None:
    row = make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    runner.tell_shortages()
    assert mailed() == ["release_manager"]
    (copy,) = (one for one in dispatch.claim(50) if one.message.kind == Kind.OUT_OF_REACH)
    assert dispatch.settle([copy]) == [copy]
    end_stand_in(row, actor=team.security)
    assert dispatch.settle([copy]) == []
    copy.refresh_from_db()
    assert copy.state == "cancelled"


def test_another_time_that_somebody_is_away_at_is_told_anew(
    team: Team, deployment: Deployment
) -> None:
    make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    assert runner.tell_shortages() == 1
    schedule(deployment.pk, clock.now() + 4 * DAY, actor=team.release_manager)
    assert [runner.tell_shortages(), runner.tell_shortages()] == [1, 0]
    schedule(deployment.pk, clock.now() + 9 * DAY, actor=team.release_manager)
    assert runner.tell_shortages() == 0


def test_letter_says_who_is_missing_and_leads_to_the_signatures(
    team: Team, deployment: Deployment
) -> None:
    make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    runner.tell_shortages()
    mailed()
    message = Message.objects.get(kind=Kind.OUT_OF_REACH)
    letter = letter_to(team.release_manager, message, deployment)
    assert deployment.t0 is not None
    assert letter.subject == (
        "Storage layer → Production: signatures cannot be given before "
        f"{deployment.t0:%a %-d %b, %H:%M} (UTC)"
    )
    assert letter.text.startswith("Not ready: ")
    assert "Security is away and nobody stands in." in letter.text
    path = f"/deployments/{deployment.pk}/sign-off/"
    assert path in letter.text and path in letter.html
    assert signed_in(team.release_manager).get(path).status_code == 200


def test_database_keeps_one_of_each_while_it_lasts(team: Team, deployment: Deployment) -> None:
    make_stand_in(team.service, team.security, None, lasts=6 * DAY)
    runner.tell_shortages()
    what = Shortage.objects.get().what
    with pytest.raises(IntegrityError), transaction.atomic():
        Shortage.objects.create(deployment=deployment, what=what, told_at=clock.now())


def test_sweep_costs_the_same_for_many_reviews(team: Team, deployment: Deployment) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert runner.tell_shortages() == 0
        return len(queries)

    make_stand_in(team.service, team.security, team.member, lasts=6 * DAY)
    one = cost()
    for _ in range(3):
        make_deployment(team, t0_in=5 * DAY, submitted=True)
    assert cost() == one
