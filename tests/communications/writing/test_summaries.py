"""The mails a day after the completion and at the end of the watch: what each reader finds."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO

import pytest
from django.db import transaction
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from communications import sender, services
from communications.definitions import STANDARD_PLAN, PlanLine
from communications.enums import DeliveryState, Fate, Kind
from communications.models import Delivery, Message
from communications.sending import dispatch, leaving, settling
from communications.sending.judging import VERDICTS_WITHIN, fate
from communications.services import message_of_line
from communications.writing import letters, reading, summaries
from communications.writing.letters import Letter
from communications.writing.reading import Reader
from deployments import clock, outbox
from deployments.enums import Anchor
from deployments.exceptions import Refused
from deployments.models import Deployment
from monitoring import services as monitoring
from monitoring import sweeps
from monitoring.enums import Channel, Verdict
from monitoring.models import Target, Watch
from tests.builders import Team, find_team, signed_in
from tests.communications.conftest import make_ann, move_clock
from tests.communications.reports import LOST, SLOW, TARGET, make_report
from tests.communications.smtp_witness import Witness
from tests.monitoring.makers import make_watch

DAY, NOW = timedelta(days=1), timedelta(0)
SUMMARY = PlanLine(Kind.SUMMARY, Anchor.COMPLETE, NOW, "Summary")
SECTIONS = ["Success criteria", "Targets", "Alerts", "Incidents", "Metrics", "Still to be judged"]


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def letter(deployment: Deployment, *, is_technical: bool = False) -> Letter:
    plan = deployment.message_plan.filter(kind=Kind.SUMMARY)[0]
    facts = reading.gather(message_of_line(plan, deployment), deployment)
    return letters.compose(facts, Reader("Europe/Vienna", is_technical=is_technical))


def pictures_in(mail: EmailMessage) -> dict[str, bytes]:
    return {
        part["Content-ID"].strip("<>"): part.get_content()
        for part in mail.walk()
        if part.get_content_type() == "image/png"
    }


def test_standard_plan_ends_with_the_closing_report_at_the_end_of_the_watch(team: Team) -> None:
    assert STANDARD_PLAN[-1].when == "at end of the watch"
    watch = make_watch(team)
    with transaction.atomic():
        services.define_plan(Deployment.objects.lock(watch.deployment_id), [])
    summaries = watch.deployment.messages.filter(kind=Kind.SUMMARY).order_by("due_at")
    completed = watch.deployment.completed_at
    assert completed is not None
    assert [(one.title, one.due_at - completed) for one in summaries] == [
        ("Summary of the first day", DAY), ("Closing report", 2 * DAY),
    ]  # fmt: skip


def test_whoever_works_on_it_reads_the_whole_report(team: Team) -> None:
    deployment = make_report(team)
    found = letter(deployment, is_technical=True)
    said = found.text
    sentence = "1 of 2 success criteria met, 1 not judged yet, 1 alert, 1 incident."
    assert said.index(sentence) < said.index("Success criteria")
    lines = said.splitlines()
    places = [lines.index(section) for section in SECTIONS]
    assert places == sorted(places)
    for fact in (
        f"  Met         {LOST}\n              All rows are there\n              judged by Product",
        f"  Not yet     {SLOW}\n",
        f"  Met         {TARGET.text}\n              Hit rate: 90 % is more than 85 %\n",
        "  1, the longest 3 min: Hit rate: 75 %",
        ", Member\n              The search is slow\n",
        "              now 95 %, lowest 75 %, mean 83.56 %, highest 95 %\n",
        "              limit < 80 % (warning), < 70 % (critical)\n",
        f"Still to be judged\n\n  - {SLOW}\n",
        f"/deployments/{deployment.pk}/report/",
    ):
        assert fact in said, fact
    assert "printer" not in said
    for section in SECTIONS:
        assert f">{section}</h2>" in found.html


def test_stakeholders_read_the_sentence_the_criteria_and_the_incidents_without_names(
    team: Team,
) -> None:
    found = letter(make_report(team))
    for words in (found.text, found.html):
        for fact in ("1 of 2 success criteria met", LOST, SLOW, "The search is slow"):
            assert fact in words, fact
        for inside in ("Metrics", "Targets", "Alerts", "Product Owner", "Member", "cid:", "0a1b2c"):
            assert inside not in words, inside
        assert TARGET.text not in words
    assert found.pictures == ()


def test_criteria_alone_are_still_to_be_judged_for_those_who_read_of_no_targets(team: Team) -> None:
    deployment = make_report(team)
    Target.objects.filter(deployment=deployment).update(verdict="", judged_at=None, judged_by=None)
    for words in (letter(deployment).text, letter(deployment).html):
        assert TARGET.text not in words
        assert words.count(SLOW) == 2
    assert f"Still to be judged\n\n  - {SLOW}\n  - {TARGET.text}\n" in (
        letter(deployment, is_technical=True).text
    )


def test_preview_says_what_the_pictures_show_and_asks_for_none(team: Team) -> None:
    deployment = make_report(team)
    plan = deployment.message_plan.filter(kind=Kind.SUMMARY)[0]
    address = reverse("communications:preview_page", args=[deployment.pk, plan.pk])
    answer = signed_in(team.ops_lead).get(address, {"register": "technical"})
    page = answer.content.decode()
    assert ("<img" in page, "cid:" in page, "data:" in page) == (False, False, False)
    assert "Hit rate: now 95 %, lowest 75 %" in page
    assert "The picture itself comes with the mail." in page
    policy = answer["Content-Security-Policy"]
    assert ("data:" in policy, "default-src 'none'" in policy) == (False, True)


def test_summary_without_a_watch_says_what_is_known(team: Team) -> None:
    watch = make_watch(team, alerts=(), metrics={})
    deployment = watch.deployment
    with transaction.atomic():
        services.define_plan(Deployment.objects.lock(deployment.pk), [])
    Watch.objects.filter(pk=watch.pk).delete()
    found = letter(Deployment.objects.with_names().get(pk=deployment.pk), is_technical=True)
    assert "None was raised." in found.text
    assert "Users reported none." in found.text
    assert "Metrics" not in found.text


def test_what_people_typed_is_only_text_and_long_words_are_cut(team: Team) -> None:
    deployment = make_report(team)
    text = f"<img src=x onerror=alert(1)> {'long ' * 100}"
    for _ in range(12):
        monitoring.report_incident(deployment.pk, text, channel=Channel.PAGE, reporter=team.member)
    found = letter(deployment)
    assert "<img" not in found.html
    assert "&lt;img src=x" in found.html
    assert "and 3 more" in found.text
    assert len(max(found.text.splitlines(), key=len)) < 250


def test_closing_report_says_that_it_is_one(team: Team) -> None:
    deployment = make_report(team)
    assert letter(deployment).subject.endswith(": how the deployment is doing")
    move_clock(2 * DAY)
    assert letter(deployment).subject.endswith(": what the deployment came to")


def test_closing_report_waits_for_the_verdicts_of_the_end_and_not_for_ever(team: Team) -> None:
    deployment = make_report(team)
    closing = Message.objects.get(deployment=deployment, title="Closing report")
    ends = closing.due_at
    assert fate(closing, deployment, ends + timedelta(seconds=1)) == Fate.WAIT
    assert fate(closing, deployment, ends + VERDICTS_WITHIN) == Fate.LEAVE
    move_clock(2 * DAY)
    sweeps.sweep()
    assert Watch.objects.get(deployment=deployment).ended_at is not None
    assert fate(closing, deployment, ends + timedelta(seconds=1)) == Fate.LEAVE


def test_copies_that_wait_for_the_verdicts_are_looked_at_again_after_a_while(
    team: Team, witness: Witness
) -> None:
    """Each sweep ends, and the copies leave once the end of the watch is recorded."""
    deployment = make_report(team, SUMMARY)
    dispatch.expand_due()
    Watch.objects.filter(deployment=deployment).update(ends_at=clock.now())
    for _ in range(2):
        sender.sweep()
        waiting = Delivery.objects.filter(message__deployment=deployment)
        assert set(waiting.values_list("state", "attempts")) == {("scheduled", 0)}
        assert min(waiting.values_list("due_at", flat=True)) > clock.now()
        move_clock(leaving.LOOKS_AGAIN_AFTER)
    assert witness.taken == []
    copy = waiting[0]
    waiting.filter(pk=copy.pk).update(state=DeliveryState.FAILED)
    with pytest.raises(Refused, match="The watch has just ended"):
        settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead)
    waiting.filter(pk=copy.pk).update(state=DeliveryState.SCHEDULED)
    move_clock(VERDICTS_WITHIN)
    sender.sweep()
    assert len(witness.taken) == waiting.count() > 0


def test_mail_server_gets_the_pictures_inside_the_page_that_shows_them(
    team: Team, witness: Witness
) -> None:
    make_ann(team)
    make_report(team, SUMMARY)
    outbox.deliver_due()
    sender.sweep()
    mails = {one.recipient: one.mail for one in witness.taken}
    mail = mails[team.ops_lead.email]
    assert mail.get_content_type() == "multipart/alternative"
    text, related = mail.iter_parts()
    assert (text.get_content_type(), related.get_content_type()) == (
        "text/plain", "multipart/related",
    )  # fmt: skip
    page, *images = related.iter_parts()
    [(cid, png)] = pictures_in(mail).items()
    assert [one.get_content_disposition() for one in images] == ["inline"]
    assert f'src="cid:{cid}"' in page.get_content()
    assert 'alt="Hit rate: now 95 %, lowest 75 %, mean 83.56 %, highest 95 %.' in (
        page.get_content()
    )
    assert Image.open(BytesIO(png)).size == (1120, 320)
    assert mail.get_body(("html",)).get_content() == page.get_content()
    other = mails["ann@example.net"]
    assert (pictures_in(other), [one.get_content_type() for one in other.iter_parts()]) == (
        {}, ["text/plain", "text/html"],
    )  # fmt: skip


def test_readers_of_one_register_get_the_same_pictures(team: Team, witness: Witness) -> None:
    make_report(team, SUMMARY)
    sender.sweep()
    mails = {one.recipient: one.mail for one in witness.taken}
    lead, manager = (pictures_in(mails[one.email]) for one in (team.ops_lead, team.release_manager))
    assert lead == manager != {}


@pytest.mark.parametrize("number", [0, 20])
def test_summary_asks_as_many_questions_however_much_happened(
    team: Team, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deployment = make_report(team)
    for _ in range(number):
        monitoring.report_incident(deployment.pk, "x", channel=Channel.PAGE, reporter=team.member)
    plan = deployment.message_plan.filter(kind=Kind.SUMMARY)[0]
    message = message_of_line(plan, deployment)
    with django_assert_num_queries(25):
        summary = summaries.gather(message.kind, deployment)
    assert summary is not None
    assert len(summary.incidents) == number + 1


def test_long_report_is_cut_by_what_was_met_and_fits_a_mail_program(team: Team) -> None:
    deployment = make_report(team)
    Target.objects.bulk_create(
        Target(
            deployment=deployment, key=f"t{n}", position=n + 2, text=f"{n} {'Long ' * 100}",
            verdict=Verdict.NOT_MET if n == 199 else Verdict.MET, said="So it was measured",
            due_at=clock.now(), judged_at=clock.now(),
        )
        for n in range(200)
    )  # fmt: skip

    found = letter(deployment, is_technical=True)
    for said in (found.text, found.html):
        assert "Not met" in said
        assert "199 Long" in said
        assert "and 171 more" in said
        assert len(said.encode()) < 100_000
