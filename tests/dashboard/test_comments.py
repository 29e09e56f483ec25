"""The tab of the comments: what it shows to whom, and what becomes of a form that is refused."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.live import snapshot
from deployments.comments import comment
from deployments.models import Comment, Deployment
from deployments.panels import comments_panel
from tests.builders import Team, make_deployment, signed_in
from tests.deployments.test_comments import add_gate

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
WHO_MAY = (
    "Only members, release managers, ops leads and holders of a sign-off role of this "
    "service may comment."
)


def url_of(deployment: Deployment) -> str:
    return reverse("dashboard:comments", args=[deployment.pk])


def test_comment_is_on_the_tab_after_an_ordinary_post(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)
    client = signed_in(team.member)

    answer = client.post(
        url_of(deployment), {"text": "Done twice\r\nto be sure", "about": f"item-{item.pk}"}
    )

    assert (answer.status_code, answer["Location"]) == (302, url_of(deployment))
    page = client.get(url_of(deployment)).content.decode()
    assert "Done twice<br>to be sure" in page
    assert "<strong>Member</strong>" in page
    assert "Item: Back up the database" in page
    written = Comment.objects.get()
    assert f'<time datetime="{written.created_at:%Y-%m-%dT%H:%M:%S}+00:00" data-when>' in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The comment is empty; write what you want to say."),
        ("Typed\0here", "The comment contains a NUL character; remove it."),
        ("Typed here" * 401, "The comment has 4010 characters; 4000 is the most. Shorten it."),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(team: Team, text: str, sentence: str) -> None:
    deployment = make_deployment(team)
    rule = deployment.rules.get(role__key="security")

    answer = signed_in(team.member).post(
        url_of(deployment), {"text": text, "about": f"rule-{rule.pk}"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(sentence) == 1
    assert text in page
    assert f'<option value="rule-{rule.pk}" selected>' in page
    assert Comment.objects.count() == 0


def test_foreign_deployment_and_foreign_part_are_not_known(team: Team) -> None:
    deployment, other = make_deployment(team), make_deployment(team)
    foreign = other.items.get(position=1)
    body = {"text": "Look here", "about": f"item-{foreign.pk}"}

    outsider = signed_in(team.outsider)
    answers = [outsider.get(url_of(deployment)), outsider.post(url_of(deployment), body)]
    answer = signed_in(team.member).post(url_of(deployment), body)

    assert [one.status_code for one in answers] == [404, 404]
    assert answer.status_code == 422
    said = "What it is about is not part of this deployment; choose again."
    assert said in answer.content.decode()
    assert Comment.objects.count() == 0


def test_whoever_only_reads_sees_why_instead_of_the_form(team: Team) -> None:
    deployment = make_deployment(team)
    comment(deployment.pk, actor=team.member, text="For all to read")
    client = signed_in(team.stakeholder)

    page = client.get(url_of(deployment)).content.decode()
    refused = client.post(url_of(deployment), {"text": "May I?"})

    assert "For all to read" in page
    assert WHO_MAY in page
    assert "<textarea" not in page
    assert refused.status_code == 403
    assert WHO_MAY in refused.content.decode()
    assert "May I?" in refused.content.decode()
    assert Comment.objects.count() == 1


def test_stored_script_is_shown_as_text(team: Team) -> None:
    deployment = make_deployment(team, items=(SCRIPT,))
    about = deployment.items.get(position=1)
    comment(deployment.pk, actor=team.member, text=f"{SCRIPT}\n{SCRIPT}", about=about)
    client = signed_in(team.member)

    for tab in ("comments", "history"):
        page = client.get(reverse("dashboard:tab", args=[deployment.pk, tab])).content.decode()
        assert SCRIPT not in page
        assert SCRIPT in unescape(page)


def test_panel_costs_at_most_two_queries_however_many_comments(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    deployment = make_deployment(team)
    for wanted in (1, 30, 103):
        for number in range(deployment.comments.count(), wanted):
            comment(deployment.pk, actor=team.member, text=f"Comment {number + 1}")
        with django_assert_max_num_queries(2):
            shown = comments_panel(deployment)
            names = {str(one.author) for one in shown["comments"]}

        assert names == {"Member"}
        assert len(shown["comments"]) == min(wanted, 100)
        assert shown["older"] == max(0, wanted - 100)
        assert shown["comments"][0].text == f"Comment {wanted}"
    page = signed_in(team.member).get(url_of(deployment)).content.decode()
    assert "3 older comments are kept with the history." in page


def test_live_panel_is_the_same_for_all_and_holds_no_form(team: Team) -> None:
    deployment = make_deployment(team)
    comment(deployment.pk, actor=team.member, text="Seen at once")

    shot = snapshot(deployment.pk, frozenset(), ("comments",))

    assert shot is not None
    fragment = shot.fragments["comments"]
    assert 'id="comments-panel"' in fragment
    assert "Seen at once" in fragment
    assert "<form" not in fragment
    assert "csrf" not in fragment


def test_author_is_told_which_names_are_mailed_and_which_are_not(team: Team) -> None:
    deployment = make_deployment(team)
    client = signed_in(team.member)

    page = client.post(url_of(deployment), {"text": "@security @nobody see"}, follow=True)

    said = (
        "A mail goes to Security. No mail goes to @nobody (nobody of that name sees this service)."
    )
    text = page.content.decode()
    assert text.count(said) == 1
    assert (
        '<strong class="named" title="Security"><bdi>@security</bdi></strong> @nobody see' in text
    )


@pytest.mark.parametrize("kind", ["item", "gate", "rule"])
def test_link_beside_a_part_chooses_it_in_the_form(team: Team, kind: str) -> None:
    deployment = make_deployment(team)
    add_gate(deployment)
    part = {"item": deployment.items, "gate": deployment.gates, "rule": deployment.rules}[kind]
    chosen = f"{kind}-{part.all()[0].pk}"
    tab = {"item": "checklist", "gate": "gates", "rule": "sign-off"}[kind]
    client = signed_in(team.member)

    address = reverse("dashboard:tab", args=[deployment.pk, tab])
    if kind == "item":
        address = reverse("checklists:item", args=[deployment.pk, part.all()[0].pk])
    link = f"{url_of(deployment)}?about={chosen}"
    assert f'href="{link}"' in client.get(address).content.decode()
    assert f'<option value="{chosen}" selected>' in client.get(link).content.decode()
    unknown = client.get(f"{url_of(deployment)}?about={kind}-0%00").content.decode()
    assert " selected>" not in unknown.replace('<option value="" selected>', "")


def test_those_who_can_be_named_are_listed_beside_the_form(team: Team) -> None:
    page = signed_in(team.member).get(url_of(make_deployment(team))).content.decode()
    assert '<li><bdi class="named">@security</bdi> Security</li>' in page
    assert "@outsider" not in page


def test_names_cost_the_panel_one_query_more(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deployment = make_deployment(team)
    for number in range(30):
        comment(deployment.pk, actor=team.member, text=f"@security {number}")
    with django_assert_num_queries(3):
        assert len(comments_panel(deployment)["comments"]) == 30
