"""Lines of the message plan are added and edited in the plan, and cost nobody a signature."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from approvals import services as approvals
from approvals.enums import Choice
from approvals.shown import Shown
from communications.definitions import PlanLine
from communications.enums import Kind
from communications.services import define_plan
from deployments.enums import Anchor, State
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof, signed_in
from tests.dashboard.test_plan import form_of, said


@pytest.fixture
def deployment(team: Team) -> Deployment:
    """In review, signed by security, with the standard message plan."""
    made = make_deployment(team, roles=("security",), submitted=True)
    with transaction.atomic():
        define_plan(Deployment.objects.lock(made.pk), [])
    approvals.sign(
        made.pk, made.rules.get().pk, Choice.APPROVE, actor=team.security, proof=make_proof(),
        shown=Shown.of(made),
    )  # fmt: skip
    return made


@pytest.fixture
def client(team: Team) -> Client:
    return signed_in(team.release_manager)


def url(name: str, deployment: Deployment, *rest: Any) -> str:
    return reverse(f"dashboard:{name}", args=[deployment.pk, *rest])


def edit(client: Client, deployment: Deployment, kind: str, **values: Any) -> Any:
    return edit_row(client, deployment, deployment.message_plan.get(kind=kind).pk, **values)


def edit_row(client: Client, deployment: Deployment, pk: int, **values: Any) -> Any:
    address = url("plan_edit", deployment, "messages", pk)
    return client.post(address, form_of(client.get(address)) | values, follow=True)


def test_form_that_is_sent_back_as_it_is_changes_nothing(
    client: Client, deployment: Deployment
) -> None:
    for pk in deployment.message_plan.values_list("pk", flat=True):
        assert said(edit_row(client, deployment, pk)) == ["Nothing changed; all stays."]


def test_line_is_saved_without_a_question_since_nobody_signed_it(
    client: Client, deployment: Deployment
) -> None:
    answer = edit(
        client, deployment, Kind.NOTICE, when="the day before T0 at 09:00", text="Bring tea",
        audience=["stakeholders", "role:security"], addresses="press@example.net\r\n",
    )  # fmt: skip
    assert said(answer) == ["Saved."]
    row = deployment.message_plan.get(kind=Kind.NOTICE)
    assert (row.day, row.at, row.offset) == (-1, time(9), timedelta(0))
    assert (row.audience, row.addresses) == (
        ["stakeholders", "role:security"], ["press@example.net"],
    )  # fmt: skip
    assert "the stakeholder list, holders of Security, and press@example.net" in (
        answer.content.decode()
    )


def test_line_is_added_after_go(client: Client, deployment: Deployment) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(state=State.GO)
    address = url("plan_add", deployment, "messages")
    new = {"title": "Second day", "kind": "summary", "when": "48 h after completion"}
    assert said(client.post(address, new, follow=True)) == ["1 added."]
    row = deployment.message_plan.get(title="Second day")
    assert (row.anchor, row.offset, row.position) == ("complete", timedelta(hours=48), 7)


def test_time_that_is_none_is_refused_in_its_field(client: Client, deployment: Deployment) -> None:
    answer = edit(client, deployment, Kind.NOTICE, when="soon")
    assert answer.status_code == 422
    assert answer.context["open"].form.errors["when"] == [
        "“soon” is no time of a message; write it such as “24 h before T0”, “at completion” or "
        "“the day before T0 at 09:00”."
    ]


def test_line_is_taken_out(client: Client, deployment: Deployment) -> None:
    row = deployment.message_plan.get(title="Closing report")
    client.post(url("plan_take_out", deployment, "messages", row.pk))
    assert not deployment.message_plan.filter(title="Closing report").exists()


@pytest.mark.parametrize("number", [1, 30])
def test_page_asks_as_many_questions_however_many_lines_there_are(
    client: Client, team: Team, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = make_deployment(team)
    lines = [
        PlanLine(Kind.SUMMARY, Anchor.COMPLETE, timedelta(hours=hour), f"Hour {hour}")
        for hour in range(number)
    ]
    with transaction.atomic():
        define_plan(Deployment.objects.lock(made.pk), lines)
    with django_assert_num_queries(8):
        client.get(url("plan", made, "messages"))
