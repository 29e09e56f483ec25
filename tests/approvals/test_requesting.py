"""Signatures are asked for once each can be given, and those asked are reminded until it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from approvals import requests, runner, services
from approvals.asking import still_asked
from approvals.definitions import RuleDefinition
from approvals.enums import Choice, Stage
from approvals.matrix import matrix_of
from approvals.models import Request, Vote
from approvals.signoff import standings
from approvals.verdict import readiness
from communications.enums import Kind
from communications.models import Delivery
from communications.sender import sweep
from dashboard.decisions import inbox_of
from deployments import clock, content, outbox
from deployments.enums import State
from deployments.models import Deployment
from deployments.services import grant_role
from tests.approvals.makers import change_content, sign
from tests.builders import (
    Team,
    make_deployment,
    make_person,
    make_role,
    make_team,
    signed_in,
)
from tests.communications.conftest import move_clock
from tests.communications.smtp_witness import Witness

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOURS = st.integers(1, 24 * 30).map(lambda hours: timedelta(hours=hours))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@given(HOURS, HOURS, st.none() | HOURS)
def test_signature_is_due_after_it_was_asked_and_as_the_rule_says_where_that_is_to_come(
    ahead: timedelta, late: timedelta, until: timedelta | None
) -> None:
    t0, asked = NOON + ahead, NOON + late
    due = requests.due_of(t0, until, asked)
    planned = t0 - (until or timedelta(hours=2))
    assert due > asked
    if planned > asked:
        assert due == planned


@given(HOURS, st.integers(0, 200))
def test_stage_is_the_last_one_that_has_come(length: timedelta, percent: int) -> None:
    stage = requests.stage_at(NOON, NOON + length, NOON + length * percent / 100)
    expected = [one for one in (0, 50, 80, 100) if one <= percent][-1]
    assert stage == Stage(expected)


def told(deployment: Deployment) -> list[tuple[str, str]]:
    verbs = ("signature asked", "signature reminded", "signature overdue")
    found = deployment.events.filter(verb__in=verbs).order_by("sequence")
    return [(event.verb, event.after["role"]) for event in found]


@pytest.mark.django_db
def test_every_rule_is_asked_when_the_review_begins(team: Team) -> None:
    deployment = make_deployment(team, t0_in=3 * DAY, submitted=True)
    outbox.deliver_due()
    assert [role for _, role in told(deployment)] == [
        "product_owner", "technical_lead", "security", "operations", "business",
    ]  # fmt: skip
    request = Request.objects.get(rule__role__key="security")
    assert request.due_at == deployment.t0 - 2 * HOUR
    assert services.tend_requests(deployment.pk) == []


@pytest.mark.django_db
def test_later_group_is_asked_once_the_earlier_one_holds(team: Team) -> None:
    deployment = make_deployment(team, roles=(), t0_in=3 * DAY)
    services.define(
        deployment,
        [
            RuleDefinition("security", "Security", "it is safe"),
            RuleDefinition("product_owner", "Product owner", "it is wanted", order_group=2),
        ],
        [],
    )
    locked = Deployment.objects.get(pk=deployment.pk)
    content.refresh(locked, team.release_manager)
    services.submit(deployment.pk, actor=team.release_manager)
    outbox.deliver_due()
    assert told(deployment) == [("signature asked", "security")]

    sign(team, deployment, "security")
    outbox.deliver_due()

    assert told(deployment)[1:] == [("signature asked", "product_owner")]


@pytest.mark.django_db
def test_changed_content_asks_again(team: Team) -> None:
    deployment = make_deployment(team, roles=("security",), t0_in=3 * DAY, submitted=True)
    outbox.deliver_due()
    sign(team, deployment, "security")
    outbox.deliver_due()
    assert not Request.objects.filter(settled_at=None).exists()

    change_content(team, deployment)
    services.tend_requests(deployment.pk)

    assert told(deployment) == [("signature asked", "security")] * 2
    assert deployment.events.filter(verb="signature asked").last().after["again"] is True


@pytest.mark.django_db
def test_nobody_is_asked_any_more_when_the_review_ends(team: Team) -> None:
    deployment = make_deployment(team, t0_in=3 * DAY, submitted=True)
    outbox.deliver_due()
    services.reopen(deployment.pk, actor=team.release_manager, reason="not yet")
    outbox.deliver_due()
    assert not Request.objects.filter(settled_at=None).exists()


@pytest.mark.django_db
def test_only_who_has_not_signed_is_still_asked(team: Team) -> None:
    deployment = make_deployment(team, roles=("security",), t0_in=3 * DAY, submitted=True)
    rule = deployment.rules.get()
    assert still_asked(rule) == [team.security]
    sign(team, deployment, "security")
    assert still_asked(deployment.rules.get()) == []


def later(by: timedelta) -> None:
    move_clock(by)
    connections["default"].close()


@pytest.fixture
def asked(committed: dict[str, str], witness: Witness) -> tuple[Team, Deployment]:
    """Security is to sign within ten days; the first mail has left."""
    team = make_team()
    deployment = make_deployment(
        team, roles=("security",), t0_in=10 * DAY + 2 * HOUR, submitted=True
    )
    outbox.deliver_due()
    outbox.deliver_due()
    sweep()
    return team, deployment


def mails(witness: Witness) -> list[tuple[str, str]]:
    return [(one.recipient.split("@")[0], str(one.mail["Subject"])) for one in witness.taken]


def test_mails_ask_remind_twice_and_then_tell_the_lead(
    asked: tuple[Team, Deployment], witness: Witness
) -> None:
    _, deployment = asked
    (first,) = mails(witness)
    assert first[0] == "security"
    assert "please sign as Security until" in first[1]
    for days in (4.9, 0.2, 2.8, 0.2, 1.8, 0.2):
        later(timedelta(days=days))
        runner.tend_requests()
        outbox.deliver_due()
        sweep()
    found = mails(witness)
    assert [who for who, _ in found] == ["security", "security", "security", "release_manager"]
    assert "Security has not signed" in found[1][1]
    assert found[3][1].endswith("the signature of Security is overdue")
    assert witness.doubled() == {}
    assert told(deployment)[-1] == ("signature overdue", "security")


def test_nobody_is_reminded_after_the_rule_is_settled(
    asked: tuple[Team, Deployment], witness: Witness
) -> None:
    team, deployment = asked
    later(6 * DAY)
    runner.tend_requests()
    outbox.deliver_due()
    # The reminder is due and not sent yet when the signature comes.
    sign(team, deployment, "security")
    outbox.deliver_due()
    sweep()
    assert len(mails(witness)) == 1
    assert set(
        Delivery.objects.filter(message__kind=Kind.SIGN_REMINDER).values_list("state", flat=True)
    ) == {"cancelled"}
    later(3 * DAY)
    assert runner.tend_requests() == 0


def test_link_in_the_mail_identifies_nobody_and_following_it_signs_nothing(
    asked: tuple[Team, Deployment], witness: Witness
) -> None:
    """A mail scanner follows every link, signed in or not; only a POST with a proof signs."""
    team, deployment = asked
    (mail,) = [one.mail for one in witness.taken]
    text = mail.get_body(("plain",)).get_content()
    rule = deployment.rules.get()
    path = f"/deployments/{deployment.pk}/sign/{rule.pk}/"
    assert path in text
    assert "?" not in text.split(path)[1].split("\n")[0]

    scanner = Client()
    answer = scanner.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={path}")
    for method in ("get", "head", "options"):
        getattr(signed_in(team.security), method)(path)
    assert Vote.objects.count() == 0
    assert signed_in(team.outsider).get(path).status_code == 404
    assert signed_in(team.security).get(f"/deployments/{deployment.pk}/sign/0/").status_code == 404


@pytest.mark.django_db
def test_link_of_a_settled_request_shows_the_result(team: Team) -> None:
    deployment = make_deployment(team, roles=("security",), t0_in=3 * DAY, submitted=True)
    other = make_person("second_security")
    grant_role(team.service, make_role("security"), other, actor=None)
    sign(team, deployment, "security")
    address = f"/deployments/{deployment.pk}/sign/{deployment.rules.get().pk}/"

    own = signed_in(team.security).get(address).content.decode()
    assert "You approved this" in own
    assert "It counts as long as the content stays as it is." in own
    theirs = signed_in(other).get(address).content.decode()
    assert "You approved this" not in theirs
    assert "Security, <time" in theirs.split("Who else signs")[1].replace("\n", "")


@pytest.mark.django_db
def test_late_signature_counts_as_long_as_the_review_lasts(team: Team) -> None:
    """The deadline reminds and tells; to refuse the signature would only stop the release."""
    deployment = make_deployment(team, roles=("security",), t0_in=HOUR, submitted=True)
    outbox.deliver_due()
    Request.objects.update(due_at=clock.now() - timedelta(minutes=1))
    assert sign(team, deployment, "security").choice == Choice.APPROVE
    assert deployment.state == State.IN_REVIEW


@pytest.mark.django_db
def test_pages_say_since_when_each_rule_was_asked(team: Team) -> None:
    """A rule asked later, or asked again after a change, has waited only since then."""
    deployment = make_deployment(team, roles=(), t0_in=3 * DAY)
    rules = [
        RuleDefinition("security", "Security", "it is safe"),
        RuleDefinition("product_owner", "Product owner", "it is wanted", order_group=2),
    ]
    services.define(deployment, rules, [])
    content.refresh(Deployment.objects.get(pk=deployment.pk), team.release_manager)
    services.submit(deployment.pk, actor=team.release_manager)
    outbox.deliver_due()
    Deployment.objects.update(submitted_at=clock.now() - 30 * HOUR)
    Request.objects.update(asked_at=clock.now() - 5 * HOUR)
    deployment.refresh_from_db()

    first, later = matrix_of(deployment, standings(deployment))
    assert (first.since, later.since) == (Request.objects.get().asked_at, None)
    said = {one.key: one.since for one in readiness(deployment).blockers}
    assert said["signature:security"] == first.since
    assert said["signature:product_owner"] is None
    assert "Security has not signed (asked 5 h ago)" in readiness(deployment).sentence
    assert [row.since for row in inbox_of(team.security).rows] == [first.since]

    sign(team, deployment, "security")
    outbox.deliver_due()
    now_asked = Request.objects.get(rule__role__key="product_owner", settled_at=None)
    rows = {row.standing.rule.key: row for row in matrix_of(deployment, standings(deployment))}
    assert rows["product_owner"].since == now_asked.asked_at
    assert rows["product_owner"].until == now_asked.due_at
