"""The record as PDF: what is in it, in which letters, and that it stays on its page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from audit import drawing, evidence, packs
from audit.drawing import BORROWED, UNREADABLE, lines_of, record_pdf
from audit.lettering import CHINESE, JAPANESE, KOREAN
from checklists.enums import ItemState
from deployments import clock
from deployments.models import Deployment
from gates.definitions import GateDefinition
from gates.services import define_gates
from tests.approvals.makers import make_waiver
from tests.audit.makers import act, make_decision, make_vote
from tests.builders import Team, make_deployment
from tests.deployments.freezes.makers import make_exemption, make_freeze

pytestmark = pytest.mark.django_db
WIDTH = A4[0] - 36 * mm
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4


def lines(deployment: Deployment) -> list[str]:
    return [text for _, text in lines_of(evidence.gather(deployment.pk), packs.about(None))]


def test_record_says_what_its_documents_promise(team: Team) -> None:
    deployment = make_deployment(team, items=("Back up", "Tell the users"), submitted=True)
    act(deployment, team)
    item = deployment.items.get(position=2)
    item.state, item.state_by, item.reason = ItemState.SKIPPED, team.member, "They know"
    item.state_at, item.seconded_by = clock.now(), team.release_manager
    item.save()
    make_vote(deployment, "security", team.security)
    make_decision(deployment, team.ops_lead, "The network is down")
    with transaction.atomic():
        define_gates(Deployment.objects.lock(deployment.pk), [GateDefinition("Tests", key="tests")])
    make_waiver(deployment.gates.get(), asked_by=team.technical_lead)
    freeze = make_freeze(team.service, by=team.release_manager)
    make_exemption(deployment, freeze, by=team.auditor)

    said = "\n".join(lines(deployment))

    assert f"Back up (done, {team.member}, " in said
    assert f"Tell the users (skipped, {team.member}" in said
    assert f", with {team.release_manager}): They know" in said
    assert f"{team.security}, Security, " in said
    assert "HOLD: The network is down." in said
    assert f"tests (failed: ): The scanner is down; risk owner {team.technical_lead}, " in said
    assert "Freeze of Storage layer (Christmas trade): A security fix; by Auditor" in said


@pytest.mark.parametrize(
    ("name", "faces"),
    [
        ("Größe ẞ, Łódź, Ελλάδα, Иван, Nguyễn", set()),
        ("佐藤", {CHINESE}),
        ("Yamada たろう", {JAPANESE}),
        ("김민준 & 陈伟 <b>", {KOREAN, CHINESE}),
    ],
)
def test_letters_are_drawn_by_a_font_that_has_them(name: str, faces: set[str], team: Team) -> None:
    deployment = make_deployment(team, items=(name,))

    said = lines(deployment)
    assert UNREADABLE not in said
    assert (said[2] == BORROWED) == bool(faces)
    paragraph = drawing._paragraph("title", name)
    assert {part.fontName for part in paragraph.frags} - {"Record-Bold"} == faces
    assert "".join(part.text for part in paragraph.frags) == name
    made = record_pdf(evidence.gather(deployment.pk), packs.about(None))
    assert all(face.encode() in made for face in faces)


@pytest.mark.parametrize("name", ["محمد", "שלום", "สมชาย", "राम", "\U00020000"])
def test_letters_that_it_cannot_show_are_said_on_top(name: str, team: Team) -> None:
    assert lines(make_deployment(team, items=(name,)))[2] == UNREADABLE


def widths(paragraph: Any) -> list[float]:
    """What each line leaves free of the page's width."""
    paragraph.wrap(WIDTH, A4[1])
    return [
        line.extraSpace if hasattr(line, "extraSpace") else line[0]
        for line in paragraph.blPara.lines
    ]


@pytest.mark.parametrize("text", [LONG, f"Für {LONG} und {LONG}", "佐藤" * 400, "0af9" * 64])
def test_words_without_a_break_stay_on_the_page(text: str) -> None:
    for style in ("plain", "title", "quiet"):
        free = widths(drawing._paragraph(style, text))
        assert len(free) > 1
        assert min(free) >= 0
