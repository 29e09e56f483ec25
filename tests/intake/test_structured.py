"""The structured form: what goes out comes in again as the same content, and nothing else does."""

from __future__ import annotations

import json
from datetime import time, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from jsonschema import Draft202012Validator

from communications.definitions import PlanLine
from deployments import content, services
from deployments.exceptions import Invalid
from deployments.models import Deployment
from intake import copying, whole
from intake.exporting import exported
from intake.services import import_document
from intake.structured import documents
from intake.structured.plain import plain
from intake.structured.schema import DOCUMENT
from intake.structured.text import Format
from intake.understanding import understood
from intake.whole import Whole
from intake.writing import markdown
from tests.builders import Team, make_deployment, signed_in
from tests.intake.makers import wholes

EXAMPLE = settings.BASE_DIR / "examples" / "sprint-001.md"
SCHEMA = settings.BASE_DIR / "docs" / "schema" / "deployment.schema.json"
LEAST = {"version": 1, "deployment": {"package": "P", "environment": "production"}}


def made_of(team: Team, given: Whole) -> Deployment:
    deployment = services.create_deployment(
        team.service, team.environment, package="Storage “layer”: 1.4", branch="0123", commit="1e5",
        requester=team.release_manager,
    )  # fmt: skip
    whole.write(deployment, given)
    content.refresh(deployment, team.release_manager)
    return deployment


def again(deployment: Deployment, form: str, team: Team) -> Deployment:
    source = exported(deployment, form).encode()
    return import_document(
        source, f"plan.{form}", service="storage-layer", actor=team.release_manager
    )


@pytest.mark.django_db
@hypothesis(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(given_=wholes())
def test_export_and_import_is_the_same_content(team: Team, given_: Whole) -> None:
    with transaction.atomic():
        deployment = made_of(team, given_)
        for form in Format:
            copy = again(deployment, form, team)
            assert content.collect(copy) == content.collect(deployment)
            assert copy.content_hash == deployment.content_hash
            assert exported(copy, form) == exported(deployment, form)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_markdown_document_goes_out_and_in_with_the_same_content(team: Team) -> None:
    first = import_document(
        EXAMPLE.read_bytes(), EXAMPLE.name, service=team.service.key, actor=team.release_manager
    )
    for form in Format:
        assert again(first, form, team).content_hash == first.content_hash


@pytest.mark.django_db
def test_what_is_exported_names_no_person_and_no_time(team: Team) -> None:
    deployment = make_deployment(team)
    deployment.items.update(owner=team.member)
    said = json.loads(exported(deployment, "json"))
    assert sorted(said) == ["deployment", "roles", "rules", "sections", "version"]
    assert said["deployment"] == {
        "package": "Storage layer 1.4", "branch": "release-1.4", "commit": "0a1b2c3d",
        "service": "storage-layer", "environment": "production",
    }  # fmt: skip
    assert said["sections"][0] == {
        "path": ["Preparation"],
        "items": [{"key": "back-up-the-database", "text": "Back up the database"}],
    }
    assert "member" not in exported(deployment, "yaml")


def test_published_schema_is_the_one_that_documents_are_held_to() -> None:
    Draft202012Validator.check_schema(DOCUMENT)
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == DOCUMENT


def refusal_of(change: dict[str, Any] | str, form: str = "json") -> str:
    text = change if isinstance(change, str) else json.dumps({**LEAST, **change})
    with pytest.raises(Invalid) as refused:
        understood(text.encode(), f"plan.{form}")
    return refused.value.sentence


LINE = {"kind": "notice", "anchor": "t0", "offset_seconds": 0, "title": "Notice"}
ITEMS = {"sections": [{"path": ["A"], "items": [{"text": "One", "key": "one"}]}]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"versoin": 1}, "“the document” has the unknown key “versoin”; known are: version, "),
        ({"version": 2}, "“version” must be 1; this portal reads no other."),
        ({"deployment": {"commit": 12}}, "“deployment.commit” must be text in quotes."),
        ({"sections": [{}]}, "“sections[0]” names no “path”; add it."),
        (
            {"sections": [{"path": [], "items": [{"text": "a", "ownr": "b"}]}]},
            "“sections[0].items[0]” has the unknown key “ownr”; known are: key, text, ",
        ),
        ({"gates": [{"title": "x" * 301}]}, "“gates[0].title” has 301 characters; 300 "),
        ({"gates": [{"title": "x", "kind": "ftp"}]}, "“gates[0].kind” must be one of: http, "),
        ({"rules": [{"role": "a b"}]}, "“rules[0].role” must be a key: letters, digits, "),
        ({"rules": [{"role": "a", "count": 0}]}, "“rules[0].count” is 0; 1 is the least."),
        ({"roles": {"a": " "}}, "“roles.a” is empty; write what it is about."),
        (
            {"targets": [{"text": "t", "condition": "it is fine"}]},
            "“targets[0].condition”: ",
        ),
        (
            {"sections": [{"path": [], "items": [{"text": "a", "after": ["b"]}]}]},
            "“sections[0].items[0].after” names “b”, which is the key of no item here.",
        ),
        (
            {"sections": [*ITEMS["sections"], *ITEMS["sections"]]},
            "“sections[1].items[0]” has the key “one” of “sections[0].items[0]”; ",
        ),
        (
            {"sections": [{"path": [], "items": [{"text": "a", "key": "a", "after": ["a"]}]}]},
            "An item cannot come before itself: “a” after “a”.",
        ),
        (
            {"sections": [{"path": [], "items": [{"text": "a", "choices": ["GO", "go"]}]}]},
            "“sections[0].items[0].choices” needs at least two words, each of them once.",
        ),
        (
            {"messages": [{**LINE, "day": -1}]},
            "“messages[0]” names a day or a time of the day alone; it takes both.",
        ),
        (
            {"messages": [{**LINE, "day": -1, "at": "24:00"}]},
            "“messages[0].at” must be a time of the day such as “09:00”.",
        ),
        (
            {"messages": [{**LINE, "offset_seconds": 1800}]},
            "“messages[0]” would never leave: “Notice before the deployment” is of use before T0 "
            "only; choose a time before it.",
        ),
        (
            {"messages": [{**LINE, "addresses": ["press"]}]},
            "“messages[0].addresses[0]” must be a mail address.",
        ),
        (
            {"sections": [{"path": [], "items": [{"text": "a", "phase": "rollback"}]}]},
            "“sections[0].items[0].phase” does not fit: ",
        ),
        ({"polled": [{"role": "a"}] * 2}, "“polled” names the role “a” 2 times; once is enough."),
        ({"sections": [{"path": ["a\0b"]}]}, "“sections[0].path[0]” contains a NUL character"),
        ({"sections": [{"path": ["\ud800"]}]}, "“sections[0].path[0]” contains half of"),
        ({"watch_seconds": 2**60}, "“watch_seconds” is too large a number."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_sentence_with_its_path(
    change: dict[str, Any], sentence: str
) -> None:
    assert refusal_of(change).startswith(sentence)


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "form", "sentence"),
    [
        ("[]", "json", "“the document” must be a mapping."),
        ("{", "json", "Line 1: this is no JSON ("),
        ('{"a": 1, "a": 2}', "json", "“a” stands twice in one object; keep one of them."),
        ("[" * 100_000, "json", "The document is nested deeper than 30 levels"),
        ("[" * 40 + "]" * 40, "json", "“"),
        ('{"a": NaN}', "json", "“a” is no number that can be kept."),
        ("1" * 5000, "json", "The document has a number or a date that nobody can read."),
        (BOMB, "yaml", "Line 1: anchors and aliases (& and *) are not read; write it out."),
        ("- " * 100_000, "yaml", "The document is nested deeper than 30 levels"),
        ("a: 1\na: 2", "yaml", "“a” stands twice in one mapping; keep one of them."),
        ("a: [", "yaml", "Line 2: this is no YAML ("),
        ("a: !!python/object:os.system x", "yaml", "Line 1: this is no YAML (could not determine"),
        ("a: 2026-03-14", "yaml", "“a” is neither text nor a number; put it in quotes."),
        ("a: 2026-99-99", "yaml", "The document has a number or a date that nobody can read."),
        ("1: a", "yaml", "“1” is no name in text."),
        ("---\na: 1\n---\nb: 2", "yaml", "Line 3: this is no YAML (but found another document)."),
        ("a: \x01", "yaml", "The document has characters that YAML does not allow."),
        ("just words", "yaml", "“the document” must be a mapping."),
    ],
)  # fmt: skip
def test_text_that_is_no_document_is_refused_in_one_sentence(
    text: str, form: str, sentence: str
) -> None:
    assert refusal_of(text, form).startswith(sentence)


@pytest.mark.django_db
def test_key_that_is_left_out_is_made_from_the_text(team: Team) -> None:
    said = {
        **LEAST,
        "sections": [{"path": [], "items": [{"text": "Back up"}, {"text": "x", "key": "back-up"}]}],
        "rules": [{"role": "security"}, {"role": "legal", "key": "security"}],
        "gates": [{"title": "Tests"}],
    }
    made = import_document(
        json.dumps(said).encode(), "plan.json", service="storage-layer", actor=team.release_manager
    )
    assert list(made.items.order_by("position").values_list("key", flat=True)) == [
        "back-up-2", "back-up",
    ]  # fmt: skip
    assert list(made.rules.values_list("key", "role__title")) == [
        ("security-2", "Security"), ("security", "Legal"),
    ]  # fmt: skip
    assert made.gates.get().freshness.total_seconds() == 24 * 3600
    assert made.message_plan.count() == 6


@pytest.mark.django_db
def test_upload_page_takes_yaml_and_refuses_with_the_path(team: Team) -> None:
    client = signed_in(team.release_manager)
    source = exported(make_deployment(team), "yaml")

    def send(text: str) -> Any:
        file = SimpleUploadedFile("plan.yaml", text.encode())
        return client.post("/import/", {"service": "storage-layer", "document": file})

    refused = send(source.replace("path:", "paht:"))
    assert refused.status_code == 422
    assert "“sections[0]” has the unknown key “paht”" in unescape(refused.content.decode())
    assert Deployment.objects.count() == 1
    review = send(source)
    assert client.post(f"{review['Location']}create/").status_code == 302
    first, second = Deployment.objects.order_by("pk")
    assert second.content_hash == first.content_hash
    assert bytes(second.source_documents.get().body) == source.encode()


def test_dry_run_of_a_structured_document_counts_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(json.dumps({**LEAST, **ITEMS, "gates": [{"title": "Tests"}]}))
    call_command("intake", file, dry_run=True)
    assert capsys.readouterr().out.splitlines()[:3] == [
        "    1 sections", "    1 items", "    1 gates",
    ]  # fmt: skip


@pytest.mark.django_db
def test_markdown_says_calendar_time_in_words_beside_the_nearest_days() -> None:
    line = PlanLine("notice", "t0", timedelta(0), "Notice", day=-1, at=time(9))
    assert "- 24 h before: Notice (the day before T0 at 09:00)\n" in markdown(
        Whole(messages=[line])
    )


@pytest.mark.parametrize("form", ["yaml", "json", "markdown"])
def test_command_prints_the_document(
    team: Team, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment = make_deployment(team)
    call_command("export_deployment", deployment.pk, format=form)
    assert capsys.readouterr().out == exported(deployment, form)
    with pytest.raises(CommandError, match="There is no deployment 0"):
        call_command("export_deployment", 0)


@pytest.mark.django_db
def test_markdown_that_is_exported_reads_back_with_the_same_counts(team: Team) -> None:
    first = import_document(
        EXAMPLE.read_bytes(), EXAMPLE.name, service=team.service.key, actor=team.release_manager
    )
    back = again(first, "markdown", team)

    def counts(one: Deployment) -> dict[str, int]:
        kinds = ("check", "step", "rollback_step", "criterion")
        return {
            **{kind: one.items.filter(kind=kind).count() for kind in kinds},
            "rules": one.rules.count(),
            "triggers": one.triggers.count(),
            "gates": one.gates.count(),
        }

    assert counts(back) == counts(first)


@pytest.mark.django_db
def test_copy_and_export_read_the_same_definitions(team: Team) -> None:
    deployment = make_deployment(team)
    said = plain(copying.whole_of(deployment))
    assert plain(documents.whole_of(said)) == said
