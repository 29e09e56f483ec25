"""Exclusive choices: words of which exactly one is chosen, told apart from steps by their words."""

import re

from intake.blocks import plain
from intake.boxes import parts_between_boxes

# The words that decide, in the languages that teams write in; a choice needs two of them.
_WORDS = (
    r"(?:conditional )?go|no[- ]?go|nogo|hold|go with (?:conditions|caveats)|yes|no|y|n|n/?a|"
    r"not applicable|pass(?:ed)?|fail(?:ed)?|approved?|rejected?|approved? with (?:conditions|"
    r"comments)|accept(?:ed)?|declined?|defer(?:red)?|postponed?|delay|proceed|abort|ok|not ok|nok|"
    r"success(?:ful)?|partial(?:ly)?|unsuccessful|true|false|roll ?back|continue|stop|"
    r"ja|nein|bestanden|nicht bestanden|genehmigt|abgelehnt|freigegeben|entfällt|oui|non|approuvé|"
    r"refusé|accepté|rejeté|sí|sì|si|aprobado|rechazado|sim|não|aprovado|reprovado|rejeitado|"
    r"approvato|respinto|rifiutato|tak|nie|zatwierdzono|odrzucono|да|нет|одобрено|отклонено|"
    r"утверждено|是|否|通过|不通过|批准|拒绝|同意|不同意|はい|いいえ|承認|却下|合格|"
    r"不合格|예|네|아니오|아니요|승인|반려|"
    r"evet|hayır|onaylandı|reddedildi|نعم|لا|موافق|مرفوض"
)
_WORD = re.compile(rf"(?:{_WORDS})")
_SPLIT = re.compile(r"\s*(?:/|\||\bor\b)\s*")
_EXPLAINED = re.compile(r"\s+[-–—]\s+|[:：(（,]")
_SPOKEN = re.compile(
    r"(?P<front>.{2,300}?)\s*[:：?？]\s*(?:\*\*)?\s*(?P<words>[^:：?？]{3,60})", re.DOTALL
)
LONGEST_WORD = 60
LONGEST = 400


def option_of(text: str) -> str | None:
    """The deciding word that a text is, with or without an explanation behind it."""
    said = _EXPLAINED.split(plain(text[:LONGEST_WORD]), maxsplit=1)[0].strip()
    word = said.strip(" _*✅❌⏸🟢🔴🟡.️").lower()
    return said[:LONGEST_WORD] if _WORD.fullmatch(word) else None


def inline_choice(text: str, *, boxed: bool) -> tuple[str, tuple[str, ...], str] | None:
    """“Decision: [x] GO [ ] NO-GO” or “Backup done: Yes / No”: title, options, ticked one."""
    if not any(mark in text for mark in ":：?？[［(☐☑☒⬜□"):
        return None
    front, *parts = parts_between_boxes(text)
    if boxed:  # the box in front was taken off already
        parts, front = [front, *parts], (False, "")
    options = [(ticked, option_of(_tidy(words))) for ticked, words in parts]
    found = [(ticked, word) for ticked, word in options if word]
    if len(found) > 1 and len(found) == len(options):
        return _titled(front[1]), tuple(word for _, word in found), _chosen(found)
    return _spoken(text) if not parts or boxed else None


def _spoken(text: str) -> tuple[str, tuple[str, ...], str] | None:
    said = _SPOKEN.fullmatch(text[:LONGEST])
    words = _SPLIT.split(said["words"].strip(" _.*")) if said else []
    if said is None or len(words) < 2 or not all(option_of(word) for word in words):
        return None
    return _titled(said["front"]), tuple(plain(word) for word in words), ""


def _chosen(found: list[tuple[bool, str]]) -> str:
    ticked = [word for is_ticked, word in found if is_ticked]
    return ticked[0] if len(ticked) == 1 else ""


def _tidy(words: str) -> str:
    return words.strip(" \t\n/|,;·•-–—_")


def _titled(front: str) -> str:
    return plain(front).strip(" :：-–—*")
