"""When GO was given, as a moment from which due times are counted."""

from collections.abc import Sequence
from datetime import datetime

from approvals.enums import Verdict
from approvals.models import Decision
from deployments.models import Deployment


def decided_at(deployments: Sequence[Deployment]) -> dict[int, datetime]:
    """Only of a GO that no later decision replaced."""
    standing = Decision.objects.filter(
        deployment__in=deployments, replaced_by=None, verdict=Verdict.GO
    )
    return dict(standing.values_list("deployment_id", "at"))
