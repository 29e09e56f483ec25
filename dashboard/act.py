"""One thing that a person may do now, or the sentence why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.enums import Asks
from deployments.addresses import address
from deployments.exceptions import Refused
from deployments.models import Deployment


@dataclass(frozen=True)
class Act:
    """One button: where it leads, whether it posts at once, and the sentence why not, if so.

    Nobody is asked for an act that only changes what they already did. `asks` says what kind of
    word it is that waits for this person, `since` when it is asked for, `due` until when. A `grave`
    one looks like what it is.
    """

    label: str
    url: str
    posts: bool = False
    refusal: str = ""
    note: str = ""
    is_asked: bool = True
    asks: Asks | None = None
    due: datetime | None = None
    since: datetime | None = None
    is_grave: bool = False


def act_of(
    label: str, name: str, deployment: Deployment, refusal: Refused | None, *, posts: bool = False
) -> Act:
    url = address(name, deployment.pk)
    return Act(label, url, posts, refusal.sentence if refusal else "")
