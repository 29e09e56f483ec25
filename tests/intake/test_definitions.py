"""What a reading becomes in the other apps: owners, due times, choices, limits with two sides."""

from datetime import timedelta

from intake import definitions
from intake.reader import read

HOUR = timedelta(hours=1)


def test_an_owner_who_is_a_role_is_set_and_anybody_else_stays_a_remark() -> None:
    reading = read(
        "- [ ] back up (due: T-2h)\n  - Owner: Operations\n- [ ] tell all\n  - Owner: Jane Doe\n"
        "- [ ] lock @jane\n"
    )
    items = definitions.checklist(reading).items
    assert [(one.text, one.owner_role and one.owner_role.key) for one in items] == [
        ("back up (due: T-2h)", "operations"),
        ("tell all (owner: Jane Doe)", None),
        ("lock @jane", None),
    ]
    assert [(one.due_anchor, one.due_offset) for one in items] == [
        ("t0", timedelta(hours=-2)),
        ("", None),
        ("", None),
    ]


def test_an_exclusive_choice_is_one_item_with_its_words() -> None:
    plan = definitions.checklist(read("# Launch\n\nDecision:\n- [ ] GO\n- [x] NO-GO\n"))
    assert [(one.text, one.choices, one.claimed_done) for one in plan.items] == [
        ("Decision", ["GO", "NO-GO"], False)
    ]


def test_a_limit_with_two_sides_is_two_targets() -> None:
    targets = definitions.targets(read("## Targets\n- Latency between 100 and 200 ms\n"))
    assert [(one.text, one.condition) for one in targets] == [
        ("Latency between 100 and 200 ms", "latency >= 100 ms"),
        ("Latency between 100 and 200 ms", "latency <= 200 ms"),
    ]


def test_a_role_that_signs_at_two_gates_has_two_rules() -> None:
    text = "## Gate 1 approvals\n- [ ] Security: a\n\n## Gate 2 approvals\n- [ ] Security: b\n"
    rules = definitions.rules(read(text))
    assert [(one.role, one.statement) for one in rules] == [("security", "a"), ("security", "b")]


def test_a_message_is_of_the_kind_that_can_leave_at_its_time() -> None:
    """A notice is of use before T0 only, so nothing that is told from T0 on becomes one."""
    lines = ["24h before start", "T-30m", "T0", "T+30m", "T+2h", "D+1", "1h after start"]
    listed = "\n".join(f"- {one}: word" for one in lines)
    plan = definitions.messages(read(f"## Communication\n{listed}\n"))
    assert [(one.kind, one.anchor, one.offset) for one in plan] == [
        ("notice", "t0", -24 * HOUR),
        ("notice", "t0", -HOUR / 2),
        ("start", "t0", 0 * HOUR),
        ("start", "t0", HOUR / 2),
        ("summary", "complete", 2 * HOUR),
        ("summary", "complete", 24 * HOUR),
        ("start", "start", HOUR),
    ]


def test_every_claim_says_why_and_how_surely() -> None:
    reading = read("# Go\n\n- [ ] back up\n\nSome words.\n")
    assert [(one.line, one.kind, one.reason, one.confidence) for one in reading.claims] == [
        (1, "section", "a heading", 1.0),
        (3, "item", "a task box", 1.0),
        (5, "note", "plain text", 0.4),
    ]
