"""What defines a deployment, as a document for people and for another import."""

from __future__ import annotations

from collections.abc import Callable

from deployments.models import Deployment
from intake import copying
from intake.structured.plain import plain
from intake.structured.text import Format, dump
from intake.whole import Whole
from intake.writing import markdown

WRITERS: dict[str, Callable[[Whole], str]] = {
    "yaml": lambda whole: dump(plain(whole), Format.YAML),
    "json": lambda whole: dump(plain(whole), Format.JSON),
    "markdown": markdown,
}
ENDINGS = {"yaml": "yaml", "json": "json", "markdown": "md"}
TYPES = {"yaml": "application/yaml", "json": "application/json", "markdown": "text/markdown"}


def exported(deployment: Deployment, form: str) -> str:
    return WRITERS[form](copying.whole_of(deployment))


def file_name(deployment: Deployment, form: str) -> str:
    version = deployment.content_version
    return f"deployment-{deployment.pk}-{version.number if version else 0}.{ENDINGS[form]}"
