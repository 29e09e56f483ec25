"""Evidence of each kind, and how it is added."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse

from checklists import services
from checklists.enums import EvidenceKind
from checklists.evidence import Given
from checklists.models import Evidence
from checklists.panels import checklist_panel
from deployments.models import Deployment
from tests.builders import Team

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SCRIPT = b"<script>alert(document.cookie)</script>"


def text(words: str = "All 491 rows are there") -> Given:
    return Given(EvidenceKind.TEXT, text=words)


def link(url: str) -> Given:
    return Given(EvidenceKind.LINK, url=url)


def file(name: str = "log.txt", body: bytes = b"done\n", declared: str = "text/plain") -> Given:
    return Given(EvidenceKind.FILE, file=SimpleUploadedFile(name, body, declared))


def add(deployment: Deployment, given: Given, team: Team) -> Evidence:
    item = deployment.items.get(position=1)
    return services.add_evidence(deployment.pk, item.pk, given, actor=team.member)


def address(name: str, deployment: Deployment, *more: object) -> str:
    item = deployment.items.get(position=1)
    return reverse(f"checklists:{name}", args=[deployment.pk, item.pk, *more])


def render_panel(deployment: Deployment) -> str:
    context = {**checklist_panel(deployment), "deployment": deployment}
    return render_to_string("checklists/_panel.html", {**context, "may": {"tick_items"}})
