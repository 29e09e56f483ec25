"""Approvals: who signs, and what they take responsibility for."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, Box
from intake.context import Context
from intake.reading import Approval
from intake.recognisers.claims import Finding, by_topic, split_name
from intake.roles import Role, known_role, role_of
from intake.topics import Topic

MOST_WORDS_OF_A_ROLE = 5


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        if block.kind is not BlockKind.ENTRY or place.topic is not Topic.APPROVALS:
            continue
        name, statement = split_name(block.text)
        role = _role(name) if name else known_role(block.text)
        if role is None or (block.box is None and not role.known):
            continue
        approval = Approval(
            text=block.text, line=block.line, role=role.key, role_title=role.title,
            known_role=role.known, statement=statement, section=block.section,
            done=block.box is Box.DONE,
        )  # fmt: skip
        yield by_topic(block, place, approval)


def _role(name: str) -> Role | None:
    """A name of a few words in front of a colon is a role, known or not."""
    return role_of(name) if len(name.split()) <= MOST_WORDS_OF_A_ROLE else None
