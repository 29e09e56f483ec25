"""Hostile text in every column that holds words of people, machines or documents.

Written into the tables themselves: what a form or the API refuses today may be there from earlier,
and a page must not rely on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, connections, models, transaction

from accounts.models import User
from tests.e2e.payloads import written

OWNER = "owner"  # the role that may change what is append-only
APPS = {
    "accounts", "api", "approvals", "audit", "checklists", "communications", "connections",
    "deployments", "gates", "intake", "monitoring",
}  # fmt: skip
# Columns whose words no page, mail, file or answer has, each with the reason.
NOT_DRAWN: dict[str, str] = {
    "Report.source_link": "its sample has the same link, which is drawn",
    "TryOut.unit": "what was found has the unit that is drawn",
    "AccountLetter.address": "compared with that of its person, to whom it goes",
    "OptOut.address": "looked up by an address that somebody else wrote",
    "Trial.address": "goes to the mail server alone; its text is that of any copy",
    "Waiver.signed_role": "kept with the row; whoever signed is named by their own name",
    "Outbox.last_error": "for the log of the workers alone; no page tells of the outbox's errors",
}
# Where such a column has words, a page shows them in place of all others.
ONLY_WHERE_SAID = {"problem"}
WEB = "https://elsewhere.example/"
NOT_QUOTED = str.maketrans({" ": "/", '"': "'", "\\": "/"})
LONGEST_LOCAL = 200
LINE = 2000  # of a document, and the number of the payload
Field: TypeAlias = "models.Field[Any, Any]"
Writing: TypeAlias = Callable[[str, int, int | None], str]
# No words of anybody: made or looked up by the portal, so that another value is another thing.
MADE_HERE = {
    "key", "kind", "zone", "language", "hash", "content_hash", "schedule_hash", "previous_hash",
    "event_head", "secret_hash", "body_hash", "sha256", "prefix", "secret", "old_secret",
    "sealed_secret", "sealed_credential", "delivery_id", "mail_id", "entry", "content_type",
    "means", "asked_means", "signed_means", "authenticated_by", "verb", "object_kind", "object_id",
    "chain", "probe_version", "password", "red_state", "question", "what", "runs",
    "ShareLink.digest", "CalendarFeed.digest", "Tick.name", "Checkpoint.public_key",
    "Checkpoint.statement", "Checkpoint.signature", "Export.file", "sealed_address",
    "connection_key",
}  # fmt: skip
# Read by a parser of their own before they are kept, and read again when they are shown.
PARSED = {
    "condition", "clears", "base_url", "authorities", "permitted_ranges", "settings",
    "Metric.unit", "Series.unit", "Freeze.rule",
}  # fmt: skip


def text_fields() -> list[tuple[type[models.Model], Field]]:
    """A new model's texts are among them without being listed."""
    return [
        (model, field)
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        and not {field.name, f"{model.__name__}.{field.name}"} & (MADE_HERE | PARSED)
    ]


def disarm() -> None:
    """Let the texts of what is append-only be changed, in the database of this test alone."""
    with connections[OWNER].cursor() as cursor:
        for table in {model._meta.db_table for model, _ in text_fields()}:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


def fill(payloads: Sequence[str], write: Writing = written) -> None:
    """Each field gets the next of them, with the number of the field in it."""
    for number, (model, field) in enumerate(text_fields()):
        payload = payloads[number % len(payloads)]
        rows = model._base_manager.using(OWNER)
        if isinstance(field, models.JSONField):
            _fill_leaves(rows, field, write(payload, number, None))
        else:
            _fill_column(rows, field, write(payload, number, field.max_length))
    # Where somebody gave no name to be shown, the one of two parts is.
    auditors = User.objects.using(OWNER).filter(groups__name="service:storage-layer:auditor")
    auditors.update(display_name="")
    team = Group.objects.using(OWNER).filter(name__contains="(").order_by("pk")
    (team or Group.objects.using(OWNER).filter(name="Night shift")).update(
        name=write(payloads[0], 900, 150)
    )


def _fill_column(rows: models.QuerySet[Any], field: Field, text: str) -> None:
    """Everywhere if the table's rules allow it, else where something is written already.

    Where a rule wants a link, it is one; where each has to be another, it is.
    """
    spoken = rows.exclude(**{field.name: ""})
    if isinstance(field, models.EmailField):
        _fill_addresses(spoken, field, text)
        return
    every = spoken if field.name in ONLY_WHERE_SAID else rows
    for some, said in ((every, text), (spoken, text), (spoken, f"{WEB}{text}"[: field.max_length])):
        if _is_kept(partial(some.update, **{field.name: said})):
            return
    for row in spoken:
        fitting = text[: (field.max_length or 500) - 8] + f" {row.pk}"
        rows.filter(pk=row.pk).update(**{field.name: fitting})


def _fill_addresses(spoken: models.QuerySet[Any], field: Field, text: str) -> None:
    """What is quoted before the sign of an address may be nearly anything (RFC 5321)."""
    quoted = text.translate(NOT_QUOTED)
    number = re.search(r"\((\d+)\)", text)
    if not quoted.isascii() or not quoted.isprintable() or len(quoted) > LONGEST_LOCAL:
        quoted = f"<img/src/onerror=pwned({number and number[1]})>"
    for row in spoken:
        spoken.filter(pk=row.pk).update(**{field.name: f'"{quoted}"@{row.pk}.example'})


def _is_kept(change: Callable[[], int]) -> bool:
    try:
        with transaction.atomic(OWNER):
            change()
    except IntegrityError:
        return False
    return True


def _fill_leaves(rows: models.QuerySet[Any], field: Field, text: str) -> None:
    for pk, value in rows.values_list("pk", field.name):
        if (poisoned := _poisoned(value, text)) != value:
            rows.filter(pk=pk).update(**{field.name: poisoned})


def _poisoned(value: Any, text: str) -> Any:
    """Sentences give way, words that the portal itself wrote stay."""
    if isinstance(value, dict):
        return {key: _poisoned(one, text) for key, one in value.items()}
    if isinstance(value, list):
        return [_poisoned(one, text) for one in value]
    return text if isinstance(value, str) and (" " in value or "(" in value) else value


def hostile_document(payloads: tuple[str, ...]) -> Iterator[str]:
    """A checklist in Markdown whose every line tries."""
    yield "# Hostile"
    yield "**Target Environment**: Production"
    for number, payload in enumerate(payloads):
        line = " ".join(written(payload, LINE + number).split())
        yield f"- [ ] {line}"
