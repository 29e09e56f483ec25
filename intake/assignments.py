"""Who does an item and by when: from its own words, what is nested in it, its column or heading."""

import re
from dataclasses import dataclass
from typing import Any

from intake.blocks import plain
from intake.moments import Moment, exact_moment, moment
from intake.roles import known_role

_OWNER_WORDS = (
    r"owners?|owned by|responsible(?: party| person| team)?|assignees?|assigned to|dri|who|"
    r"verantwortlich(?:e[rn]?)?|zuständig|responsable|responsável|responsabile|właściciel|"
    r"odpowiedzialn[ya]|ответственн(?:ый|ая)|владелец|负责人|責任者|担当者?|담당자?|sorumlu|المسؤول"
)
_DUE_WORDS = (
    r"due(?: date| by)?|deadline|when|by|tim(?:e|ing)|fällig|bis|frist|échéance|quand|vence|"
    r"vencimiento|prazo|scadenza|termin|срок|截止|期限|기한|son tarih|الموعد"
)
OWNER_LINE = re.compile(
    rf"[*_\s]*(?:{_OWNER_WORDS})\s*[*_]*\s*[:：]\s*[*_]*\s*(?P<value>\S.*)", re.IGNORECASE
)
DUE_LINE = re.compile(
    rf"[*_\s]*(?:{_DUE_WORDS})\s*[*_]*\s*[:：]\s*[*_]*\s*(?P<value>\S.*)", re.IGNORECASE
)
_OWNER_INSIDE = re.compile(
    rf"[(\[（—–|-]\s*[*_]*(?:{_OWNER_WORDS})[*_]*\s*[:：]\s*(?P<value>[^()\[\]（）|;]{{1,80}})",
    re.IGNORECASE,
)
_OWNER_AT_END = re.compile(
    rf"\b(?:{_OWNER_WORDS})\s*[:：]\s*(?P<value>[^:：;|()]{{1,80}})$", re.IGNORECASE
)
_TAG = re.compile(r"(?<![\w@/.])@(?P<value>[A-Za-z][\w-]{0,38}(?:/[\w-]{1,38})?)(?![\w@]|\.\w)")
_DUE_INSIDE = re.compile(
    rf"[(\[（—–|]\s*(?:(?:{_DUE_WORDS})\s*[:：]?\s*)?(?P<value>[^()\[\]（）|;]{{2,60}})",
    re.IGNORECASE,
)
_DUE_IN_FRONT = re.compile(r"[*`]{0,3}(?P<value>[^:：*`]{2,40})[*`]{0,3}\s*(?:[:：]|\s[-–—]\s)")
_NUMBER = re.compile(r"\d|\b(?:an?|one|two|three|eine[nr]?|zwei|une?|una|uma|day|jour)\b")
LONGEST = 600


@dataclass(frozen=True, slots=True)
class Assignment:
    """`owner` as it is written, `owner_role` its key where it is a known role; due in seconds."""

    owner: str = ""
    owner_role: str | None = None
    due_anchor: str = ""
    due_offset: int | None = None

    def said(self) -> dict[str, Any]:
        return {
            "owner": self.owner, "owner_role": self.owner_role,
            "due_anchor": self.due_anchor, "due_offset": self.due_offset,
        }  # fmt: skip


def assignment(owner: str, due: Moment | None) -> Assignment:
    owner = plain(owner).strip(" *_.,@")[:80]
    role = known_role(owner.replace("-", " ")) if owner else None
    return Assignment(
        owner, role.key if role else None, due.anchor if due else "", due.offset if due else None
    )


def owner_line(text: str) -> str:
    """What a line says that says only who: “Owner: Operations”."""
    found = OWNER_LINE.fullmatch(text[:LONGEST])
    return found["value"] if found else ""


def due_line(text: str) -> Moment | None:
    found = DUE_LINE.fullmatch(text[:LONGEST])
    return moment(found["value"]) if found else None


def owner_inside(text: str) -> str:
    """The owner that an item names in brackets, at its end or as a tag."""
    if not any(mark in text for mark in "@:："):
        return ""
    words = plain(text[:LONGEST])
    for pattern in (_OWNER_INSIDE, _OWNER_AT_END, _TAG):
        found = pattern.search(words)
        if found:
            return found["value"].strip()
    return ""


def due_inside(text: str) -> Moment | None:
    """When an item is due: in front (“T-2h: …”), in brackets or at its end."""
    if _NUMBER.search(text.lower()) is None:
        return None
    words = plain(text[:LONGEST])
    front = _DUE_IN_FRONT.match(words)
    found = exact_moment(front["value"]) if front else None
    for bracket in _DUE_INSIDE.finditer(words):
        found = found or exact_moment(bracket["value"])
    said = DUE_AT_END.search(words)
    return found or (moment(said["value"]) if said else None)


DUE_AT_END = re.compile(
    r"\b(?:due|deadline|by|fällig|bis|срок|截止|"
    r"期限)\s*[:：]?\s*(?P<value>[^:：;|()]{2,60})$",
    re.IGNORECASE,
)
