"""The message plan of a template: edited on one page, saved as the next version, begun with."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from communications.definitions import STANDARD_PLAN
from deployments.models import Event
from intake.message_forms import lines_form
from intake.models import TemplateVersion
from intake.services import create
from intake.templates import save_as_template
from tests.builders import Team, make_administrator, make_team, signed_in
from tests.communications.conftest import make_planned

pytestmark = pytest.mark.django_db


def saved(team: Team, **more: Any) -> TemplateVersion:
    deployment = make_planned(team, submitted=False)
    actor = make_administrator() if more else team.release_manager
    return save_as_template(deployment.pk, "Backend release", actor=actor, **more)


def address(version: TemplateVersion) -> str:
    return reverse("intake:template_messages", args=[version.pk])


def as_shown(version: TemplateVersion) -> dict[str, Any]:
    """What the page posts if nothing on it is changed."""
    form = lines_form(version)
    said: dict[str, Any] = {"note": ""}
    for line in [form.management_form, *form.forms]:
        for field in line:
            nothing: Any = [] if field.name == "audience" else ""
            said[field.html_name] = nothing if field.value() is None else field.value()
    return said


def posted(person: User, version: TemplateVersion, **said: Any) -> Any:
    body = as_shown(version) | {name.replace("__", "-"): one for name, one in said.items()}
    body = {name: one for name, one in body.items() if one != "" or "DELETE" not in name}
    return signed_in(person).post(address(version), body)


def plan_of(version: TemplateVersion | None) -> list[tuple[str, str]]:
    assert version is not None
    return [(one["title"], one["kind"]) for one in version.document["messages"]]


def newest() -> TemplateVersion:
    return TemplateVersion.objects.newest().get()


def test_line_is_changed_taken_out_and_added_in_the_next_version_alone(team: Team) -> None:
    first = saved(team)
    answer = posted(
        team.release_manager, first,
        line__0__when="the day before T0 at 09:00", line__0__text="Save your work.",
        line__1__DELETE="on",
        line__6__title="A word to the board", line__6__when="48 h before T0",
        line__6__audience=["release_manager"], line__6__addresses="board@example.org",
        note="The board is told",
    )  # fmt: skip
    second = newest()
    assert answer.url == reverse("intake:template", args=[second.pk])
    kept = [(line.title, str(line.kind)) for at, line in enumerate(STANDARD_PLAN) if at != 1]
    assert plan_of(second) == [*kept, ("A word to the board", "notice")]
    assert (second.number, second.note, second.made_by) == (
        2, "The board is told", team.release_manager
    )  # fmt: skip
    others = {name for name in first.document if first.document[name] != second.document.get(name)}
    assert others == {"messages"}
    assert plan_of(first) == [(line.title, str(line.kind)) for line in STANDARD_PLAN]
    assert Event.objects.filter(verb="template saved").count() == 2
    draft = create(
        team.service, team.environment, package="Next", template=second,
        actor=team.release_manager,
    )  # fmt: skip
    notice, *_, board = draft.message_plan.all()
    assert (notice.when, notice.text) == ("the day before T0 at 09:00", "Save your work.")
    assert (board.audience, board.addresses) == (["release_manager"], ["board@example.org"])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"line__0__when": "soon"}, "“soon” is no time of a message"),
        ({"line__0__when": "2 h after T0"}, "is of use before T0 only"),
        ({"line__0__title": ""}, "This field is required"),
        ({"line__0__addresses": "nobody"}, "nobody"),
        ({f"line__{at}__DELETE": "on" for at in range(6)}, "Keep at least one line"),
        ({}, "Nothing differs from version 1"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    team: Team, said: dict[str, str], sentence: str
) -> None:
    version = saved(team)
    typed = {"line__0__text": "Typed by hand"} if said else {}
    answer = posted(team.release_manager, version, **typed, **said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert ("Typed by hand" in page) == bool(said)
    assert newest() == version


def test_whoever_was_slower_is_told_keeps_what_was_typed_and_saves_after_it(team: Team) -> None:
    first = saved(team)
    posted(team.release_manager, first, line__0__text="The faster one")
    slower = posted(team.release_manager, first, line__0__text="The slower one")
    page = slower.content.decode()
    assert slower.status_code == 409
    assert "Release Manager saved version 2 of this template meanwhile" in page
    assert "The slower one" in page
    assert f'action="{address(newest())}"' in page
    older: Any = signed_in(team.release_manager).get(address(first))
    assert older.url == address(newest())
    posted(team.release_manager, newest(), line__0__text="The slower one")
    assert newest().number == 3


def test_whoever_was_slower_saves_after_a_version_with_more_lines(team: Team) -> None:
    first = saved(team)
    typed = as_shown(first) | {"line-0-text": "The slower one"}
    typed = {name: one for name, one in typed.items() if "DELETE" not in name}
    posted(team.release_manager, first, line__6__title="More", line__6__when="48 h before T0")
    client = signed_in(team.release_manager)
    assert client.post(address(first), typed).status_code == 409
    assert client.post(address(newest()), typed).status_code == 302
    assert newest().document["messages"][0]["text"] == "The slower one"
    assert plan_of(newest()) == plan_of(first)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"INITIAL": "0", "TOTAL": "7"}, "Nothing differs from version 1"),
        ({"INITIAL": "-1", "TOTAL": "-1"}, "Keep at least one line"),
        ({"INITIAL": "6", "TOTAL": "51"}, "A template has at most 50 lines; take some out."),
        ({"INITIAL": "six", "TOTAL": ""}, "Something is wrong in the lines below"),
    ],
)
def test_counts_that_no_page_posts_are_answered_with_a_sentence(
    team: Team, counts: dict[str, str], sentence: str
) -> None:
    version = saved(team)
    said = {f"line__{name}_FORMS": count for name, count in counts.items()}
    answer = posted(team.release_manager, version, **said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_who_only_reads_sees_the_plan_and_why_it_cannot_be_changed(team: Team) -> None:
    version = saved(team)
    page = signed_in(team.member).get(address(version)).content.decode()
    assert "Deployment notice" in page
    assert "Save the next version" not in page
    assert "Only release managers of this service may save templates." in page
    assert posted(team.member, version, line__0__text="Mine").status_code == 403
    assert newest() == version
    assert signed_in(make_team("other", "o_").member).get(address(version)).status_code == 404


def test_template_of_every_service_is_the_administrators(team: Team) -> None:
    version = saved(team, everywhere=True)
    assert posted(team.release_manager, version, line__0__text="Mine").status_code == 403
    administrator = User.objects.get(is_superuser=True)
    answer = posted(administrator, version, line__0__audience=["role:security"])
    assert answer.status_code == 302
    assert newest().document["messages"][0]["audience"] == ["role:security"]


def test_page_of_the_template_leads_to_its_plan(team: Team) -> None:
    version = saved(team)
    page = signed_in(team.stakeholder).get(reverse("intake:template", args=[version.pk]))
    assert f'href="{address(version)}"' in page.content.decode()
