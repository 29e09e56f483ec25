"""Who decides on a rollback trigger: out and in with the plan, and read from a line of Markdown."""

from __future__ import annotations

import json

import pytest

from deployments.models import Deployment
from intake import copying
from intake.exporting import exported
from intake.services import import_document
from intake.structured.text import Format
from intake.writing import markdown
from tests.builders import Team

pytestmark = pytest.mark.django_db


def imported(team: Team, text: str, name: str) -> Deployment:
    return import_document(
        text.encode(), name, service=team.service.key, actor=team.release_manager
    )


def test_who_decides_on_a_trigger_goes_out_and_in_by_role(team: Team) -> None:
    named = {"text": "Charged twice", "decided_by": "legal"}
    facts = {"package": "P", "environment": "production"}
    document = {
        "version": 1, "deployment": facts, "roles": {"legal": "Legal"}, "triggers": [named]
    }  # fmt: skip
    first = imported(team, json.dumps(document), "plan.json")
    assert str(first.triggers.get().decided_by) == "Legal"
    for form in Format:
        copy = imported(team, exported(first, form), f"plan.{form}")
        assert (copy.content_hash, exported(copy, form)) == (
            first.content_hash, exported(first, form)
        )  # fmt: skip
    assert "- Charged twice (decided by Legal)" in markdown(copying.whole_of(first))


@pytest.mark.parametrize(
    ("line", "condition", "role"),
    [
        ("Error rate above 5 % (decided by the product owner)", "error_rate > 5 %", "Product"),
        ("Error rate above 5 %, decision: Security", "error_rate > 5 %", "Security"),
        ("Data is wrong — decided by: Tech Lead", "", "Technical"),
        ("Error rate above 5 % (decided by the ops leads)", "error_rate > 5 %", ""),
        ("Error rate above 5 % (decided by whoever is awake)", "error_rate > 5 %", ""),
        ("Error rate above 5 %", "error_rate > 5 %", ""),
    ],
)
def test_markdown_line_of_a_trigger_may_say_who_decides(
    team: Team, line: str, condition: str, role: str
) -> None:
    source = f"# Storage layer\n\nEnvironment: Production\n\n## Rollback triggers\n\n- {line}\n"
    trigger = imported(team, source, "plan.md").triggers.get()
    assert (trigger.text, trigger.condition) == (line, condition)
    assert str(trigger.decided_by or "").startswith(role) and bool(trigger.decided_by) == bool(role)
