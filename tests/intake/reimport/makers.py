"""A document, a deployment that was made of it, and the document as it is brought again."""

from __future__ import annotations

from typing import Any

from checklists import services as checklists
from checklists.enums import EvidenceKind, ItemState
from checklists.evidence import Given
from checklists.models import Item
from deployments.models import Deployment
from intake.models import SourceDocument
from intake.reimport.services import difference, reimport
from intake.review import services as review
from intake.services import import_document
from tests.builders import Team

SOURCE = """# Release 8

**Target Environment**: Production
**Branch**: release-8

## Before
- [ ] Back up the database
- [ ] Tell the support team
- [ ] Read the runbook once more

## Quality gates
- [ ] Tests pass: 491/491
- [ ] Coverage: 86 % (> 85 % target)

## Deployment steps
1. Stop the workers
2. Deploy the service
3. Start the workers

## Communication
- 24h before: Notice to all stakeholders
- 2h before: Final go/no-go

## Sign-off
- [ ] Security: no open findings
- [ ] Operations: the team is ready
"""


def draft(team: Team, source: str = SOURCE) -> Deployment:
    return import_document(
        source.encode(), "release.md", service=team.service.key, actor=team.release_manager
    )


def changed(*edits: tuple[str, str]) -> str:
    source = SOURCE
    for before, after in edits:
        assert before in source
        source = source.replace(before, after)
    return source


def brought(team: Team, source: str, name: str = "release.md") -> SourceDocument:
    return review.upload(source.encode(), name, service=team.service, actor=team.release_manager)


def apply(team: Team, deployment: Deployment, source: str, name: str = "release.md") -> Any:
    document = brought(team, source, name)
    seen = difference(document, deployment).fingerprint
    return reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)


def item(deployment: Deployment, text: str) -> Item:
    return deployment.items.get(text__contains=text)


def confirm(team: Team, deployment: Deployment, text: str) -> None:
    pk = item(deployment, text).pk
    checklists.set_state(deployment.pk, pk, ItemState.DONE, actor=team.release_manager)


def prove(team: Team, deployment: Deployment, text: str) -> None:
    given_ = Given(EvidenceKind.TEXT, text="backup-0815 is complete")
    pk = item(deployment, text).pk
    checklists.add_evidence(deployment.pk, pk, given_, actor=team.release_manager)
