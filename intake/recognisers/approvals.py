"""Approvals: who signs, and what they take responsibility for.

Read are a role with its statement, a role alone, a role with lines to sign on, a heading of a role
with such lines under it, “Approved by: …”, and an item that asks for a role's sign-off; tables are
read in tables.py. Where lines to sign on are empty nobody has approved.
"""

import re
from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, Box, plain
from intake.context import Context
from intake.reading import Approval, Note
from intake.recognisers.claims import LIKELY, Finding, by_topic, split_name
from intake.roles import Role, known_role, role_of
from intake.statuses import is_blank
from intake.topics import Topic

MOST_WORDS_OF_A_ROLE = 5
LONGEST = 120
_BLANK = r"_{3,}|\.{4,}|…{2,}|-{5,}"
_SIGN_WORDS = (
    r"signature|signed(?: by)?|name|date|print(?:ed)? name|approved(?: by)?|unterschrift|datum|"
    r"signé|nom|firma|nombre|fecha|assinatura|nome|data|podpis|imię|подпись|имя|дата|"
    r"签名|签字|日期|"
    r"姓名|署名|日付|氏名|서명|날짜|이름|imza|tarih|ad|التوقيع|التاريخ|الاسم"
)
_SIGN_LINE = re.compile(
    rf"(?P<what>{_SIGN_WORDS})\s*[*_]{{0,2}}\s*[:：]\s*(?P<value>.*)", re.IGNORECASE | re.DOTALL
)
_SIGNED = re.compile(
    r"\b(?:signature|signed|unterschrift|firma|assinatura|podpis|"
    r"подпись)\s*[*_]{0,2}\s*[:：]\s*[*_]{0,2}\s*(?P<value>[^\s_:|][^:|]{0,60})",
    re.IGNORECASE,
)
_HAS_BLANK = re.compile(_BLANK)
_SIGN_OFF = re.compile(

        r"(?P<front>.{2,60}?)(?:'s)? (?:sign[ -]?off|approval)(?: (?:obtained|received|"
        r"given|granted|complete[d]?))?|"
    r"(?:sign[ -]?off|approval)(?: (?:obtained|received))? (?:from|by|of) (?P<behind>.{2,60})|"

        r"(?:approved|signed off) by (?:the )?(?P<by>.{2,60})|"
        r"(?P<has>.{2,60}?) (?:has )?(?:approved|signed[ -]off)|"
    r"(?:freigabe|genehmigung) (?:durch|von) (?:de[rnm] |die )?(?P<de>.{2,60})|"

        r"(?:approbation|validation|aprobación|aprovação|approvazione) (?:du |de la |de |"
        r"del |da |do |della )(?P<la>.{2,60})",
    re.IGNORECASE,
)  # fmt: skip
_END_OF_ROLE = re.compile(
    rf"\s+[-–—]\s+|[(（,]|\s+(?={_BLANK}|signature|signed|date|name)", re.IGNORECASE
)
_APPROVED_BY = re.compile(
    r"\**\s*(?:approved|signed(?: off)?|"
    r"authorized) by\s*\**\s*[:：]\s*\**\s*(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    signed_under: set[int | None] = set()
    roles: dict[int, str] = {}
    for block in blocks:
        place = context.place(block)
        if block.kind not in (BlockKind.ENTRY, BlockKind.PARAGRAPH):
            continue
        if place.topic is Topic.APPROVALS:
            found = _approval(block, context, signed_under, roles)
        else:
            found = _sign_off(block)
        if found is not None:
            confident = by_topic(block, place, found) if place.topic is Topic.APPROVALS else None
            yield confident or Finding(block, (found,), "an item that asks for a sign-off", LIKELY)


def _approval(
    block: Block, context: Context, signed_under: set[int | None], roles: dict[int, str]
) -> Approval | Note | None:
    line = _SIGN_LINE.match(plain(block.text))
    if line and not _APPROVED_BY.match(block.text):
        return _line_to_sign(block, context, signed_under, nested=block.parent in roles)
    if block.kind is BlockKind.PARAGRAPH and not _may_be_role(block):
        return None
    by = _APPROVED_BY.match(block.text)
    name, statement = ("", by["value"]) if by else split_name(block.text)
    role = _role_after(by["value"]) if by else _role(name) if name else _role_alone(block, context)
    if role is None or (
        block.box is None and not (by or role.known or _HAS_BLANK.search(block.text))
    ):
        return None
    roles[block.line] = role.key
    said = "" if _HAS_BLANK.search(statement) or plain(statement) == role.title else statement
    signed = _signature(block, context)
    unsigned = signed == "" and _has_lines(block, context)
    return Approval(
        text=block.text, line=block.line, role=role.key, role_title=role.title,
        known_role=role.known, statement="" if by else said,
        person=_person(by["value"]) if by else "",
        section=block.section, done=bool(signed) or (block.box is Box.DONE and not unsigned),
        signed=signed,
    )  # fmt: skip


def _may_be_role(block: Block) -> bool:
    """Prose is an approval only when it is a role with a line to sign on, or says by whom."""
    if _APPROVED_BY.match(block.text):
        return True
    name, rest = split_name(block.text)
    return (
        bool(name)
        and known_role(name) is not None
        and (_HAS_BLANK.search(rest) is not None or not rest)
    )


def _role(name: str) -> Role | None:
    """A name of a few words in front of a colon is a role, known or not."""
    name = _END_OF_ROLE.split(name, maxsplit=1)[0] or name
    return role_of(name) if len(name.split()) <= MOST_WORDS_OF_A_ROLE else None


def _role_after(value: str) -> Role | None:
    value = plain(value).strip(" @")
    bracket = re.search(r"\(([^()]{2,40})\)", value[:LONGEST])
    known = known_role(bracket[1]) if bracket else None
    return known or (role_of(bracket[1]) if bracket else known_role(value))


def _person(value: str) -> str:
    return plain(value).partition("(")[0].strip()


def _role_alone(block: Block, context: Context) -> Role | None:
    """A role that starts the line, or one of which the line asks the sign-off."""
    known = known_role(block.text)
    if known is not None:
        short = known_role(_END_OF_ROLE.split(known.title, maxsplit=1)[0].strip())
        return short or known
    return _role_of_sign_off(block.text)


def _role_of_sign_off(text: str) -> Role | None:
    if len(text) > LONGEST:
        return None
    said = _SIGN_OFF.fullmatch(plain(text).strip(" ."))
    name = next((value for value in said.groupdict().values() if value), "") if said else ""
    return known_role(name) if 0 < len(name.split()) <= MOST_WORDS_OF_A_ROLE else None


def _sign_off(block: Block) -> Approval | None:
    """“Sign-off from Security” is an approval wherever it stands with a box."""
    if block.kind is not BlockKind.ENTRY or block.box is None:
        return None
    role = _role_of_sign_off(block.text)
    if role is None:
        return None
    return Approval(
        text=block.text, line=block.line, role=role.key, role_title=role.title, known_role=True,
        statement="", section=block.section, done=block.box is Box.DONE,
    )  # fmt: skip


def _line_to_sign(
    block: Block, context: Context, signed_under: set[int | None], *, nested: bool
) -> Approval | Note | None:
    """A line to sign on belongs to its item, or the first under a role's heading makes it sign."""
    title = plain(block.label).strip(" :：") or context.title_above(block)
    role = None if nested else known_role(title)
    key = block.section
    if role is None or key in signed_under:
        reason = "a line to sign on"
        return Note(block.text, block.line, reason, block.section, block.end)
    signed_under.add(key)
    texts = context.texts_in_section(block.section)
    signed = next((said for text in texts if (said := _signed(text))), "")
    return Approval(
        text=block.text, line=block.line, role=role.key, role_title=role.title, known_role=True,
        statement="", section=block.section, done=bool(signed), signed=signed,
    )  # fmt: skip


def _signature(block: Block, context: Context) -> str:
    nested = context.nested_texts(block.line)
    return next((said for text in (block.text, *nested) if (said := _signed(text))), "")


def _has_lines(block: Block, context: Context) -> bool:
    texts = (block.text, *context.nested_texts(block.line))
    return any(_HAS_BLANK.search(text) or _SIGN_LINE.match(plain(text)) for text in texts)


def _signed(text: str) -> str:
    found = _SIGNED.search(text[:LONGEST])
    value = re.split(r"\s{2,}|\bdate\b", found["value"], flags=re.IGNORECASE)[0] if found else ""
    return "" if is_blank(value) else plain(value).strip()
