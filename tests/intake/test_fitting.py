"""Whatever a document holds: a draft that says it faithfully, or one sentence; never a crash."""

from __future__ import annotations

import pytest

from communications.models import MessagePlan
from deployments.exceptions import Invalid
from deployments.models import Deployment, Environment
from gates.models import Gate
from intake.services import import_document
from tests.builders import Team

LONG = 10_000


def document(*lines: str) -> bytes:
    return "\n".join(["# Release", "**Target Environment**: Production", *lines]).encode()


def imported(team: Team, *lines: str) -> Deployment:
    return import_document(
        document(*lines), "release.md", service="storage-layer", actor=team.release_manager
    )


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            ["**Branch**: " + "b" * 201],
            "Line 3: the branch has 201 characters; shorten it to at most 200.",
        ),
        (
            ["**Commit**: " + "c" * 65],
            "Line 3: the commit has 65 characters; shorten it to at most 64.",
        ),
        (
            ["**Artefact Digest**: " + "d" * 101],
            "Line 3: the artefact digest has 101 characters; shorten it to at most 100.",
        ),
        (
            ["## Quality Gates", f"- [x] {'g' * LONG}: 491/491 passing"],
            "Line 4: the title of the gate has 10017 characters; shorten it to at most 300.",
        ),
        (
            ["## Approvals", "- [ ] " + "R" * 70 + ": takes responsibility"],
            "Line 4: the name of the role has 70 characters; shorten it to at most 50.",
        ),
        (
            ["## Success Criteria", "### Monitor for 9999 days", "- [ ] No incidents"],
            "Line 5: the watch would last longer than 366 days; name a shorter time.",
        ),
    ],
)
def test_text_without_room_is_refused_with_its_line_and_the_limit(
    team: Team, lines: list[str], sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        imported(team, *lines)
    assert refused.value.sentence == sentence
    assert Deployment.objects.count() == 0


def test_values_that_just_fit_are_taken(team: Team) -> None:
    lines = ["**Branch**: " + "b" * 200, "**Commit**: " + "c" * 64]
    found = imported(team, *lines)
    assert (len(found.branch), len(found.commit)) == (200, 64)


def test_claim_that_is_long_is_cut_beside_its_gate(team: Team) -> None:
    imported(team, "## Quality Gates", f"- [x] Tests: 491/491 {'x' * LONG}")
    claim = Gate.objects.get().claim
    assert (len(claim), claim[:7], claim[-1]) == (300, "491/491", "…")


def test_long_title_of_a_message_is_said_in_full_in_its_text(team: Team) -> None:
    line = f"**24h before {'t' * LONG}**: Tell everybody"
    imported(team, "## Communication Plan", f"- [ ] {line}")
    plan = MessagePlan.objects.get()
    assert (len(plan.title), plan.title[-1]) == (200, "…")
    assert plan.text == line


def test_long_headings_items_and_names_make_a_draft(team: Team) -> None:
    source = "\n".join(
        [
            f"# {'h' * LONG}", f"**Target Environment**: {'E' * LONG}",
            f"## {'s' * LONG}", f"- [ ] {'i' * LONG}",
            "## Rollback Triggers", f"- {'m' * LONG} drops below 70%",
        ]
    )  # fmt: skip
    found = import_document(
        source.encode(), f"{'n' * 300}.md", service="storage-layer", actor=team.release_manager
    )
    assert (len(found.package), found.package[-1]) == (200, "…")
    assert found.items.get().text == "i" * LONG
    assert Environment.objects.get(pk=found.environment_id).title[-1] == "…"
    assert found.source_documents.get().body == source.encode()
