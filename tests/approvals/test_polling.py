"""The go/no-go poll: whom it asks, who answers, and what GO needs of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals import runner, services
from approvals.definitions import PolledDefinition
from approvals.enums import Closed, Verdict
from approvals.models import Answer, Round
from deployments import clock
from deployments.enums import Grant
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.services import grant, grant_role
from tests.approvals.makers import answer, decide, make_ready, poll_of
from tests.builders import (
    Team,
    answer_poll,
    make_deployment,
    make_role,
    make_stand_in,
    make_team,
    signed_in,
)


@pytest.mark.django_db
def test_go_needs_go_from_every_polled_role(team: Team) -> None:
    deployment = make_ready(team)
    answer(team, deployment, "security", Verdict.HOLD, "the scan is still running")

    with pytest.raises(Refused) as refused:
        decide(team, deployment, Verdict.GO)
    assert refused.value.sentence == ("GO needs go from every polled role: Security says hold.")
    answer(team, deployment, "security", Verdict.GO)
    assert decide(team, deployment, Verdict.GO).verdict == Verdict.GO


@pytest.mark.django_db
def test_silence_is_hold(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    call = poll_of(deployment).calls[0]
    assert (call.word, call.counts_as, call.label) == (None, Verdict.HOLD, "Silent")


@pytest.mark.django_db
def test_of_several_holders_the_worst_counts_and_each_may_change_it(team: Team) -> None:
    grant_role(team.service, make_role("security"), team.member, actor=None)
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")
    answer(team, deployment, "security", Verdict.GO)
    services.answer(deployment.pk, role.pk, Verdict.NO_GO, actor=team.member, remark="a key leaked")
    assert {call.key: call.word for call in poll_of(deployment).calls}["security"] == Verdict.NO_GO

    services.answer(deployment.pk, role.pk, Verdict.GO, actor=team.member)

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert call.word == Verdict.GO
    assert [said.person for said in call.said] == ["Security", "Member"]
    assert Answer.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("word", [Verdict.HOLD, Verdict.NO_GO])
def test_answer_is_refused_when_it_does_not_say_why(team: Team, word: Verdict) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    with pytest.raises(Invalid, match="Say in one line why"):
        answer(team, deployment, "security", word, "  ")


@pytest.mark.django_db
def test_answer_is_refused_when_the_role_is_not_held(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    with pytest.raises(Forbidden, match="Only holders of the role Security"):
        services.answer(deployment.pk, make_role("security").pk, Verdict.GO, actor=team.ops_lead)
    with pytest.raises(Invalid, match="not polled here"):
        services.answer(deployment.pk, make_role("legal").pk, Verdict.GO, actor=team.security)


@pytest.mark.django_db
def test_answer_by_voice_names_who_wrote_it_down(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")

    services.write_down(
        deployment.pk, role.pk, Verdict.GO, person=team.security, actor=team.ops_lead
    )

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert [(said.person, said.by_voice, said.written_by) for said in call.said] == [
        ("Security", True, "Ops Lead")
    ]
    event = deployment.events.latest("sequence")
    assert (event.verb, event.actor, event.on_behalf_of) == (
        "answered by voice", team.ops_lead, team.security,
    )  # fmt: skip


@pytest.mark.django_db
def test_voice_is_refused_to_others_and_for_others(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")
    with pytest.raises(Forbidden, match="Only ops leads"):
        services.write_down(
            deployment.pk, role.pk, Verdict.GO, person=team.security, actor=team.member
        )
    with pytest.raises(Invalid, match="Member does not hold the role Security"):
        services.write_down(
            deployment.pk, role.pk, Verdict.GO, person=team.member, actor=team.ops_lead
        )


@pytest.mark.django_db
def test_stand_in_answers_for_the_absent_and_both_are_named(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")
    with pytest.raises(Forbidden):
        services.answer(deployment.pk, role.pk, Verdict.GO, actor=team.member)

    make_stand_in(team.service, team.security, team.member)
    services.answer(deployment.pk, role.pk, Verdict.GO, actor=team.member)

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert [(said.person, said.word) for said in call.said] == [("Member for Security", Verdict.GO)]


@pytest.mark.django_db
def test_word_of_a_stand_in_on_the_call_is_written_down_and_both_are_named(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    make_stand_in(team.service, team.security, team.member)
    address = reverse("approvals:voice", args=[deployment.pk, "security"])
    assert address in signed_in(team.ops_lead).get(
        reverse("dashboard:room", args=[deployment.pk])
    ).content.decode()  # fmt: skip

    said = {"person": "member", "word": "go"}
    assert signed_in(team.ops_lead).post(address, said).status_code == 302

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert [(one.person, one.by_voice, one.written_by) for one in call.said] == [
        ("Member for Security", True, "Ops Lead")
    ]


@pytest.mark.django_db
def test_ops_lead_who_requested_it_leads_no_poll_of_it(team: Team) -> None:
    """An ops lead polls and decides, but never what they asked for (SEMANTICS §2)."""
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)
    deployment = make_ready(team)
    role, mine = make_role("security"), "You requested this deployment; another ops lead"
    with pytest.raises(Forbidden, match=mine):
        services.write_down(
            deployment.pk, role.pk, Verdict.GO, person=team.security, actor=team.release_manager
        )
    Round.objects.update(closed_at=clock.now(), closed_why=Closed.TIME)
    with pytest.raises(Forbidden, match=mine):
        services.open_again(deployment.pk, actor=team.release_manager)
    page = signed_in(team.release_manager).get(reverse("dashboard:room", args=[deployment.pk]))
    assert "Write down what is said" not in page.content.decode()


@pytest.mark.django_db
def test_only_the_roles_that_the_document_names_are_polled(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=10), submitted=True)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        services.redefine_rules(
            locked, [], [PolledDefinition("operations", "Operations", "the final word")]
        )
    assert [(call.key, call.purpose) for call in poll_of(deployment).calls] == [
        ("operations", "the final word")
    ]


@pytest.mark.django_db
def test_no_poll_is_needed_where_none_is_held(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=5))
    before = deployment.content_hash
    services.plan_poll(deployment.pk, is_on=False, roles=[], actor=team.release_manager)
    deployment.refresh_from_db()
    assert deployment.content_hash != before
    services.submit(deployment.pk, actor=team.release_manager)

    poll = poll_of(deployment)
    assert (poll.is_held, poll.lacking) == (False, [])
    assert runner.tend_polls() == 0

    services.reopen(deployment.pk, actor=team.release_manager, reason="poll after all")
    services.plan_poll(deployment.pk, is_on=True, roles=[], actor=team.release_manager)
    deployment.refresh_from_db()
    assert deployment.content_hash == before


@pytest.mark.django_db
def test_planning_the_poll_as_it_is_changes_nothing(team: Team) -> None:
    deployment = make_deployment(team)
    count = deployment.events.count()
    assert (
        services.plan_poll(deployment.pk, is_on=True, roles=[], actor=team.release_manager) is None
    )
    assert deployment.events.count() == count
    with pytest.raises(Forbidden):
        services.plan_poll(deployment.pk, is_on=False, roles=[], actor=team.member)


@pytest.mark.django_db
def test_dossier_keeps_the_answers(team: Team) -> None:
    deployment = make_ready(team)
    poll = decide(team, deployment, Verdict.GO).dossier["poll"]
    assert poll["round"] == 1
    assert [(role["role"], role["word"]) for role in poll["roles"]][:2] == [
        ("product_owner", "go"), ("technical_lead", "go"),
    ]  # fmt: skip
    assert poll["roles"][0]["answers"][0]["person"] == "Product Owner"


@pytest.mark.parametrize("name", ["default", "owner"])
@pytest.mark.parametrize("change", ["UPDATE", "DELETE", "TRUNCATE"])
def test_answer_is_not_changed_by_raw_sql(
    committed: dict[str, str], name: str, change: str
) -> None:
    make_ready(make_team())
    sql = {
        "UPDATE": "UPDATE approvals_answer SET word = 'hold', remark = 'x'",
        "DELETE": "DELETE FROM approvals_answer",
        "TRUNCATE": "TRUNCATE approvals_answer",
    }[change]
    with pytest.raises(DatabaseError), connections[name].cursor() as cursor:
        cursor.execute(sql)
    assert set(Answer.objects.values_list("word", flat=True)) == {Verdict.GO}


@pytest.mark.django_db
def test_queries_of_the_poll_do_not_grow_with_rounds_and_answers(team: Team) -> None:
    deployment = make_ready(team)
    with CaptureQueriesContext(connection) as few:
        poll_of(deployment)
    for _ in range(3):
        Round.objects.filter(closed_at=None).update(closed_at=clock.now(), closed_why=Closed.TIME)
        services.open_again(deployment.pk, actor=team.ops_lead)
        answer_poll(deployment)
    with CaptureQueriesContext(connection) as many:
        poll_of(deployment)
    assert len(many) == len(few)
