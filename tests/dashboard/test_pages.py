"""What the pages say, to whom, and with how many queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from approvals import services as approvals
from approvals.definitions import RuleDefinition
from approvals.models import Vote
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.services import define
from dashboard.panels import TABS
from deployments import clock, content, history
from deployments.differences import Content, entries
from deployments.enums import State
from deployments.models import Deployment
from deployments.wording import Words
from gates.definitions import GateDefinition
from gates.services import define_gates
from monitoring import services as monitoring
from monitoring.definitions import TriggerDefinition
from tests.builders import PASSWORD, Team, make_deployment, make_person, signed_in

pytestmark = pytest.mark.django_db
# How a link of the header says that the page is there, and its word.
HERE = re.compile(r'aria-current="(\w+)"[^>]*>([^<]+)')


def test_home_costs_the_same_with_one_and_with_thirty_deployments(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(team.product_owner)
    make_deployment(team, submitted=True)
    with django_assert_max_num_queries(18) as one:
        client.get("/")
    for hours in range(29):
        make_deployment(team, submitted=True, t0_in=timedelta(hours=4 + 3 * hours))

    with django_assert_max_num_queries(18) as thirty:
        client.get("/")

    assert len(thirty) == len(one)


def make_large(team: Team) -> Deployment:
    """500 items in 20 sections, 60 gates and 20 rules, as PROMISES S2 says."""
    deployment = make_deployment(team, roles=(), submitted=False)
    rules = [
        RuleDefinition("security", "Security", f"takes responsibility for part {number}")
        for number in range(20)
    ]
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.all().delete()
        locked.sections.all().delete()
        define(
            locked,
            [SectionDefinition(["Plan", f"Part {number}"]) for number in range(20)],
            [
                ItemDefinition(number % 20, "check", "before", f"Item {number}")
                for number in range(500)
            ],
        )
        define_gates(locked, [GateDefinition(f"Gate {number}") for number in range(60)])
        approvals.define(locked, rules, [])
        content.refresh(locked, team.release_manager)
        # Submitted without its people: what is measured is a page of everything.
        Deployment.objects.filter(pk=locked.pk).update(
            state=State.IN_REVIEW, submitted_at=clock.now()
        )
    return deployment


def add_events(deployment: Deployment, count: int) -> None:
    """A long history, whose chain holds."""
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        for number in range(count):
            history.record(locked, "noted", actor=None, reason=f"Note {number}")


def sign_url(deployment: Deployment) -> str:
    rule = deployment.rules.get(role__key="product_owner")
    return reverse("approvals:sign", args=[deployment.pk, rule.pk])


def shown(deployment: Deployment) -> dict[str, str]:
    return {
        "shown_content": deployment.content_hash,
        "shown_schedule": deployment.schedule_hash,
    }


def test_signing_asks_for_the_password_when_the_sign_in_is_old(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    client = Client()
    team.product_owner.set_password(PASSWORD)
    team.product_owner.save()
    client.force_login(team.product_owner)
    body = {**shown(deployment), "choice": "approve"}

    without = client.post(sign_url(deployment), body)
    wrong = client.post(sign_url(deployment), {**body, "password": "guess"})
    assert (without.status_code, wrong.status_code) == (422, 422)
    assert "Enter your password again" in without.content.decode()
    assert "That password is not right; nothing was signed." in wrong.content.decode()
    assert Vote.objects.count() == 0

    right = client.post(sign_url(deployment), {**body, "password": PASSWORD})
    assert right.status_code == 302
    assert Vote.objects.get().person == team.product_owner


def test_what_was_typed_stays_when_a_field_is_missing(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    client = signed_in(team.product_owner)

    page = client.post(sign_url(deployment), {**shown(deployment), "choice": "reject"})

    assert page.status_code == 422
    assert "Say why: reject needs a reason that others can act on." in page.content.decode()
    assert 'value="reject" class="form-check-input" id="id_choice_1" required checked' in (
        " ".join(page.content.decode().split())
    )


def test_sign_page_shows_everything_that_is_signed(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    page = signed_in(team.product_owner).get(sign_url(deployment)).content.decode()

    for text in ("Back up the database", "Deploy the service", "release-1.4", "0a1b2c3d"):
        assert text in page
    assert deployment.content_hash in page


def test_refused_act_answers_with_its_sentence_in_place_for_htmx(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    url = reverse("approvals:start", args=[deployment.pk])
    client = signed_in(team.release_manager)

    answer = client.post(url, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#refusal"
    assert "cannot become in progress from there" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_expired_session_leads_to_the_sign_in_page_not_into_a_panel(team: Team) -> None:
    deployment = make_deployment(team)
    url = reverse("dashboard:mine", args=[deployment.pk])

    answer = Client().get(
        url,
        headers={
            "HX-Request": "true",
            "HX-Current-URL": f"http://testserver{deployment.get_absolute_url()}",
        },
    )

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/sign-in/?next=%2Fdeployments%2F{deployment.pk}%2F"
    assert answer.content == b""


def test_act_without_csrf_token_is_refused(team: Team) -> None:
    deployment = make_deployment(team)
    client = Client(enforce_csrf_checks=True)
    client.force_login(team.release_manager)

    answer = client.post(reverse("approvals:submit", args=[deployment.pk]))

    assert answer.status_code == 403


def test_time_in_the_past_or_in_the_clock_gap_is_refused_in_a_sentence(team: Team) -> None:
    deployment = make_deployment(team, t0_in=None)
    client, url = (
        signed_in(team.release_manager),
        reverse("deployments:schedule", args=[deployment.pk]),
    )

    past = client.post(url, {"local": "2020-01-01T10:00", "zone": "UTC"})
    gap = client.post(url, {"local": "2027-03-28T02:30", "zone": "Europe/Vienna"})
    twice = client.post(url, {"local": "2027-10-31T02:30", "zone": "Europe/Vienna"})
    nowhere = client.post(url, {"local": "2027-10-31T12:30", "zone": "Mars/Base"})

    assert "is in the past; choose one that is still to come" in past.content.decode()
    assert "does not exist in Europe/Vienna" in gap.content.decode()
    assert "exists twice in Europe/Vienna" in twice.content.decode()
    assert "“Mars/Base” is no time zone" in nowhere.content.decode()
    deployment.refresh_from_db()
    assert deployment.t0 is None


def test_stored_script_is_shown_as_text(team: Team) -> None:
    script = "<script>alert(1)</script>"
    deployment = make_deployment(team, items=(script,), submitted=True)
    client = signed_in(make_person("curious"))
    assert client.get(deployment.get_absolute_url()).status_code == 404

    reader = signed_in(team.stakeholder)
    pages = [
        deployment.get_absolute_url(),
        *(reverse("dashboard:tab", args=[deployment.pk, tab]) for tab in TABS if tab != "overview"),
        sign_url(deployment),
    ]
    for url in pages:
        assert script not in reader.get(url).content.decode(), url


def test_strict_policy_is_sent_with_every_page(team: Team) -> None:
    policy = signed_in(team.member).get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_act_with_an_expired_session_leads_back_to_the_page_it_stood_on(team: Team) -> None:
    deployment = make_deployment(team)
    page = f"http://testserver{deployment.get_absolute_url()}"

    answer = Client().post(
        reverse("approvals:submit", args=[deployment.pk]), headers={"Referer": page}
    )

    assert answer["Location"] == f"/sign-in/?next=%2Fdeployments%2F{deployment.pk}%2F"


def test_address_of_an_act_says_that_it_is_no_page(team: Team) -> None:
    deployment = make_deployment(team)
    answer = signed_in(team.member).get(reverse("approvals:start", args=[deployment.pk]))
    assert answer.status_code == 405
    assert "This address only takes an act" in answer.content.decode()


def leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for own, one in value.items():
            yield from leaves(own, one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(name, one)
    elif value not in {True, False, None, ""}:
        yield name, str(value)


def said(values: Content) -> list[str]:
    """Every stored value as people say it; keys only refer, and a kind of item is a heading."""
    words = Words.read()
    return [
        words.value(part, name, text)
        for (part, _), fields in entries(values).items()
        for name, text in leaves("value", fields)
        if name != "key" and (part, name) not in {("items", "kind"), ("items", "after")}
    ]


def test_sign_page_shows_every_value_that_is_hashed(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=2).update(
            commands=[{"language": "bash", "text": "deploy --now"}], irreversible=True
        )
        settings = {"url": "https://evil.example/always-ok", "status": 404}
        define_gates(locked, [GateDefinition("API answers", kind="http", settings=settings)])
        monitoring.define(
            locked, triggers=[TriggerDefinition("Too slow", "latency > 500 ms", "automatic")]
        )
        content.refresh(locked, team.release_manager)
    deployment.refresh_from_db()
    assert deployment.content_version is not None

    page = unescape(signed_in(team.product_owner).get(sign_url(deployment)).content.decode())

    missing = [text for text in said(deployment.content_version.content) if text not in page]
    assert missing == []
    for raw in ("on_no_data", "max_bad_streak", "rollback_step", "order_group", "product_owner:"):
        assert raw not in page


def test_overtaken_signer_gets_a_fresh_form(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    old = {**shown(deployment), "choice": "approve"}
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=2).update(text="Deploy it twice")
        content.refresh(locked, team.release_manager)
    deployment.refresh_from_db()

    answer = signed_in(team.product_owner).post(sign_url(deployment), old)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The content changed while you were reading; nothing was signed." in page
    assert f'name="shown_content" value="{deployment.content_hash}"' in page
    assert "Deploy it twice" in page


def test_home_shows_what_may_start_now_however_many_drafts_there_are(team: Team) -> None:
    make_deployment(team, submitted=True, t0_in=timedelta(minutes=10))
    Deployment.objects.update(package="The urgent one")
    for _ in range(51):
        make_deployment(team, roles=(), steps=(), t0_in=None)

    page = signed_in(team.product_owner).get("/").content.decode()

    assert "The urgent one" in page
    assert "Only the 25 most urgent are shown here" in page


def test_person_with_an_unknown_zone_still_gets_pages(team: Team) -> None:
    User.objects.filter(pk=team.member.pk).update(zone="Europe/Wien")
    assert signed_in(team.member).get("/").status_code == 200
    with pytest.raises(ValidationError, match="is no time zone"):
        User.objects.get(pk=team.member.pk).full_clean()


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("/", [("Home", "page")]),
        ("/deployments/", [("Deployments", "page")]),
        ("/deployments/{pk}/checklist/", [("Deployments", "true")]),
        ("/deployments/new/", [("Deployments", "true")]),
        ("/services/storage-layer/", [("Services", "true")]),
        ("/settings/", [("Your settings", "page")]),
        ("/nothing-is-here/", []),
    ],
)
def test_the_header_says_where_the_page_is(
    team: Team, page: str, marked: list[tuple[str, str]]
) -> None:
    client, deployment = signed_in(team.release_manager), make_deployment(team)
    text = client.get(page.format(pk=deployment.pk)).content.decode()
    header = text[text.index("<header") : text.index("</header>")]
    assert [(word, how) for how, word in HERE.findall(header)] == marked
