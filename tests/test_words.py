"""What the documents tell their readers to press or to open is called so on the pages."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = ("README.md", *(f"docs/{name}.md" for name in (
    "audit", "freezes", "messages", "plan", "release-day", "setup", "sign-off",
)))  # fmt: skip
# *Like this*, outside of code.
NAMED = re.compile(r"(?<![*\w])\*(?![*\s])([^*]+?)\*(?!\*)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
HEADING = re.compile(r"^[#\-\s\[\]x]*(.*?)(?::.*)?$", re.MULTILINE)
# Examples of sentences, and names that a page puts together from parts.
EXAMPLES = {
    "Sign as Product owner",
    "Switch off",
    "Add items",
    "No worker looks for due mail",
    "copies will be tried again",
    "could not be made ready to leave",
    "3 signatures become stale and “Backup of the production database taken” has to be confirmed "
    "again.",
    "version 3",
    "within 1 h of complete",
    "for 30 minutes",
}  # fmt: skip


def words(text: str) -> str:
    return " ".join(html.unescape(text).split()).casefold()


@cache
def names() -> frozenset[str]:
    """Whatever stands alone: between two tags of a template, as a text of the code, in the demo."""
    found = set()
    for file in (ROOT / "templates").rglob("*.html"):
        found |= {words(text) for text in MARKUP.split(file.read_text())}
    for app in {one.partition(".")[0] for one in settings.INSTALLED_APPS}:
        for file in (ROOT / app).rglob("*.py"):
            found |= {words(text) for text in LITERAL.findall(file.read_text())}
    for file in (ROOT / "examples").rglob("*.*"):
        if file.suffix in {".md", ".py", ".html"}:
            text = file.read_text()
            parts = (*HEADING.findall(text), *MARKUP.split(text), *LITERAL.findall(text))
            found |= {words(one) for one in parts}
    return frozenset(found)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_in_a_document_stand_on_the_pages(document: str) -> None:
    text = CODE.sub(" ", (ROOT / document).read_text())
    said = {" ".join(one.split()) for one in NAMED.findall(text)} - EXAMPLES

    missing = {
        name
        for name in said
        if not all(words(part).strip(" .,:") in names() for part in name.split(" → "))
    }

    assert said
    assert missing == set()
