"""Variations of how teams write the same things."""

import pytest

from intake.reader import read


def titles(text: str) -> list[tuple[str, bool]]:
    return [(item.title, item.done) for item in read(text).items]


@pytest.mark.parametrize("marker", ["-", "*", "+", "1.", "2)"])
def test_boxes_are_items_with_any_marker(marker: str) -> None:
    text = f"{marker} [ ] back up\n{marker} [x] tell all\n{marker} [X] lock\n"
    assert titles(text) == [("back up", False), ("tell all", True), ("lock", True)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(end: str) -> None:
    reading = read(end.join(["# Go", "", "- [ ] back up", "", "- [ ] tell all"]))
    assert [(item.line, item.title) for item in reading.items] == [(3, "back up"), (5, "tell all")]


def test_items_may_be_nested_and_go_on_in_the_next_line() -> None:
    reading = read("- [ ] outer\n  goes on\n  - [x] inner\n    1. [ ] innermost\n")
    assert [(item.title, item.line, item.parent) for item in reading.items] == [
        ("outer goes on", 1, None),
        ("inner", 3, 1),
        ("innermost", 4, 3),
    ]


def test_items_need_no_english_word() -> None:
    reading = read("# 上线检查\n\n## Vorbereitung\n- [ ] Sicherung prüfen\n- [x] 数据库备份\n")
    assert [(item.title, item.section) for item in reading.items] == [
        ("Sicherung prüfen", 1),
        ("数据库备份", 1),
    ]
    assert reading.sections[1].path == ("上线检查", "Vorbereitung")


def test_headings_of_one_level_are_siblings() -> None:
    reading = read("# A\n## B\n### C\n## D\nE\n===\n")
    assert [section.path for section in reading.sections] == [
        ("A",), ("A", "B"), ("A", "B", "C"), ("A", "D"), ("E",),
    ]  # fmt: skip


def test_a_placeholder_in_a_heading_is_no_tag() -> None:
    reading = read('## Deploy <service> to <env>\n## <x priority="high">**Bold**</x>\n')
    assert [section.title for section in reading.sections] == [
        "Deploy <service> to <env>",
        "Bold",
    ]
    assert [(fact.key, fact.value) for fact in reading.facts] == [("priority", "high")]


@pytest.mark.parametrize(
    ("words", "phase"),
    [
        ("## Preparation", "before"),
        ("## Pre-deployment", "before"),
        ("## After the release", "after"),
        ("## Post-deploy checks", "after"),
        ("## During deployment", "during"),
        ("## Whatever", "before"),
    ],
)
def test_the_words_above_an_item_say_its_phase(words: str, phase: str) -> None:
    assert [item.phase for item in read(f"{words}\n- [ ] look\n").items] == [phase]


@pytest.mark.parametrize(
    ("text", "required"),
    [("back up", True), ("warm the cache (optional)", False), ("nice-to-have: banner", False)],
)
def test_the_words_of_an_item_say_whether_it_is_required(text: str, required: bool) -> None:
    assert [item.required for item in read(f"- [ ] {text}").items] == [required]


def test_boxes_in_fences_are_counted_as_such() -> None:
    reading = read("- [ ] out\n\n```text\nServices:\n  - [x] in\n  * [ ] too\nno box\n```\n")
    assert (reading.boxes_total, reading.boxes_done, reading.boxes_in_fences) == (3, 1, 2)
    assert [item.title for item in reading.items] == ["out", "in", "too"]
    assert [note.text for note in reading.notes] == ["no box"]


def test_quoted_templates_are_notes_and_their_boxes_are_counted() -> None:
    reading = read("```markdown\n- [ ] copy me\n```\n\n- [ ] real\n")
    assert (reading.boxes_total, reading.boxes_quoted) == (2, 1)
    assert [item.title for item in reading.items] == ["real"]
    assert [note.reason for note in reading.notes] == ["a line of a quoted template"]


def test_an_unclosed_fence_goes_to_the_end() -> None:
    reading = read("```yaml\n- [ ] one\n# Heading?\n- [ ] two")
    assert (len(reading.items), len(reading.sections), reading.unread) == (2, 0, ())


def test_comments_of_html_are_not_read() -> None:
    reading = read("<!--\n- [ ] hidden\n-->\n\n- [ ] seen\n")
    assert (reading.boxes_total, titles("<!-- - [ ] x -->")) == (1, [])
    assert reading.notes == ()


def test_what_is_nested_too_deep_is_listed_as_unread() -> None:
    reading = read("- [ ] fine\n\n" + "> " * 300 + "- [ ] deep")
    assert (len(reading.items), reading.unread) == (1, (3,))


def test_front_matter_and_key_lines_are_facts() -> None:
    reading = read(
        "---\nservice: billing\ntags:\n  - a\n---\n\n# Go\n\n**Branch:** `main`\n"
        "**Commit**: abc123\nEnvironment: Staging\n\n- **Version**: 1.2\n"
    )
    facts = {fact.key: fact.value for fact in reading.facts}
    assert facts == {
        "service": "billing",
        "branch": "main",
        "commit": "abc123",
        "version": "1.2",
        "environment": "Staging",
        "tags": "a",
    }
    assert reading.notes == ()


def test_commands_without_a_comment_are_steps_where_steps_are_read() -> None:
    reading = read("## Steps\n```sh\n$ make build\nmake \\\n  deploy\n```\n")
    assert [(step.title, step.commands) for step in reading.steps] == [
        ("make build", ("make build", "make \\\ndeploy"))
    ]
    assert [(command.line, command.step_line) for command in reading.commands] == [(3, 3), (4, 3)]


def test_commands_elsewhere_belong_to_the_item_that_holds_them() -> None:
    reading = read("## Ready?\n- [ ] back up\n  ```bash\n  pg_dump\n  ```\n")
    assert [(one.text, one.step_line) for one in reading.commands] == [("pg_dump", 2)]
    assert (len(reading.items), reading.steps) == (1, ())


def test_a_fence_nested_in_a_step_gives_it_its_commands() -> None:
    reading = read("## Steps\n1. banner\n   ```bash\n   ./banner on\n   ```\n2. done\n")
    assert [(step.title, step.commands) for step in reading.steps] == [
        ("banner", ("./banner on",)),
        ("done", ()),
    ]


def test_an_unknown_role_keeps_its_name() -> None:
    reading = read("## Approvals\n- [x] CTO: budget\n- [ ] QA Lead: tested\n- [ ] PO: fine\n")
    assert [(one.role, one.role_title, one.known_role, one.done) for one in reading.approvals] == [
        ("cto", "CTO", False, True),
        ("qa_lead", "QA Lead", False, False),
        ("product_owner", "PO", True, False),
    ]


def test_human_validation_stays_an_item_where_nobody_signs() -> None:
    text = "## Quality gates\n- [x] Tests: 4/4\n- [ ] Business validation: needed\n"
    assert [len(read(text).gates), len(read(text).notes)] == [2, 0]
    signed = read(text + "## Approvals\n- [ ] Security: fine\n")
    assert [len(signed.gates), len(signed.notes)] == [1, 1]


def test_gates_of_one_name_get_keys_of_their_own() -> None:
    reading = read("## Quality gates\n- [x] Tests: 4/4\n- [x] Tests: 9/9\n")
    assert [gate.key for gate in reading.gates] == ["tests", "tests-2"]


def test_numbered_lines_are_steps_and_bullets_under_them_details() -> None:
    reading = read("## Rollback procedure\n1. stop the workers\n   - all of them\n2. restore\n")
    assert [(step.kind, step.title, step.order) for step in reading.steps] == [
        ("rollback_step", "stop the workers", 1),
        ("rollback_step", "restore", 2),
    ]
    assert [note.reason for note in reading.notes] == ["a detail of line 2"]


def test_work_on_alerts_is_an_item_and_a_limit_is_an_alert() -> None:
    reading = read("## Alerts\n- [ ] pager tested\n- [ ] error_rate > 2%: CRITICAL\n")
    assert [item.title for item in reading.items] == ["pager tested"]
    assert [(one.expression, one.severity) for one in reading.conditions] == [
        ("error_rate > 2 %", "critical")
    ]


def test_tables_and_text_are_kept_as_notes() -> None:
    reading = read("Some words\nof text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert [(note.line, note.reason) for note in reading.notes] == [
        (1, "plain text"),
        (4, "a row of a table"),
        (6, "a row of a table"),
    ]
    assert reading.unread == ()
