"""Where each obstacle is mended: the address that pages and answers link it to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deployments.answers import page
from deployments.blockers import Blocker
from deployments.models import Deployment


def placed(blockers: Sequence[Blocker], deployment: Deployment) -> list[Blocker]:
    """Each with the page that mends it, else with the part of the deployment that it stands in."""
    return [replace(one, link=_address(one, deployment)) for one in blockers]


def _address(one: Blocker, deployment: Deployment) -> str:
    return one.page.address(deployment) if one.page else page(deployment, one.mend)
