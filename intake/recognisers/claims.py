"""The shape in which a recogniser says what it read, and words that several of them share."""

import re
from dataclasses import dataclass

from intake.blocks import Block, plain
from intake.reading import Entry
from intake.topics import Place

OPTIONAL = re.compile(
    r"\boptional(?:ly)?\b|\bnice[ -]to[ -]have\b|\bif (?:applicable|needed|necessary)\b",
    re.IGNORECASE,
)
LONGEST_NAME = 80

# How surely: by structure alone, by words in the label or heading, by words further up.
CERTAIN, LIKELY, POSSIBLE, WEAK = 100, 90, 70, 40


@dataclass(frozen=True, slots=True)
class Finding:
    """A block, and the entries it became; none means that it only gives structure."""

    block: Block
    entries: tuple[Entry, ...]
    reason: str
    confidence: int


def by_topic(block: Block, place: Place, *entries: Entry) -> Finding:
    """Claim a block because of the words above it."""
    where = ("its list", "its heading")[place.distance] if place.distance < 2 else "a heading above"
    reason = f"{where} speaks of {place.topic}"
    return Finding(block, entries, reason, LIKELY if place.distance < 2 else POSSIBLE)


def is_required(text: str) -> bool:
    return OPTIONAL.search(text) is None


def split_name(text: str) -> tuple[str, str]:
    """Part “Name: what about it” at its first colon; without a short name in front, no name."""
    name, colon, rest = text.replace("：", ":").partition(":")
    if not colon or len(name) > LONGEST_NAME or rest.startswith("//"):
        return "", text
    return plain(name), rest.strip().removeprefix("**").strip()
