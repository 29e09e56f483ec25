"""From the words for a role to the portal's key; an unknown role is kept by its name."""

import re
from dataclasses import dataclass

from intake.blocks import plain, slug

LONGEST = 80

# Asked in this order; a whole-word match at the start of the text decides.
_WORDS: tuple[tuple[str, str], ...] = (
    ("product_owner", r"product (?:owner|manager|lead|team)|product management|po|pm"),
    ("product_owner", r"produktverantwortliche[rn]?|responsable (?:de )?produ(?:it|cto)"),
    ("technical_lead", r"(?:tech|technical|engineering|development|dev|team) (?:lead|leader|head)"),
    ("technical_lead", r"lead (?:engineer|developer)|(?:solution |software )?architect"),
    ("technical_lead", r"technische leitung|responsable technique|líder técnico"),
    ("security", r"(?:information |it )?security(?: (?:team|officer|lead|engineer|review))?"),
    ("security", r"infosec|ciso|it-sicherheit|sécurité|seguridad|segurança"),
    ("operations", r"(?:it )?operations?(?: (?:team|lead|manager|engineer))?|dev ?ops(?: \w+)?"),
    ("operations", r"ops(?: (?:team|lead))?|sre(?: (?:team|lead))?|(?:platform|infra) team"),
    ("operations", r"infrastructure(?: team)?|betrieb|exploitation|operaciones|operações"),
    ("business", r"business (?:stakeholders?|owner|sponsor|lead|team|users?)|stakeholders?"),
    ("business", r"(?:executive )?sponsor|fachbereich|métier|negocio|negócios|business"),
)
_PATTERNS = tuple((key, re.compile(rf"(?:the )?(?:{words})s?\b")) for key, words in _WORDS)


@dataclass(frozen=True, slots=True)
class Role:
    """`known` says that the key is one of the portal's own sign-off roles."""

    key: str
    title: str
    known: bool


def role_of(text: str) -> Role:
    """Name the role that a text is; what is not known gets a key made of its own words."""
    return known_role(text) or Role(slug(text), plain(text)[:LONGEST], known=False)


def known_role(text: str) -> Role | None:
    """The role that a text is or starts with, if it is a known one; the title stays as written."""
    title = plain(text)[:LONGEST]
    for key, pattern in _PATTERNS:
        if pattern.match(title.lower()):
            return Role(key, title, known=True)
    return None
