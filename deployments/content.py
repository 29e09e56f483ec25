"""What is signed: each app hands over its definitions, and every real change is a new version."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from deployments import clock, history
from deployments.canonical import digest
from deployments.models import ContentVersion, Deployment

Collector = Callable[[Deployment], Any]
_collectors: dict[str, Collector] = {}


def register(part: str, collect: Collector) -> None:
    """Have `collect` hand over one part of the content as plain data, in a fixed order."""
    _collectors[part] = collect


def facts(deployment: Deployment) -> dict[str, str]:
    return {
        "package": deployment.package,
        "branch": deployment.branch,
        "commit": deployment.commit,
        "digest": deployment.digest,
        "service": deployment.service.key,
        "environment": deployment.environment.key,
    }


def collect(deployment: Deployment) -> dict[str, Any]:
    parts = {part: give(deployment) for part, give in sorted(_collectors.items())}
    return {"deployment": facts(deployment), **parts}


def refresh(deployment: Deployment, actor: User) -> bool:
    """Store a new content version if the content really changed; True says that it did.

    Called by every service that saved a definition, under the deployment's lock.
    """
    content = collect(deployment)
    fresh = digest(content)
    if fresh == deployment.content_hash:
        return False
    version = ContentVersion.objects.create(
        deployment=deployment,
        number=deployment.versions.count() + 1,
        hash=fresh,
        content=content,
        author=actor,
        created_at=clock.now(),
    )
    before = deployment.content_hash
    deployment.content_version = version
    deployment.save(update_fields=["content_version"])
    history.record(
        deployment,
        "content changed",
        actor=actor,
        obj=version,
        before={"content": before},
        after={"content": fresh, "version": version.number},
    )
    return True


def schedule_hash(deployment: Deployment) -> str:
    """The hash of T0, window end and zone, which votes and decisions store beside the content's."""
    return digest(
        {
            "t0": deployment.t0.isoformat() if deployment.t0 else None,
            "window_end": deployment.window_end.isoformat() if deployment.window_end else None,
            "zone": deployment.zone,
        }
    )
