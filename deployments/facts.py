"""The facts of a deployment that a person may change while it is being planned."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from deployments.canonical import digest
from deployments.models import Deployment


@dataclass(frozen=True)
class Facts:
    """All of it but the lead is signed."""

    package: str
    branch: str
    commit: str
    digest: str
    lead: User

    @classmethod
    def of(cls, deployment: Deployment) -> Facts:
        return cls(
            package=deployment.package,
            branch=deployment.branch,
            commit=deployment.commit,
            digest=deployment.digest,
            lead=deployment.lead,
        )

    def plain(self) -> dict[str, str]:
        return {
            "package": self.package,
            "branch": self.branch,
            "commit": self.commit,
            "digest": self.digest,
            "lead": self.lead.username,
        }

    @property
    def fingerprint(self) -> str:
        """What a form carries to say which facts it was drawn from, the lead included."""
        return digest(self.plain())
