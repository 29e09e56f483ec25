"""What the words above a line say it is about: its topic and its phase.

The nearest words win: the label of the list, then the heading, then the headings above that.
Lines without any such words still become items; no English word is needed for that.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LONGEST = 300


class Topic(StrEnum):
    AUTHORIZATION = "authorization"
    TRIGGERS = "rollback triggers"
    ROLLBACK = "rollback steps"
    ALERTS = "alerts"
    WIDGETS = "dashboard widgets"
    CRITERIA = "success criteria"
    APPROVALS = "approvals"
    MESSAGES = "messages"
    GATES = "quality gates"
    TARGETS = "targets"
    METRICS = "metrics"
    STEPS = "steps"
    CHECKS = "checks"


_BACK = r"\b(?:rollback|roll(?:ing)?[ -]back|back[ -]?out|revert(?:ing)?)\b"
_WHEN = r"\b(?:triggers?|criteria|conditions?|decision|if|when|thresholds?)\b"
# Asked in this order; the first that fits a text is its topic.
_TOPICS: tuple[tuple[Topic, str], ...] = (
    (Topic.AUTHORIZATION, r"\bauthori[sz](?:ation|ations|ed by)\b"),
    (Topic.TRIGGERS, rf"{_BACK}.*{_WHEN}|{_WHEN}.*{_BACK}"),
    (Topic.ROLLBACK, rf"{_BACK}"),
    (Topic.ALERTS, r"\balert(?:s|ing)?\b"),
    (Topic.WIDGETS, r"\bwidgets?\b|\bdashboards?\b"),
    (Topic.CRITERIA, r"\bsuccess\b.*\b(?:criteria|metrics?|validation|measures?)\b"),
    (Topic.CRITERIA, r"\bacceptance criteria\b|\bcriteria (?:for|of) success\b"),
    (Topic.APPROVALS, r"\bapprov(?:als?|ers?)\b|\bsign[ -]?offs?\b|\bsignatures?\b"),
    (Topic.MESSAGES, r"\bcommunications?\b|\bnotifications?\b|\bannouncements?\b"),
    (Topic.GATES, r"\bquality (?:gates?|checklist|checks?)\b|\bgates?\b"),
    (Topic.TARGETS, r"\btargets?\b|\bslos?\b"),
    (Topic.METRICS, r"\bmetrics?\b|\bkpis?\b"),
    (Topic.CHECKS, r"\bcheck ?lists?\b|\bprerequisites?\b"),
    (Topic.STEPS, r"\bsteps?\b|\bsequence\b|\brunbook\b|\bexecution\b|\bcut-?over\b"),
)
_TOPIC_PATTERNS = tuple((topic, re.compile(words)) for topic, words in _TOPICS)

_LIVE = r"(?:deploy\w*|releas\w*|launch\w*|go[ -]?live|production|rollout)"
_PHASES = (
    ("after", re.compile(rf"\b(?:post|after)[ -]?(?:the )?{_LIVE}|^after\b")),
    ("before", re.compile(rf"\b(?:pre|before)[ -]?(?:the )?{_LIVE}|^before\b|\bprerequisites?\b")),
    ("during", re.compile(rf"\bduring\b|\b{_LIVE} (?:steps|execution|sequence|day)\b")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """`distance` is 0 when the label said the topic, 1 for the heading, more for those above."""

    topic: Topic | None
    distance: int
    phase: str | None


@lru_cache(maxsize=4096)
def topic_of(text: str) -> Topic | None:
    words = text[:LONGEST].lower().replace("_", " ")
    return next((topic for topic, pattern in _TOPIC_PATTERNS if pattern.search(words)), None)


@lru_cache(maxsize=4096)
def phase_of(text: str) -> str | None:
    words = text[:LONGEST].lower().replace("_", " ")
    return next((phase for phase, pattern in _PHASES if pattern.search(words)), None)


def place_of(texts: list[str]) -> Place:
    """Judge the words above a line, nearest first."""
    topic, distance = None, len(texts)
    for index, text in enumerate(texts):
        topic = topic_of(text)
        if topic is not None:
            distance = index
            break
    phase = next((found for found in map(phase_of, texts) if found), None)
    return Place(topic, distance, phase)
