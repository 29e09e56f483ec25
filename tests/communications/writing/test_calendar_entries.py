"""Who gets a calendar entry with which message, and what the mail server took of it."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from approvals.enums import Verdict
from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Message, Stakeholder
from communications.services import plan_messages
from communications.writing import calendar_entries
from communications.writing.calendar_entries import Entry, is_news
from communications.writing.mails import Texts
from deployments import clock, outbox, services
from deployments.enums import Anchor, State
from deployments.models import Deployment
from tests.builders import Team, make_deployment, signed_in
from tests.communications.conftest import leave, make_planned, move_clock, tell_notice
from tests.communications.occasions.test_occasions import decide, move
from tests.communications.smtp_witness import Witness

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")


def entries(message: Message) -> set[str]:
    return set(message.deliveries.values_list("entry", flat=True))


def entry_in(mail: EmailMessage) -> tuple[str, Any]:
    """The method that the part says, which is the calendar's own, and its one event."""
    (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    method = part["Content-Type"].params["method"]
    assert str(calendar["METHOD"]) == method
    (event,) = calendar.walk("VEVENT")
    return method, event


def only(deployment: Deployment, kind: Kind) -> Message:
    return deployment.messages.filter(kind=kind).latest("pk")


@pytest.fixture
def told(team: Team) -> Deployment:
    """In review in three days; everybody was told that time."""
    deployment = make_planned(team, t0_in=3 * DAY)
    tell_notice(deployment)
    return deployment


def test_first_message_that_names_t0_brings_the_entry(told: Deployment) -> None:
    assert entries(only(told, Kind.NOTICE)) == {"tentative"}
    assert only(told, Kind.NOTICE).entry_sequence == told.event_count


def test_next_message_brings_none_while_all_is_as_it_was(told: Deployment) -> None:
    leave(only(told, Kind.GO_NO_GO))
    assert entries(only(told, Kind.GO_NO_GO)) == {""}


def test_only_who_is_new_gets_it_with_the_next_message(told: Deployment) -> None:
    Stakeholder.objects.create(service=told.service, name="Ann", address="ann@example.net")
    leave(only(told, Kind.GO_NO_GO))
    have = dict(only(told, Kind.GO_NO_GO).deliveries.values_list("address", "entry"))
    assert have["ann@example.net"] == "tentative"
    assert [address for address, entry in have.items() if entry] == ["ann@example.net"]


def test_correction_updates_it_with_a_higher_sequence(team: Team, told: Deployment) -> None:
    first = only(told, Kind.NOTICE).entry_sequence
    assert first is not None
    move(team, told, 5 * HOUR)
    correction = only(told, Kind.CORRECTION)
    leave(correction)
    correction.refresh_from_db()
    assert entries(correction) == {"tentative"}
    assert correction.entry_sequence > first


def test_message_after_go_says_that_it_takes_place(told: Deployment) -> None:
    Deployment.objects.filter(pk=told.pk).update(state=State.GO)
    leave(only(told, Kind.GO_NO_GO))
    assert entries(only(told, Kind.GO_NO_GO)) == {"confirmed"}


def test_cancellation_cancels_it(team: Team, told: Deployment) -> None:
    services.cancel(told.pk, actor=team.release_manager, reason="No longer wanted")
    outbox.deliver_due()
    leave(only(told, Kind.CANCELLATION))
    assert entries(only(told, Kind.CANCELLATION)) == {"cancelled"}


def test_no_go_cancels_it_and_a_new_time_brings_it_back(team: Team, told: Deployment) -> None:
    decide(told, Verdict.NO_GO)
    leave(only(told, Kind.NO_GO))
    assert entries(only(told, Kind.NO_GO)) == {"cancelled"}
    told.refresh_from_db()
    move(team, told, 5 * HOUR)
    leave(only(told, Kind.CORRECTION))
    assert entries(only(told, Kind.CORRECTION)) == {"tentative"}


def test_hold_leaves_it_as_planned(told: Deployment) -> None:
    decide(told, Verdict.HOLD)
    leave(only(told, Kind.HOLD))
    assert entries(only(told, Kind.HOLD)) == {""}


def test_hold_with_a_new_time_moves_it(team: Team, told: Deployment) -> None:
    move(team, told, 5 * HOUR)
    decide(told, Verdict.HOLD)
    leave(only(told, Kind.HOLD))
    assert entries(only(told, Kind.HOLD)) == {"tentative"}


def test_copy_that_failed_is_no_entry(told: Deployment) -> None:
    only(told, Kind.NOTICE).deliveries.update(state=DeliveryState.FAILED, sent_at=None)
    leave(only(told, Kind.GO_NO_GO))
    assert entries(only(told, Kind.GO_NO_GO)) == {"tentative"}


def test_what_tells_of_the_end_brings_none(team: Team) -> None:
    deployment = make_planned(team, t0_in=3 * DAY)
    now = clock.now()
    Deployment.objects.filter(pk=deployment.pk).update(
        state=State.WATCHING, started_at=now, completed_at=now
    )
    plan_messages(Deployment.objects.lock(deployment.pk))
    leave(only(deployment, Kind.COMPLETE))
    assert entries(only(deployment, Kind.COMPLETE)) == {""}


@pytest.mark.parametrize(
    ("last", "wanted", "news"),
    [
        (None, Entry(1, "tentative"), True),
        (Entry(1, "tentative"), Entry(1, "tentative"), False),
        (Entry(1, "tentative"), Entry(2, "tentative"), True),
        (Entry(1, "tentative"), Entry(1, "confirmed"), True),
        (Entry(1, "confirmed"), Entry(1, "tentative"), True),
        (None, Entry(1, "cancelled"), False),
        (Entry(1, "confirmed"), Entry(2, "cancelled"), True),
        (Entry(1, "cancelled"), Entry(2, "cancelled"), False),
        (Entry(1, "cancelled"), Entry(1, "tentative"), True),
    ],
)
def test_entry_goes_when_it_is_news(last: Entry | None, wanted: Entry, news: bool) -> None:
    assert is_news(last, wanted) is news


def test_mail_carries_it_as_its_last_alternative_for_its_recipient_alone(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    sender.sweep()
    for taken in witness.taken:
        assert taken.mail.get_content_type() == "multipart/alternative"
        assert [one.get_content_type() for one in taken.mail.iter_parts()] == [
            "text/plain", "text/html", "text/calendar",
        ]  # fmt: skip
        method, event = entry_in(taken.mail)
        assert (method, str(event["ATTENDEE"])) == ("REQUEST", f"mailto:{taken.recipient}")
        assert str(event["UID"]) == f"deployment-{deployment.pk}@127.0.0.1"
        assert (event.start, event.end) == (
            deployment.t0.replace(microsecond=0), deployment.window_end.replace(microsecond=0),
        )  # fmt: skip


def test_who_works_on_it_reads_the_commit_and_who_only_reads_does_not(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    sender.sweep()
    said = {one.recipient: str(entry_in(one.mail)[1]["DESCRIPTION"]) for one in witness.taken}
    room = f"http://127.0.0.1:8000/deployments/{deployment.pk}/room/"
    assert said["ops_lead@example.org"] == (
        "Storage layer 1.4 is planned to go to Production. Shortly before, go or no-go is decided."
        "\n\nBranch: release-1.4\nCommit: 0a1b2c3d\n"
        "Signed by: Product owner, Technical lead, Security, Operations, Business stakeholder\n\n"
        "Questions? Ask Release Manager, the release lead: release_manager@example.org.\n\n"
        f"Go/no-go room: {room}\n"
        f"The deployment: http://127.0.0.1:8000/deployments/{deployment.pk}/"
    )
    assert "Commit" not in said["stakeholder@example.org"]
    assert "You need not answer this entry." in said["stakeholder@example.org"]


def test_copy_that_is_tried_again_brings_the_same_bytes(real_team: Team, witness: Witness) -> None:
    make_planned(real_team, NOW)
    witness.always["security@example.org"] = "swallow"
    sender.sweep()
    copy = Delivery.objects.with_message().get(address="security@example.org")
    before = Texts().written(copy)
    Deployment.objects.update(state=State.GO)
    move_clock(HOUR)
    copy = Delivery.objects.with_message().get(pk=copy.pk)
    part = b"Content-Type: text/calendar"
    after = Texts().written(copy)
    assert before.split(part)[1].splitlines()[1:-1] == after.split(part)[1].splitlines()[1:-1]


def test_line_breaks_in_a_package_name_add_nothing(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW)
    Deployment.objects.filter(pk=deployment.pk).update(
        package="1.4\r\nATTENDEE:mailto:eve@example.net\r\nBcc: eve@example.net"
    )
    sender.sweep()
    _, event = entry_in(witness.taken[0].mail)
    assert str(event["ATTENDEE"]) == f"mailto:{witness.taken[0].recipient}"
    assert str(event["SUMMARY"]).startswith("Storage layer: 1.4 ATTENDEE:mailto:eve@example.net")
    assert witness.taken[0].mail["Bcc"] is None


def test_expanding_asks_once_more_for_the_entries_of_all(
    team: Team, django_assert_num_queries
) -> None:
    deployment = make_planned(team, t0_in=3 * DAY)
    notice, last = only(deployment, Kind.NOTICE), only(deployment, Kind.GO_NO_GO)
    told = list(calendar_entries.given(notice, deployment, []))
    assert told == []
    with django_assert_num_queries(1):
        calendar_entries.given(last, deployment, [])


def test_page_offers_the_entry_to_whoever_sees_the_deployment(team: Team) -> None:
    deployment = make_deployment(team)
    where = f"/deployments/{deployment.pk}/calendar.ics"
    client = signed_in(team.stakeholder)
    assert f'href="{where}"' in client.get(deployment.get_absolute_url()).content.decode()
    answer = client.get(where)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="deployment-{deployment.pk}.ics"'
    )
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["STATUS"]), "ATTENDEE" in event) == ("TENTATIVE", False)
    assert event["SEQUENCE"] == deployment.event_count
    assert "Commit" not in event["DESCRIPTION"]
    assert answer.content == client.get(where).content
    by_ops = signed_in(team.ops_lead)
    assert b"Commit: 0a1b2c3d" in by_ops.get(where).content


@pytest.mark.parametrize(
    ("state", "status"),
    [(State.IN_REVIEW, "TENTATIVE"), (State.GO, "CONFIRMED"), (State.ON_HOLD, "TENTATIVE"),
     (State.NO_GO, "CANCELLED"), (State.CANCELLED, "CANCELLED"), (State.CLOSED, "CONFIRMED")],
)  # fmt: skip
def test_entry_on_the_page_says_how_it_stands(team: Team, state: State, status: str) -> None:
    deployment = make_deployment(team)
    Deployment.objects.filter(pk=deployment.pk).update(state=state)
    answer = signed_in(team.member).get(f"/deployments/{deployment.pk}/calendar.ics")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["STATUS"]) == status


def test_page_without_a_time_has_no_entry_to_offer(team: Team) -> None:
    deployment = make_deployment(team, t0_in=None)
    where = f"/deployments/{deployment.pk}/calendar.ics"
    client = signed_in(team.member)
    assert where not in client.get(deployment.get_absolute_url()).content.decode()
    answer = client.get(where)
    assert answer.status_code == 409
    assert "No time T0 is set yet" in answer.content.decode()


def test_outsider_finds_no_entry(team: Team) -> None:
    deployment = make_deployment(team)
    where = f"/deployments/{deployment.pk}/calendar.ics"
    assert signed_in(team.outsider).get(where).status_code == 404
