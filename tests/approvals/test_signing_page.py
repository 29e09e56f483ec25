"""The page on which somebody signs: what changed since their word, and nothing signed unseen."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from approvals import services
from approvals.enums import Choice
from approvals.models import Vote
from approvals.shown import Shown
from deployments import clock
from deployments.models import Deployment
from deployments.services import schedule
from tests.approvals.makers import change_content, sign
from tests.builders import ROLES, Team, make_deployment, signed_in

pytestmark = pytest.mark.django_db


def address(deployment: Deployment, role: str = "product_owner") -> str:
    rule = deployment.rules.get(role__key=role)
    return reverse("approvals:sign", args=[deployment.pk, rule.pk])


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def read(person: User, deployment: Deployment, role: str = "product_owner") -> str:
    answer = signed_in(person).get(address(deployment, role))
    assert answer.status_code == 200
    return text_of(answer)


def body(deployment: Deployment, **more: str) -> dict[str, str]:
    shown = Shown.of(Deployment.objects.get(pk=deployment.pk))
    given = {"shown_content": shown.content, "shown_schedule": shown.schedule}
    return {"choice": "approve", **given, **more}


def test_first_signature_shows_all_in_full_and_no_difference(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    page = read(team.product_owner, deployment)
    assert "What you sign, in full" in page
    assert "Your word so far" not in page
    assert "What changed" not in page
    assert f'The whole hash: <code class="hash">{deployment.content_hash}</code>' in page


def test_changed_content_shows_only_the_difference_with_words_marked(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "product_owner")
    change_content(team, deployment, "Deploy the service twice")

    page = read(team.product_owner, deployment)

    difference, _, rest = page.partition("Everything that is signed")
    assert "You approved this" in difference
    assert "The content changed since then" in difference
    assert "Deploy the service<ins> twice</ins>" in difference
    assert "Steps of the day</h3>" in difference
    assert "Back up the database" not in difference.partition("What changed since then")[2]
    assert "Back up the database" in rest
    assert "Sign again</button>" in page


def test_one_act_gives_the_word_again(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "product_owner")
    change_content(team, deployment)
    client = signed_in(team.product_owner)

    assert 'value="approve" class="form-check-input" id="id_choice_0" required checked' in (
        text_of(client.get(address(deployment)))
    )
    assert client.post(address(deployment), body(deployment)).status_code == 302

    fresh = Deployment.objects.get(pk=deployment.pk)
    assert Vote.objects.latest("pk").content_hash == fresh.content_hash
    assert "It counts as long as the content stays" in read(team.product_owner, deployment)


def test_content_that_changed_back_asks_for_nothing(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "product_owner")
    change_content(team, deployment)
    change_content(team, deployment, "Deploy the service")
    page = read(team.product_owner, deployment)
    assert "It counts as long as the content stays" in page
    assert "What changed since" not in page


def test_moved_time_shows_the_old_and_the_new_to_a_time_sensitive_role(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "operations")
    old, new = deployment.t0, clock.now() + timedelta(days=2)
    schedule(deployment.pk, new, actor=team.release_manager)

    page = read(team.operations, deployment, "operations")

    assert "The time moved since then" in page
    assert f'<del><time datetime="{old.isoformat(timespec="seconds")}' in page
    assert f'<ins><time datetime="{new.isoformat(timespec="seconds")}' in page
    assert "Sign again</button>" in page


def test_content_that_moved_while_it_was_read_is_not_signed_and_shown_at_once(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    seen = body(deployment, choice="request_changes", reason="Name the backup")
    change_content(team, deployment, "Deploy the service twice")

    answer = signed_in(team.product_owner).post(address(deployment), seen)

    page = text_of(answer)
    assert answer.status_code == 409
    assert not Vote.objects.exists()
    assert "The content changed while you were reading; nothing was signed." in page
    assert "What changed while you were reading" in page
    assert "Deploy the service<ins> twice</ins>" in page
    assert "Name the backup</textarea>" in page
    assert 'value="request_changes" class="form-check-input" id="id_choice_2" required checked' in (
        page
    )
    assert Deployment.objects.get(pk=deployment.pk).content_hash in page


def test_time_that_moved_while_it_was_read_is_not_signed_and_shown_at_once(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    seen, old = body(deployment), deployment.t0
    schedule(deployment.pk, clock.now() + timedelta(days=2), actor=team.release_manager)

    answer = signed_in(team.product_owner).post(address(deployment), seen)

    assert answer.status_code == 409
    assert not Vote.objects.exists()
    assert f'<del><time datetime="{old.isoformat(timespec="seconds")}' in text_of(answer)


def test_hash_that_never_was_signs_nothing(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    answer = signed_in(team.product_owner).post(
        address(deployment), body(deployment, shown_content="f" * 64)
    )
    assert answer.status_code == 409
    assert not Vote.objects.exists()


def test_own_word_stands_first_and_may_be_taken_back_with_a_reason(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "product_owner")
    client = signed_in(team.product_owner)

    page = text_of(client.get(address(deployment)))
    assert page.index("You approved this") < page.index("You take responsibility for")
    assert f"for content <code>{deployment.content_hash[:12]}</code>" in page
    assert "Take my word back" in page

    without = client.post(address(deployment), body(deployment, choice="withdraw"))
    assert without.status_code == 422
    assert Vote.objects.count() == 1
    given = body(deployment, choice="withdraw", reason="I read the wrong one")
    assert client.post(address(deployment), given).status_code == 302
    assert Vote.objects.latest("pk").choice == Choice.WITHDRAW
    assert "Your word so far" not in read(team.product_owner, deployment)


def test_somebody_who_edited_since_may_still_take_an_objection_back(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.REJECT, reason="no")
    deployment.authors.add(team.security)

    page = read(team.security, deployment, "security")

    assert "You are named as an author; somebody else must sign it." in page
    assert "Take my word back" in page
    assert 'value="approve"' not in page


@pytest.mark.parametrize("state", ["on_hold", "no_go", "draft"])
def test_word_is_taken_back_where_nobody_is_asked_to_sign(team: Team, state: str) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security")
    Deployment.objects.filter(pk=deployment.pk).update(state=state)
    client, place = signed_in(team.security), deployment.get_absolute_url()
    assert "Take back my word as Security" in text_of(client.get(place))
    assert "Take back my word" not in text_of(signed_in(team.product_owner).get(place))

    page = read(team.security, deployment, "security")
    assert ('value="withdraw"' in page, 'value="approve"' in page) == (True, False)
    given = body(deployment, choice="withdraw", reason="I read the wrong one")
    assert client.post(address(deployment, "security"), given).status_code == 302

    assert "Take back my word" not in text_of(client.get(place))


def test_word_of_a_later_group_is_taken_back_though_an_earlier_one_signs_again(team: Team) -> None:
    deployment = make_deployment(team)
    deployment.rules.filter(role__key="security").update(order_group=2)
    services.submit(deployment.pk, actor=team.release_manager)
    for role in (*(one for one in ROLES if one != "security"), "security"):
        sign(team, deployment, role)
    sign(team, deployment, "product_owner", Choice.WITHDRAW, reason="not yet")

    page = read(team.security, deployment, "security")

    assert "Product owner signs first." in page
    assert ('value="withdraw"' in page, 'value="approve"' in page) == (True, False)


def test_other_signers_are_named(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.REJECT, reason="the scan is old")
    page = read(team.product_owner, deployment)
    assert "<q>the scan is old</q>" in page.partition("Who else signs")[2]
