"""Who must authorize at the end: the roles that the poll asks; they add no approval rule."""

import re
from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.reading import Authorization
from intake.recognisers.claims import Finding, by_topic, split_name
from intake.roles import known_role, role_of
from intake.topics import Topic

_PURPOSE = re.compile(r"\s+(?:for|to|on|regarding)\s+|\s+[-–—]\s+")


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        if block.kind is not BlockKind.ENTRY or place.topic is not Topic.AUTHORIZATION:
            continue
        name, purpose = split_name(block.text)
        if not name:
            name, purpose = _split_purpose(block.text)
        role = known_role(name) or (role_of(name) if place.distance == 0 and purpose else None)
        if role is not None:
            asked = Authorization(
                block.text, block.line, role.key, role.title, role.known, purpose, block.section
            )
            yield by_topic(block, place, asked)


def _split_purpose(text: str) -> tuple[str, str]:
    parts = _PURPOSE.split(text, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""
