"""The link to what a report was made from: one for people to follow, and nothing else."""

from deployments.exceptions import Invalid, Refused

FOLLOWED = ("http://", "https://")


def is_web_link(link: str) -> bool:
    return link.startswith(FOLLOWED)


def refusal_of_link(link: str) -> Refused | None:
    """An empty one is none."""
    if not link or is_web_link(link):
        return None
    return Invalid("The link to the source starts with https:// or http://.")
