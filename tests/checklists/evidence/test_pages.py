"""Evidence on the pages: what is shown to whom, and forms that keep what was typed."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checklists import services
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.models import Evidence, Item
from deployments.enums import State
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_team, signed_in
from tests.checklists.evidence.makers import PNG, SCRIPT, add, address, file, render_panel, text


def test_image_is_shown_on_the_page_and_text_is_only_text(team: Team) -> None:
    deployment = make_deployment(team)
    shot = add(deployment, file("shot.png", PNG, "text/html"), team)
    add(deployment, text(SCRIPT.decode()), team)
    client = signed_in(team.stakeholder)

    page = client.get(address("item", deployment)).content.decode()
    image = client.get(address("evidence_image", deployment, shot.pk))

    assert f'src="{address("evidence_image", deployment, shot.pk)}"' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(document.cookie)&lt;/script&gt;" in page
    assert (image["Content-Type"], image.getvalue()) == ("image/png", PNG)
    assert image["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert image["X-Content-Type-Options"] == "nosniff"


def test_foreign_ids_are_no_page(team: Team) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file("shot.png", PNG), team)
    other = make_team("billing", "billing_")
    theirs = make_deployment(other)
    item, their_item = deployment.items.get(position=1).pk, theirs.items.get(position=1).pk
    neighbour = deployment.items.get(position=2).pk

    def paths(pk: int, item_pk: int) -> list[str]:
        return [
            reverse("checklists:item", args=[pk, item_pk]),
            reverse("checklists:add_evidence", args=[pk, item_pk, "text"]),
            reverse("checklists:evidence_file", args=[pk, item_pk, added.pk]),
            reverse("checklists:evidence_image", args=[pk, item_pk, added.pk]),
        ]

    foreign = [*paths(deployment.pk, item), *paths(theirs.pk, item), *paths(deployment.pk, 0)]
    for person in (other.member, team.outsider):
        client = signed_in(person)
        assert {client.get(path).status_code for path in foreign} == {404}
        assert client.post(foreign[1], {"text": "x"}).status_code == 404
    client = signed_in(other.member)
    assert {client.get(path).status_code for path in paths(theirs.pk, their_item)[2:]} == {404}
    client = signed_in(team.member)
    assert {client.get(path).status_code for path in paths(deployment.pk, neighbour)[2:]} == {404}
    assert {client.get(path).status_code for path in paths(deployment.pk, their_item)} == {404}
    with pytest.raises(Item.DoesNotExist):
        services.add_evidence(deployment.pk, their_item, text(), actor=team.member)
    assert Evidence.objects.count() == 1


def test_form_adds_each_kind_without_script(team: Team) -> None:
    deployment = make_deployment(team)
    client = signed_in(team.member)
    bodies = {
        "text": {"text": "seen"},
        "link": {"url": "https://ci.example.org/7"},
        "number": {"number": "-3.25", "unit": "ms"},
        "file": {"file": SimpleUploadedFile("shot.png", PNG)},
    }

    for kind, body in bodies.items():
        answer = client.post(address("add_evidence", deployment, kind), body)
        assert (answer.status_code, answer["Location"]) == (302, address("item", deployment))

    page = client.get(address("item", deployment)).content.decode()
    for shown in ("seen", 'href="https://ci.example.org/7"', "-3.25 ms", "shot.png"):
        assert shown in page


@pytest.mark.parametrize(
    ("kind", "body", "sentence", "stays"),
    [
        ("text", {"text": " "}, "Write what you saw.", ""),
        ("link", {"url": "javascript:alert(1)"}, "begins with http://", "javascript:alert(1)"),
        ("number", {"number": "1e5", "unit": "rows"}, "Enter a plain decimal number", "rows"),
        ("number", {"number": "１", "unit": "rows"}, "Enter a plain decimal number", "rows"),
        ("number", {"number": "1", "unit": "u" * 21}, "at most 20 characters", "u" * 21),
        ("file", {}, "Choose a file first.", ""),
    ],
)
def test_refused_form_keeps_what_was_typed(
    team: Team, kind: str, body: dict[str, str], sentence: str, stays: str
) -> None:
    deployment = make_deployment(team)

    answer = signed_in(team.member).post(address("add_evidence", deployment, kind), body)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert stays in answer.content.decode()
    assert Evidence.objects.count() == 0


def test_refusal_by_phase_keeps_what_was_typed(team: Team) -> None:
    deployment = make_deployment(team)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.CANCELLED)

    answer = signed_in(team.member).post(
        address("add_evidence", deployment, "text"), {"text": "too late, but typed"}
    )

    assert answer.status_code == 409
    assert "now it is “Cancelled”" in answer.content.decode()
    assert "too late, but typed" in answer.content.decode()


def test_panel_costs_the_same_for_10_and_for_500_items(team: Team) -> None:
    costs = []
    for count in (10, 500):
        deployment = make_deployment(team, items=(), steps=(), roles=(), t0_in=None)
        deployment.sections.all().delete()
        services.define(
            deployment,
            [SectionDefinition(["Preparation"])],
            [ItemDefinition(0, "check", "before", f"Item {n}") for n in range(count)],
        )
        for item in deployment.items.all()[:5]:
            for words in ("one", "two"):
                services.add_evidence(deployment.pk, item.pk, text(words), actor=team.member)
        with CaptureQueriesContext(connection) as queries:
            panel = render_panel(deployment)
        assert panel.count("2 evidence") == 5
        costs.append(len(queries))
    assert costs == [1, 1]
