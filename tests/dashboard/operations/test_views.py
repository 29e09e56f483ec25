"""The page of operations and the metrics: what they say, to whom, in how many questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Message
from communications.sending import dispatch
from dashboard.operations import words
from dashboard.operations.figures import figures
from dashboard.operations.panels import operations_panel
from deployments import clock, portal_hold
from deployments.enums import Anchor
from deployments.models import Event, Outbox, PortalHold, Tick
from gates import services
from gates.models import GateRun
from tests.builders import Team, make_administrator, make_deployment, signed_in
from tests.communications.conftest import make_copy, make_planned
from tests.gates.makers import AT_ONCE, make_gate

MINUTE = timedelta(minutes=1)
DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")
TOKEN = {"METRICS_TOKEN": "a token of forty characters, say"}


def tick(seen: timedelta = timedelta(0)) -> None:
    for name in words.LOOKED_FOR:
        Tick.objects.update_or_create(name=name, defaults={"at": clock.now() - seen})


def hold() -> None:
    portal_hold.hold("A backup was restored.", clock.now(), restored=False, using="default")


def said() -> dict[str, tuple[str, str]]:
    return {line.title: (line.state, line.sentence) for line in words.lines(figures())}


def summary() -> str:
    found = figures()
    return words.summary(found, words.lines(found))


def test_everything_is_well_where_nothing_waits(db: None) -> None:
    tick()
    assert {state for state, _ in said().values()} == {"good"}
    assert summary() == "Mail leaves on time: nothing that is due waits."


def test_due_mail_is_on_time_and_later_late(team: Team) -> None:
    tick()
    make_planned(team, DUE)
    Outbox.objects.all().delete()
    Message.objects.update(written_at=clock.now() - timedelta(seconds=3), due_at=clock.now())
    assert summary().startswith("Mail leaves on time: the oldest due copy waits ")
    then = clock.now() - 3 * MINUTE
    Message.objects.update(written_at=then, due_at=then)
    assert summary() == "Mail is late: the oldest due copy waits 3 min."
    dispatch.expand_due()
    Message.objects.update(expanded_at=then)
    Delivery.objects.update(state=DeliveryState.RETRY, last_error="451 try later")
    count = Delivery.objects.count()
    assert summary() == (
        f"Mail is late: {count} copies will be tried again, the oldest due copy waits 3 min."
    )


def test_messages_that_cannot_be_made_ready_are_counted(team: Team) -> None:
    tick()
    make_planned(team, DUE)
    Message.objects.update(failures=2, retry_at=clock.now() + MINUTE)
    assert said()["Messages"] == ("bad", "1 message could not be made ready to leave.")


def test_copies_that_failed_or_are_in_doubt_are_told_with_their_reasons(team: Team) -> None:
    deployment = make_planned(team, DUE)
    message = deployment.messages.get()
    for address in ("a@example.net", "b@example.net"):
        make_copy(message, DeliveryState.FAILED, address)
    make_copy(message, DeliveryState.UNKNOWN, "c@example.net")
    Delivery.objects.filter(state="failed").update(last_error="550 no such user")
    assert said()["Copies"] == (
        "warn",
        "Within seven days 2 copies failed and of 1 copy nobody knows whether it left.",
    )
    panel = operations_panel()
    assert [(one["last_error"], one["copies"]) for one in panel["reasons"]] == [
        ("550 no such user", 2),
        ("The connection broke", 1),
    ]
    assert [one["message__deployment"] for one in panel["doubtful"]] == [deployment.pk]
    Delivery.objects.update(due_at=clock.now() - timedelta(days=8))
    assert said()["Copies"][0] == "good"


def test_sent_copies_are_counted_by_how_long_ago(team: Team) -> None:
    message = make_planned(team, DUE).messages.get()
    for number, ago in enumerate((0, 3, 30, 300)):
        copy = make_copy(message, DeliveryState.SENT, f"{number}@example.net")
        Delivery.objects.filter(pk=copy.pk).update(sent_at=clock.now() - ago * MINUTE)
    assert list(figures().mail.sent.values()) == [1, 2, 3]


def test_gates_that_no_worker_takes_are_told(team: Team) -> None:
    tick()
    gate = make_gate(
        make_deployment(team, submitted=True), kind="http", schedule=AT_ONCE,
        settings={"url": "https://example.org/health", "seconds": 2},
    )  # fmt: skip
    services.request_run(gate, actor=team.release_manager)
    GateRun.objects.update(due_at=clock.now() - 2 * MINUTE, starts=1)
    assert said()["Gates"] == (
        "bad",
        "1 due run waits for a worker, the oldest 2 min, none under way, "
        "left unfinished by a worker: 1.",
    )


def test_sweep_that_does_not_come_is_named(db: None) -> None:
    assert summary() == (
        "No worker looks for due mail (never yet), due gates (never yet), "
        "waiting events (never yet)."
    )
    tick(5 * MINUTE)
    assert said()["Sweeps"][1].startswith("No worker looks for due mail (last 5 min ago), ")


def test_event_that_a_receiver_fails_over_is_told(team: Team) -> None:
    make_deployment(team)
    Outbox.objects.exclude(pk=Outbox.objects.first().pk).delete()
    Outbox.objects.update(attempts=3)
    state, sentence = said()["Events"]
    assert (state, sentence.endswith(" Failed and tried again: 1.")) == ("bad", True)


def test_page_asks_the_same_whatever_there_is(team: Team) -> None:
    client = signed_in(make_administrator())
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/operations/").status_code == 200
        counts.append(len(asked))
        message = make_planned(team, DUE).messages.get()
        for number, state in enumerate(DeliveryState.values):
            make_copy(message, state, f"{number}@example.net")
    # Session, person, nine for the figures, and two for what only the page says.
    assert counts == [13, 13]


def test_metrics_are_nine_questions(
    settings: Settings, team: Team, django_assert_num_queries: DjangoAssertNumQueries
):
    make_copy(make_planned(team, DUE).messages.get(), DeliveryState.UNKNOWN)
    with django_assert_num_queries(9):
        assert scrape(settings, TOKEN["METRICS_TOKEN"]).status_code == 200


def test_page_lists_what_would_leave_and_releases(team: Team) -> None:
    deployment = make_planned(team, DUE)
    hold()
    client = signed_in(make_administrator())
    page = client.get("/operations/").content.decode()
    assert "<strong>1 message would leave on release:</strong>" in page
    assert f'href="/deployments/{deployment.pk}/messages/recipients/"' in page
    refused = client.post("/operations/", {"due": "leave_out"})
    assert refused.status_code == 422
    assert "Say why the messages are left out" in refused.content.decode()
    assert client.post("/operations/", {}).status_code == 422
    told = client.post("/operations/", {"due": "leave_out", "reason": "It had left."}, follow=True)
    assert "Left out: 1 messages that had not begun to leave" in told.content.decode()
    assert not PortalHold.objects.exists()
    assert Event.objects.get(verb="portal released").reason == "It had left."


def test_fragment_is_the_figures_alone(db: None) -> None:
    told = signed_in(make_administrator()).get("/operations/figures/").content.decode()
    assert told.lstrip().startswith('<div id="figures" hx-get="/operations/figures/"')


def scrape(settings: Settings, token: str, scheme: str = "Bearer"):
    settings.METRICS_TOKEN = TOKEN["METRICS_TOKEN"]
    return Client().get("/metrics", headers={"Authorization": f"{scheme} {token}"})


def test_metrics_are_hidden_without_a_token_of_the_installation(
    settings: Settings, db: None
) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("token", ["", "another token", "ä"])
def test_metrics_are_refused_without_the_right_token(
    token: str, settings: Settings, db: None
) -> None:
    answer = scrape(settings, token)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert scrape(settings, TOKEN["METRICS_TOKEN"], "Basic").status_code == 401


def test_metrics_are_the_same_figures_by_the_rules_of_the_format(
    settings: Settings, team: Team
) -> None:
    tick(5 * MINUTE)
    message = make_planned(team, DUE).messages.get()
    make_copy(message, DeliveryState.FAILED)
    answer = scrape(settings, TOKEN["METRICS_TOKEN"])
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert 'portal_copies_troubled{state="failed"} 1.0' in lines
    assert "portal_messages_due 1.0" in lines
    assert "portal_held 0.0" in lines
    assert "portal_broker_up 1.0" in lines
    [age] = [line for line in lines if line.startswith('portal_sweep_age_seconds{sweep="gates.')]
    assert float(age.rpartition(" ")[2]) >= 300
    named = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert (named, len(named)) == (typed, len(set(named)))
    values = {line.partition("{")[0].split()[0] for line in lines if not line.startswith("#")}
    assert values == set(named)
