"""Facts about the deployment: tags of a meta block, attributes of headings, key lines."""

import re
from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, plain, slug
from intake.context import Context
from intake.reading import Fact
from intake.recognisers.claims import CERTAIN, LIKELY, POSSIBLE, Finding

_TAG = re.compile(r"<([A-Za-z][\w-]*)(?:\s[^<>]*)?>([^<>]+)</([A-Za-z][\w-]*)>")
_LONE_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>")
_BOLD_KEY = re.compile(r"\*\*([^*\n]{1,80}?)\s*(?::\s*\*\*|\*\*\s*[:：])\s*(\S.*)", re.DOTALL)
_BARE_KEY = re.compile(r"([^\W\d][^:：\n]{0,120}?)\s*[:：]\s*(\S[^\n]*)")

# What teams call it → the portal's name for it.
KNOWN_KEYS = {
    "package": "package", "deployment_package": "package", "release_package": "package",
    "environment": "environment", "target_environment": "environment",
    "deployment_environment": "environment", "env": "environment",
    "branch": "branch", "deployment_branch": "branch", "source_branch": "branch",
    "release_branch": "branch", "git_branch": "branch",
    "commit": "commit", "commit_sha": "commit", "commit_hash": "commit", "git_commit": "commit",
    "digest": "digest", "artefact_digest": "digest", "artifact_digest": "digest",
    "image_digest": "digest",
    "service": "service", "application": "service", "component": "service",
    "version": "version", "release_version": "version",
    "status": "status", "deployment_status": "status",
    "t0": "t0", "deployment_date": "t0", "release_date": "t0", "deployment_time": "t0",
    "release_lead": "release_lead", "deployment_lead": "release_lead",
    "requester": "requester", "requested_by": "requester",
    "owner": "owner", "owners": "owner", "responsible": "owner",
    "umgebung": "environment", "zielumgebung": "environment", "environnement": "environment",
    "entorno": "environment", "ambiente": "environment", "środowisko": "environment",
    "среда": "environment", "окружение": "environment", "环境": "environment",
    "環境": "environment", "환경": "environment", "ortam": "environment", "البيئة": "environment",
    "zweig": "branch", "branche": "branch", "rama": "branch", "ветка": "branch", "分支": "branch",
    "ブランチ": "branch", "브랜치": "branch", "dienst": "service", "servicio": "service",
    "serviço": "service", "servizio": "service", "сервис": "service", "服务": "service",
    "サービス": "service", "서비스": "service", "servis": "service", "الخدمة": "service",
    "versión": "version", "versão": "version", "versione": "version", "wersja": "version",
    "версия": "version", "版本": "version", "バージョン": "version", "버전": "version",
    "sürüm": "version", "الإصدار": "version", "verantwortlich": "owner", "responsable": "owner",
    "responsável": "owner", "responsabile": "owner", "ответственный": "owner", "负责人": "owner",
    "担当": "owner", "担当者": "owner", "담당자": "owner", "sorumlu": "owner", "المسؤول": "owner",
}  # fmt: skip


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        if block.kind is BlockKind.MARKUP:
            yield from _tag(block)
        elif block.kind is BlockKind.KEY_LINE:
            yield from _key_line(block, LIKELY)
        elif block.kind is BlockKind.PARAGRAPH or (
            _is_plain_entry(block) and context.place(block).topic is None
        ):
            yield from _bold_line(block)


def of_heading(attributes: dict[str, str], line: int, section: int) -> tuple[Fact, ...]:
    """The attributes of a heading's tag; the line itself belongs to the heading."""
    return tuple(
        Fact(f'{key}="{value}"', line, slug(key), key, value, section)
        for key, value in attributes.items()
    )


def _is_plain_entry(block: Block) -> bool:
    return block.kind is BlockKind.ENTRY and block.box is None and block.fence is None


def _tag(block: Block) -> Iterator[Finding]:
    tag = _TAG.fullmatch(block.text)
    if tag and tag[1] == tag[3]:
        fact = Fact(block.text, block.line, slug(tag[1]), tag[1], tag[2].strip(), block.section)
        yield Finding(block, (fact,), "a tag with a value", LIKELY)
    elif _LONE_TAG.fullmatch(block.text):
        yield Finding(block, (), "a tag alone", CERTAIN)


def _bold_line(block: Block) -> Iterator[Finding]:
    found = _BOLD_KEY.fullmatch(block.text)
    if found:
        yield _fact(block, found[1], found[2], LIKELY)
    elif block.kind is BlockKind.PARAGRAPH:
        yield from _key_line(block, POSSIBLE, only_known=True)


def _key_line(block: Block, confidence: float, *, only_known: bool = False) -> Iterator[Finding]:
    found = _BARE_KEY.fullmatch(block.text)
    if found and (not only_known or slug(found[1]) in KNOWN_KEYS):
        yield _fact(block, found[1], found[2], confidence)


def _fact(block: Block, title: str, value: str, confidence: float) -> Finding:
    key = KNOWN_KEYS.get(slug(title), slug(title))
    value = " ".join(value.split()).strip("`\"'")
    fact = Fact(block.text, block.line, key, plain(title), value, block.section)
    return Finding(block, (fact,), "a key and a value", confidence)
