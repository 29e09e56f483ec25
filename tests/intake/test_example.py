"""The project's example is read whole, with the counts that its structure promises."""

from pathlib import Path

import pytest

from intake.as_json import as_json
from intake.reader import read
from intake.reading import Reading

EXAMPLE = Path(__file__).parents[2] / "examples" / "sprint-001.md"


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read(EXAMPLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("boxes_total", 36),
        ("boxes_done", 5),
        ("boxes_in_fences", 36),
        ("boxes_quoted", 0),
        ("sections", 24),
        ("gates", 5),
        ("items", 6),
        ("steps", 18),
        ("commands", 7),
        ("conditions", 21),
        ("criteria", 4),
        ("approvals", 5),
        ("authorization", 3),
        ("messages", 5),
        ("widgets", 4),
        ("notes", 1),
        ("facts", 26),
        ("unread", 0),
    ],
)
def test_counts_are_exact(reading: Reading, name: str, count: int) -> None:
    found = as_json(reading)[name]
    assert (found if isinstance(found, int) else len(found)) == count


def test_every_box_is_in_exactly_one_list(reading: Reading) -> None:
    with_box = [step for step in reading.steps if step.has_box]
    targets = [one for one in reading.conditions if one.kind == "target"]
    lists = (
        reading.gates, reading.items, with_box, targets, reading.approvals, reading.criteria,
        reading.notes,
    )  # fmt: skip
    assert [len(entries) for entries in lists] == [5, 6, 10, 5, 5, 4, 1]
    lines = [entry.line for entries in lists for entry in entries]
    assert len(lines) == len(set(lines)) == reading.boxes_total


def test_every_line_is_accounted_for_once(reading: Reading) -> None:
    rows = EXAMPLE.read_text(encoding="utf-8").splitlines()
    claimed = [line for claim in reading.claims for line in range(claim.line, claim.end + 1)]
    written = [number for number, row in enumerate(rows, start=1) if row.strip()]
    assert sorted(claimed) == written


def test_facts_have_the_names_that_a_deployment_needs(reading: Reading) -> None:
    facts = {fact.key: fact.value for fact in reading.facts if fact.key != "priority"}
    assert facts["package"] == "Sprint-001 Stabilised Storage Layer"
    assert facts["environment"] == "Production"
    assert facts["branch"] == "sprint-001-implementation"
    assert facts["sprint"] == "sprint-001"
    assert facts["watch_seconds"] == "172800"


def test_attributes_of_headings_are_facts_of_their_section(reading: Reading) -> None:
    priorities = [
        (reading.sections[fact.section].title, fact.value)
        for fact in reading.facts
        if fact.key == "priority" and fact.section is not None
    ]
    assert len(priorities) == 9
    assert priorities[0] == ("What Is Shipped", "critical")


def test_steps_come_in_order_with_their_commands(reading: Reading) -> None:
    steps = [step for step in reading.steps if step.kind == "step"]
    assert [step.order for step in steps] == list(range(1, 15))
    assert [len(step.commands) for step in steps] == [1, 2, 1, 1] + [0] * 10
    rollback = [step for step in reading.steps if step.kind == "rollback_step"]
    assert [step.order for step in rollback] == [1, 2, 3, 4]
    assert rollback[0].commands == ("git checkout main", "cargo build --release")
    assert {command.language for command in reading.commands} == {"bash"}


def test_gates_keep_the_claim_and_its_limit(reading: Reading) -> None:
    gates = {gate.key: gate for gate in reading.gates}
    assert gates["tests-passing"].claim == "491/491 tests green"
    assert gates["tests-passing"].expression is None
    assert gates["performance-validation"].expression == "cache_hit_rate > 85 %"
    assert all(gate.done for gate in reading.gates)


def test_limits_are_read_where_they_parse(reading: Reading) -> None:
    read_limits = {
        kind: [one.expression for one in reading.conditions if one.kind == kind]
        for kind in ("target", "metric", "trigger", "alert")
    }
    assert read_limits == {
        "target": [
            "cache_hit_rate > 85 % within 1 h of complete",
            "api_response_time p95 < 200 ms",
            "critical_errors == 0",
            None,
            None,
        ],
        "metric": [
            "cache_hit_rate > 85 %",
            "retrieval_time_avg < 200 ms",
            None,
            "error_rate < 0.1 %",
            None,
        ],
        "trigger": [
            "cache_hit_rate < 70 %",
            "api_response_time > 500 ms",
            "critical_errors > 1 %",
            None,
            None,
        ],
        "alert": [
            "cache_hit_rate < 80 %",
            "cache_hit_rate < 70 %",
            "api_response_time > 300 ms",
            "api_response_time > 500 ms",
            "error_rate > 0.5 %",
            "error_rate > 1 %",
        ],
    }
    severities = [one.severity for one in reading.conditions if one.kind == "alert"]
    assert severities == ["warning", "critical"] * 3


def test_criteria_say_how_long_to_watch(reading: Reading) -> None:
    assert [criterion.expression for criterion in reading.criteria] == [
        "knowledge_retrieval_success_rate > 95 %",
        "performance_issues_reported_by_users < 5",
        "unplanned_downtime == 0",
        None,
    ]
    assert {criterion.watch for criterion in reading.criteria} == {172800}


def test_people_are_asked_under_the_portals_roles(reading: Reading) -> None:
    assert [approval.role for approval in reading.approvals] == [
        "product_owner", "technical_lead", "security", "operations", "business",
    ]  # fmt: skip
    asked = [(one.role, one.purpose) for one in reading.authorization]
    assert asked == [
        ("business", "the value that is delivered"),
        ("operations", "readiness to run it"),
        ("security", "the security of the whole"),
    ]


def test_messages_have_their_moments(reading: Reading) -> None:
    assert [(one.kind, one.anchor, one.offset) for one in reading.messages] == [
        ("notice_24h", "t0", -86400),
        ("notice_2h", "t0", -7200),
        ("start", "start", 0),
        ("complete", "complete", 0),
        ("summary_24h", "complete", 86400),
    ]
