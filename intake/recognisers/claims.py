"""The shape in which a recogniser says what it read, and words that several of them share."""

import re
from dataclasses import dataclass

from intake.blocks import Block, plain
from intake.reading import Entry
from intake.topics import Place

# A word of each way to say it is looked for first: most lines have none of them.
HINTS = (
    "option", "nice", "if ", "faculta", "opcional", "facolta", "opcjonaln", "необяз", "可选",
    "任意", "선택", "isteğe", "اختيار",
)  # fmt: skip
OPTIONAL = re.compile(
    r"\boptional(?:ly)?\b|\bnice[ -]to[ -]have\b|\bif (?:applicable|needed|necessary)\b|"
    r"\bfacultatif\b|\bopcional\b|\bfacoltativo\b|\bopcjonaln|\bнеобязательно\b|可选|"
    r"任意|선택 사항|isteğe bağlı|اختياري"
)
LONGEST_NAME = 80

# How surely: by structure alone, by words in the label or heading, by words further up.
CERTAIN, LIKELY, POSSIBLE, WEAK = 1.0, 0.9, 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Finding:
    """A block, and the entries it became; none means that it gives structure or is of `kind`."""

    block: Block
    entries: tuple[Entry, ...]
    reason: str
    confidence: float
    kind: str = ""


def by_topic(block: Block, place: Place, *entries: Entry) -> Finding:
    """Claim a block because of the words above it."""
    where = ("its list", "its heading")[place.distance] if place.distance < 2 else "a heading above"
    reason = f"{where} speaks of {place.topic}"
    return Finding(block, entries, reason, LIKELY if place.distance < 2 else POSSIBLE)


def is_required(text: str) -> bool:
    words = text.lower()
    return not any(hint in words for hint in HINTS) or OPTIONAL.search(words) is None


def split_name(text: str) -> tuple[str, str]:
    """Part “Name: what about it” at its first colon; without a short name in front, no name."""
    name, colon, rest = text.replace("：", ":").partition(":")
    if not colon or len(name) > LONGEST_NAME or rest.startswith("//"):
        return "", text
    return plain(name), rest.strip().removeprefix("**").strip()
