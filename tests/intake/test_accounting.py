"""For any text: no exception, and every line that is not blank is accounted for exactly once."""

import re
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin

from intake.as_json import as_json
from intake.markdown import parse
from intake.reader import read
from intake.reading import Reading

LINES = st.sampled_from(
    [
        "# Deployment", "## Rollback steps", "### <a p=\"x\">Alerts</a>", "Title\n=====",
        "- [ ] back up", "* [x] done", "+ [X] done", "1. [ ] first", "2) second", "- plain",
        "  - [ ] nested", "    - [x] deeper", "- ", "-", ">", "> - [ ] quoted", "- [ ]", "- [ ]x",
        "[ ] bare", "[x] bare and", "☐ symbol", "- ☑ ticked", "- [~] half", "- [-] out",
        "- \\[ \\] b",
        "- [ ] GO", "- [ ] NO-GO", "[ ] GO [ ] NO-GO", "Ready: Yes / No", "| [ ] x | done |",
        "- [ ] a (owner: ops)", "  - Owner: Jane", "## Sign-off", "- Security: ____", "Name: ____",
        "| Role | Name | Signature | Date |\n|---|---|---|---|\n| Security | A | | |",
        "## Freigaben", "## 回滚", "- Fehlerrate > 5 %", "<!-- [ ] no -->", "- [ ] T-2h: go",
        "```", "```bash", "```yaml", "```markdown", "~~~", "# a comment", "git push \\", "Label:",
        "**Key**: value", "**Key:** value", "Owner: me", "", "   ", "---", "***", "| a | b |",
        "|---|---|", "| [ ] | c |", "<!-- - [ ] hidden -->", "<!--", "-->", "<div>", "</div>",
        "<meta>", "<t>v</t>", "[x]: http://a", "    - [ ] code", "\t- [x] tab", "title: x",
        "Required approvals:", "- [ ] Security: fine", "- rate < 5%: CRITICAL", "24h before: tell",
        "Quality gates:", "- [x] Tests: 4/4", "- [ ] business approval", "\u2028", "\x0b", "\x1c",
        "☐ box", "&nbsp;", "\u00a0", "Success criteria (monitor for 48 hours):", "```yaml x: y",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(LINES, max_size=30).map("\n".join)


def accounted(text: str) -> Reading:
    reading = read(text)
    claimed = [line for claim in reading.claims for line in range(claim.line, claim.end + 1)]
    assert len(claimed) == len(set(claimed))
    rows = re.split(r"\r\n|\r|\n", text)
    written = {number for number, row in enumerate(rows, start=1) if row.strip()}
    blank = set(range(1, len(rows) + 1)) - written
    assert (set(claimed) | set(reading.unread)) - blank == written
    assert not set(claimed) & set(reading.unread)
    as_json(reading)
    return reading


def boxes_by_plugin(text: str) -> int:
    markdown = MarkdownIt("commonmark").enable("table").use(tasklists_plugin)
    return str(markdown.render(text)).count('<li class="task-list-item')


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_lines_of_markdown_are_accounted_for_once(text: str) -> None:
    accounted(text)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_boxes_outside_fences_are_those_of_the_task_list_plugin(text: str) -> None:
    usual = [one for one in parse(text).blocks if one.box and one.usual and one.fence is None]
    assert len(usual) == boxes_by_plugin(text)
    reading = read(text)
    unusual_outside = sum(not one.usual and one.fence is None for one in parse(text).blocks)
    assert reading.boxes_total - reading.boxes_in_fences - unusual_outside == len(usual)


def boxes_in_fences_by_token(text: str) -> int:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    rows = [row for token in tokens if token.type == "fence" for row in token.content.split("\n")]
    return sum(re.match(r"\s*([-*+]|\d+[.)])\s+\[[ xX]\](\s|$)", row) is not None for row in rows)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_boxes_in_fences_are_the_list_lines_with_a_box(text: str) -> None:
    unusual = sum(not one.usual and one.fence is not None for one in parse(text).blocks)
    assert read(text).boxes_in_fences - unusual == boxes_in_fences_by_token(text)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_every_box_is_in_one_list(text: str) -> None:
    reading = read(text)
    lists = (
        reading.gates, reading.items, reading.steps, reading.conditions,
        reading.criteria, reading.approvals, reading.authorization, reading.messages,
        reading.widgets, reading.notes, reading.facts,
    )  # fmt: skip
    places = Counter(entry.line for entries in lists for entry in entries)
    places.update(line for choice in reading.choices for line in choice.lines)
    boxes = [block.line for block in parse(text).blocks if block.box is not None]
    assert [places[line] for line in boxes] == [1] * reading.boxes_total


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_is_read(text: str) -> None:
    accounted(text)


@pytest.mark.parametrize(
    "text",
    [
        "> " * 10_000 + "- [ ] deep",
        "- " * 5_000 + "x",
        "a" * 1_000_000,
        "[" * 100_000,
        "<" * 100_000,
        "# " + "<a>" * 50_000,
        "|" + "a|" * 2_000 + "\n|" + "-|" * 2_000 + "\n" + ("|" + "b|" * 2_000 + "\n") * 20,
        "- [ ] " + "rate > 5 " * 20_000,
        "**" * 100_000,
        "**a" * 50_000 + ": b",
        "```bash\n" + "x \\\n" * 20_000,
        "```yaml\n- [ ] a\n" + "  more\n" * 20_000,
        "---\na: " + "b: " * 50_000 + "\n---\n",
        "p\n" * 50_000,
        "**a**: b\n" * 20_000,
        "<!--" * 100_000 + " -->",
        "☐" * 300_000,
        "- [ ] " + "a: " * 100_000,
        "- " + "[ ] x " * 50_000,
        "- [ ] " + "(" * 100_000,
        "---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\n",
        "| Metric | Limit |\n|--|--|\n" + "| a | > 5% |\n" * 5_000,
        "# Sign-off\n" + "### Security\nSignature: ____\n\n" * 3_000,
        "- [ ] a\n" + "  - Owner: x\n" * 5_000,
    ],
)
def test_monstrous_documents_are_read_in_linear_time(text: str) -> None:
    started = time.process_time()
    accounted(text)
    assert time.process_time() - started < 10


@pytest.mark.slow
def test_five_megabytes_with_twenty_thousand_items() -> None:
    text = "# Big\n" + ("- [ ] " + "word " * 48 + "\n") * 20_000
    started = time.process_time()
    assert len(read(text).items) == 20_000
    assert time.process_time() - started < 5
