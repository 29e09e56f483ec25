"""The facts of a deployment that a person may change while it is being planned."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from deployments.described import Described
from deployments.models import Deployment


@dataclass(frozen=True)
class Facts(Described):
    """All of it but lead and authors is signed.

    Authors wrote what is shipped, so they never sign it.
    """

    package: str
    branch: str
    commit: str
    digest: str
    lead: User
    authors: frozenset[User]

    @classmethod
    def of(cls, deployment: Deployment) -> Facts:
        return cls(
            package=deployment.package,
            branch=deployment.branch,
            commit=deployment.commit,
            digest=deployment.digest,
            lead=deployment.lead,
            authors=frozenset(deployment.authors.all()),
        )

    def plain(self) -> dict[str, str]:
        return {
            "package": self.package,
            "branch": self.branch,
            "commit": self.commit,
            "digest": self.digest,
            "lead": self.lead.username,
            "authors": ", ".join(sorted(one.username for one in self.authors)),
        }
